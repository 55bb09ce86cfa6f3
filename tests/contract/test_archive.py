"""Copies of a store on every database: an export holds everything, and an import makes the same state of it."""

from __future__ import annotations

import gzip
import sqlite3
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from builders import checked, made, native
from histories import CORRECTIONS, EVENTS, correct, insert_run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Connection

from headwater.definitions.snapshot import DefinitionsSnapshot
from headwater.errors import ArchiveError, ConflictError, SettingsError
from headwater.records.log.events import Event
from headwater.records.log.receipts import report_key
from headwater.storage.catalog import definitions as catalog
from headwater.storage.database.engine import sqlite_url
from headwater.storage.log import event_log, folds
from headwater.storage.log.writer import Unit, report
from headwater.storage.schema import metadata, partition_pages, partition_slots
from headwater.storage.store import Store
from headwater.storage.upkeep import backup

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
BY_SLOT = {partition_pages, partition_slots}


def everything(store: Store) -> dict[str, Any]:
    """All rows of all tables; the places of partitions among each other may differ."""
    tables = [table for table in metadata.sorted_tables if table not in BY_SLOT]
    return {table.name: store.read(partial(_rows, table=table)) for table in tables}


def _rows(connection: Connection, table: sa.Table) -> list[str]:
    return sorted(repr(tuple(row)) for row in connection.execute(sa.select(table)))


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.one_of(st.lists(EVENTS, min_size=1, max_size=5), CORRECTIONS), max_size=6))
def test_an_import_reproduces_the_state_exactly(store: Store, tmp_path: Path, steps: list[Any]) -> None:
    """Whatever happened to a store, an export of it makes the same rows in every table of an empty one."""
    insert_run(store)
    for step in steps:
        if isinstance(step, tuple):
            correct(store, *step)
        else:
            store.write(report(step, [report_key(f"key {store.tail.head}", step[0]), *[None] * (len(step) - 1)]))
    snapshot = DefinitionsSnapshot(assets=(native("a"),))
    store.write(Unit(effect=lambda connection, _events: catalog.save_snapshot(connection, snapshot, 5)))
    file, place = tmp_path / "log.ndjson.gz", tmp_path / "other.db"
    for path in (file, place):
        path.unlink(missing_ok=True)

    backup.export(store, file)
    other = Store(sqlite_url(place))
    head = backup.import_into(other, file)

    assert store.read(event_log.head) == head
    assert everything(store) == everything(other)
    assert [] == other.read(folds.check)
    other.close()


def test_an_import_goes_on_where_the_export_ended(store: Store, tmp_path: Path) -> None:
    """What is appended after an import has the next number; a store with a log takes none."""
    source = Store(sqlite_url(tmp_path / "source.db"))
    source.write(Unit(events=[made("a", partition="x"), made("a")]))
    backup.export(source, tmp_path / "log.ndjson")
    source.close()

    backup.import_into(store, tmp_path / "log.ndjson")
    appended: list[Event] = store.write(Unit(events=[made("a")]))

    assert [3] == [event.seq for event in appended]
    assert [] == store.read(folds.check)
    with pytest.raises(ConflictError, match="has a log already"):
        backup.import_into(store, tmp_path / "log.ndjson")


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda lines: lines[:-1], "cut off"),
        (lambda lines: [lines[0], *lines[2:]], "rows, but there are"),
        (lambda lines: lines[1:], "first line"),
        (lambda lines: [lines[0].replace(b'"schema":"0', b'"schema":"9'), *lines[1:]], "newer than"),
        (lambda lines: [lines[0], b'{"table":"nonsense","row":{}}\n', *lines[1:]], "'nonsense'"),
        (lambda lines: [lines[0], b"not json\n", *lines[1:]], "Line 2"),
    ],
)
def test_what_is_no_whole_export_leaves_nothing(
    store: Store, tmp_path: Path, spoil: Callable[[list[bytes]], list[bytes]], reason: str
) -> None:
    """A damaged file is refused by its fault, and the store stays empty."""
    source = Store(sqlite_url(tmp_path / "source.db"))
    source.write(Unit(events=[made("a"), made("b")]))
    file = tmp_path / "log.ndjson.gz"
    backup.export(source, file)
    source.close()
    file.write_bytes(gzip.compress(b"".join(spoil(gzip.decompress(file.read_bytes()).splitlines(keepends=True)))))

    with pytest.raises(ArchiveError, match=reason):
        backup.import_into(store, file)

    assert 0 == store.read(event_log.head)
    assert [] == store.read(lambda c: event_log.read_after(c, 0, 9))


def test_a_backup_while_others_write_is_whole(store: Store, database_url: Any, tmp_path: Path) -> None:
    """It has every event up to one, none beyond, and folds that fit; it is restored into the place of the store."""
    store.write(Unit(events=[made("a", partition=f"p{n}") for n in range(500)]))
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            store.write(Unit(events=[made("a"), checked("a", "c", passed=True)]))

    writing = threading.Thread(target=write)
    writing.start()
    try:
        file = tmp_path / "copy.gz"
        backup.back_up(store, file)
    finally:
        stop.set()
        writing.join()
    with pytest.raises(SettingsError, match="exists already"):
        backup.back_up(store, file)

    place = tmp_path / "restored.db"
    head = backup.restore(file, f"sqlite:///{place}", lambda: Store(sqlite_url(place)))

    restored = Store(sqlite_url(place))
    found = restored.read(lambda c: event_log.read_after(c, 0, 1_000_000))
    assert list(range(1, head + 1)) == [event.seq for event in found]
    assert 500 <= head <= store.read(event_log.head)
    assert [] == restored.read(folds.check)
    restored.close()


def test_a_restore_replaces_only_what_nobody_has_open(store: Store, tmp_path: Path) -> None:
    """A store that is open is left alone; the one that was replaced stays beside the new one."""
    if store.sqlite_file is None:
        with pytest.raises(ArchiveError, match="is a SQLite file"):
            backup.restore(_some_copy(tmp_path), "postgresql://server/name", lambda: store)
        return
    file, place = _some_copy(tmp_path), Path(store.sqlite_file)
    store.write(Unit(events=[made("old")]))

    with pytest.raises(SettingsError, match="is open elsewhere"):
        backup.restore(file, f"sqlite:///{place}", lambda: Store(sqlite_url(place)))
    damaged = tmp_path / "damaged"
    damaged.write_bytes(b"SQLite format 3\0 and nothing else")
    with pytest.raises(ArchiveError, match="damaged"):
        backup.restore(damaged, f"sqlite:///{place}", lambda: Store(sqlite_url(place)))
    store.close()

    assert 2 == backup.restore(file, f"sqlite:///{place}", lambda: Store(sqlite_url(place)))
    with sqlite3.connect(f"{place}.replaced") as replaced:
        assert [("old",)] == replaced.execute("SELECT asset_key FROM events").fetchall()


def _some_copy(folder: Path) -> Path:
    source = Store(sqlite_url(folder / "some.db"))
    source.write(Unit(events=[made("a"), made("b")]))
    backup.back_up(source, folder / "copy.db")
    source.close()
    return folder / "copy.db"
