"""Several processes write to one SQLite file: each gets its turn, however busy the others are."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from headwater.storage.database import engine as engines
from headwater.storage.database.driver import Row, execute
from headwater.storage.database.engine import open_engine, sqlite_url


def test_a_writer_asks_again_while_another_holds_the_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lock is asked for anew after each short wait of SQLite's own; the connection is as before afterwards."""
    path = tmp_path / "headwater.db"
    engine = open_engine(sqlite_url(path)).execution_options(headwater_write=True)
    with engine.connect() as connection:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        asked: list[str] = []

        def count(connection: sa.Connection, text: str, parameters: Row) -> object:
            asked.append(text)
            if text == "BEGIN IMMEDIATE" and asked.count(text) == 3:
                other.execute("COMMIT")
            return execute(connection, text, parameters)

        monkeypatch.setattr(engines, "execute", count)
        connection.execute(sa.text("CREATE TABLE t (x)"))
        connection.commit()
        tries = asked.count("BEGIN IMMEDIATE")
        timeout = connection.execute(sa.text("PRAGMA busy_timeout")).scalar_one()

    assert (10_000, 3) == (timeout, tries)
    other.close()


def test_a_lock_that_is_never_given_back_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After its tries a writer says that the database is locked."""
    path = tmp_path / "headwater.db"
    engine = open_engine(sqlite_url(path)).execution_options(headwater_write=True)
    monkeypatch.setattr(engines, "_WRITE_LOCK_TRIES", 2)
    with engine.connect() as connection:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(sa.exc.OperationalError, match="database is locked"):
            connection.execute(sa.text("CREATE TABLE t (x)"))
    other.close()


def test_a_new_reader_waits_for_no_writer(tmp_path: Path) -> None:
    """A connection that is opened while somebody writes reads at once."""
    path = tmp_path / "headwater.db"
    first = open_engine(sqlite_url(path)).execution_options(headwater_write=True)
    with first.begin() as connection:
        connection.execute(sa.text("CREATE TABLE t (x)"))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with open_engine(sqlite_url(path)).connect() as reader:
        found = reader.execute(sa.text("SELECT count(*) FROM t")).scalar_one()

    other.close()
    assert 0 == found
