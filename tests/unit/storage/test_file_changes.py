"""Whether others wrote to a SQLite file, told without asking the database; what this process writes is not news."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from builders import made
from sqlalchemy.engine import Connection

from headwater.storage.database.engine import open_engine
from headwater.storage.log.file_changes import FileChanges
from headwater.storage.log.writer import Unit
from headwater.storage.store import Store


@contextmanager
def writer_of(store: Store) -> Iterator[Connection]:
    """A connection such as a store's writer has."""
    engine = open_engine(store.url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def commit(connection: Connection, text: str = "1") -> None:
    """Commit something that is no event."""
    with connection.begin():
        connection.exec_driver_sql(f"PRAGMA user_version={text}")
        connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS noted (number INTEGER)")
        connection.exec_driver_sql(f"INSERT INTO noted VALUES ({text})")


def test_what_this_process_commits_is_no_news_and_what_others_do_is(tmp_path: Path) -> None:
    """Also where another one commits before, between or after; one look too many may follow, never one too few."""
    store = Store(f"sqlite:///{tmp_path}/log.db")
    changes = FileChanges(f"{tmp_path}/log.db")
    with writer_of(store) as mine:
        for number in range(2):
            commit(mine, str(number))
            changes.note_own(mine)
        changes()
        found = []
        for before, between, after in [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (0, 0, 0), (0, 0, 0)]:
            for wanted, step in [
                (before, None),
                (True, commit),
                (between, None),
                (True, changes.note_own),
                (after, None),
            ]:
                if step is not None:
                    step(mine)
                elif wanted:
                    store.write(Unit(events=[made("a")]))
            found.append(changes())
    store.close()

    assert [False, True, True, True, True, False] == found


def note(connection: Connection, _events: object) -> None:
    """Write something beside events."""
    connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS noted (number INTEGER)")
    connection.exec_driver_sql("INSERT INTO noted VALUES (1)")


def test_a_store_takes_its_own_commits_for_no_news(tmp_path: Path) -> None:
    """Its writer tells of what is written beside events; another store's commit is news to it."""
    store, other = (Store(f"sqlite:///{tmp_path}/log.db") for _ in range(2))
    changes = store.tail._may_have_grown
    for _ in range(2):
        store.write(Unit(effect=note))
    changes()
    store.write(Unit(events=[made("a")], effect=note))
    alone = changes()
    other.write(Unit(events=[made("a")]))
    beside = changes()
    store.close()
    other.close()

    assert (False, True) == (alone, beside)
