"""Open a database: the one place that knows how SQLite and PostgreSQL differ in their connections."""

from __future__ import annotations

import sqlite3
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError, OperationalError

from headwater.errors import SettingsError
from headwater.storage.database.driver import execute

_BUSY_MILLISECONDS = 10_000
_WRITER_CACHE_KILOBYTES = 64 * 1024
_WRITE_LOCK_POLL_MILLISECONDS = 20
_WRITE_LOCK_TRIES = 500
_INCREMENTAL = 2
LONGEST_PAUSE_MILLISECONDS = 3_000
"""Between two statements of a writer; shorter than engines' leases, so that others go on as soon as those run out."""
_IS_WRITER = "headwater_writer"
"""Under this name a connection notes that it waits for the write lock in its own way for good."""


class Synchronous(StrEnum):
    """What an acknowledgement on SQLite outlasts: a power cut, or a killed server only."""

    FULL = "full"
    NORMAL = "normal"
    OFF = "off"


def sqlite_url(path: Path) -> URL:
    """The address of a SQLite file."""
    return URL.create("sqlite", database=str(path))


def open_engine(url: str | URL, *, readers: int = 8, synchronous: Synchronous = Synchronous.FULL) -> Engine:
    """An engine whose every transaction takes the write lock as it begins on SQLite, and none does on reading.

    Args:
        url: `sqlite:///…` or `postgresql://…`.
        readers: How many connections are kept open.
        synchronous: On SQLite only; PostgreSQL has its own setting.

    Raises:
        SettingsError: the address is of another kind.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise SettingsError(f"{url!r} is not a database address such as postgresql://user@host/name.") from error
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        engine = sa.create_engine(parsed, pool_size=readers, max_overflow=readers)
        sa.event.listen(engine, "connect", partial(_prepare_sqlite, synchronous=synchronous))
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine
    if backend == "postgresql":
        return sa.create_engine(parsed.set(drivername="postgresql+psycopg"), pool_size=readers, pool_pre_ping=True)
    raise SettingsError(f"The database address begins with {backend!r}; use sqlite:///… or postgresql://…")


def prepare_writer(connection: sa.Connection) -> int:
    """Make the connection that appends ready; its settings are for that alone, so nobody else may ever get it.

    Returns:
        The id of the database's own process for it, 0 on SQLite.

    On SQLite it keeps what it changes again and again, each asset's last page of each index: with the usual 2 MB, an
    append to a log of millions of events reads and writes most of them anew.

    PostgreSQL is to end its transaction if this process is stopped in the middle: others wait for its locks. It is
    said once for all. On SQLite a stopped process holds the whole file, and nothing can take it away. Transactions
    begin by `begin_write`, because a single statement needs none of several round trips.
    """
    if connection.dialect.name == "sqlite":
        execute(connection, f"PRAGMA cache_size=-{_WRITER_CACHE_KILOBYTES}", ())
        execute(connection, f"PRAGMA busy_timeout={_WRITE_LOCK_POLL_MILLISECONDS}", ())
        connection.info[_IS_WRITER] = True
        return 0
    connection.execution_options(isolation_level="AUTOCOMMIT")
    execute(connection, f"SET idle_in_transaction_session_timeout = {LONGEST_PAUSE_MILLISECONDS}", ())
    driver: Any = connection.connection.driver_connection
    backend: int = driver.info.backend_pid
    return backend


def begin_write(connection: sa.Connection) -> None:
    """Begin a transaction on the connection that appends.

    Raises:
        OperationalError: the database does not let it write now.
    """
    if connection.dialect.name == "sqlite":
        _take_write_lock(connection)
    else:
        execute(connection, "BEGIN", ())


def commit_write(connection: sa.Connection) -> None:
    """Commit what `begin_write` began.

    Raises:
        OperationalError: the database does not take it.
    """
    execute(connection, "COMMIT", ())


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any, *, synchronous: Synchronous) -> None:
    # The driver's own transaction control begins late and ends early; ours is explicit.
    connection.isolation_level = None
    # Only an empty file takes this; `headwater db vacuum` brings it to an older one. Said of a file that has it
    # already, it would write, and so wait for whoever writes just then.
    if connection.execute("PRAGMA auto_vacuum").fetchone() != (_INCREMENTAL,):
        connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
    pragmas = (
        "journal_mode=WAL",
        f"synchronous={synchronous}",
        f"busy_timeout={_BUSY_MILLISECONDS}",
        "foreign_keys=ON",
    )
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    # A deferred transaction that reads and then writes can fail in the middle; one that says so first waits its turn.
    if not connection.get_execution_options().get("headwater_write", False):
        execute(connection, "BEGIN", ())
        return
    if _IS_WRITER in connection.info:
        _take_write_lock(connection)
        return
    execute(connection, f"PRAGMA busy_timeout={_WRITE_LOCK_POLL_MILLISECONDS}", ())
    try:
        _take_write_lock(connection)
    finally:
        execute(connection, f"PRAGMA busy_timeout={_BUSY_MILLISECONDS}", ())


def _take_write_lock(connection: sa.Connection) -> None:
    # SQLite's own wait soon looks only each 100 ms: beside a busy process on a slow disk it finds the lock taken for
    # seconds. Begun anew each 20 ms, it looks every few milliseconds.
    for left in reversed(range(_WRITE_LOCK_TRIES)):
        try:
            execute(connection, "BEGIN IMMEDIATE", ())
        except OperationalError as error:
            code = getattr(error.orig, "sqlite_errorcode", 0)
            # The low byte is the kind; the rest tells what exactly was busy.
            if code & 0xFF != sqlite3.SQLITE_BUSY or not left:
                raise
        else:
            return
