"""Copy a store while it is at work, and put a copy in its place.

On SQLite the copy is a database file, made by SQLite's own online backup. On PostgreSQL it is an export of the log,
taken in one transaction that sees a single state; `pg_dump` serves as well, and needs no word of ours.
"""

from __future__ import annotations

import gzip
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy.engine import make_url

from headwater.errors import ArchiveError, SettingsError
from headwater.storage.log.writer import Unit
from headwater.storage.store import Store
from headwater.storage.upkeep import archive

_MAGIC = b"SQLite format 3\0"
_GZIP = b"\x1f\x8b"


def back_up(store: Store, target: Path) -> None:
    """Copy everything as it is at one moment, while others read and write.

    Raises:
        SettingsError: there is a file of that name already, or it can't be written.
    """
    if target.exists():
        raise SettingsError(f"{target} exists already; name a file that does not.")
    source = store.sqlite_file
    if source is None:
        export(store, target)
        return
    with (
        _in_place(target) as temporary,
        closing(sqlite3.connect(source)) as reading,
        closing(sqlite3.connect(temporary)) as copy,
    ):
        # In one step: a backup in several begins anew whenever somebody writes.
        reading.backup(copy, pages=-1)
        copy.execute("PRAGMA journal_mode=DELETE")
        _check(copy, target)


def restore(source: Path, url: str, open_store: Callable[[], Store]) -> int:
    """Put a copy in the place of a store that nobody has open; returns how far its log reaches.

    On SQLite, what was there stays beside it, with `.replaced` added to its name.

    Raises:
        ArchiveError: the file is no copy of a store, or damaged.
        SettingsError: the store is open elsewhere, or the file can't be read.
        ConflictError: an export can only fill an empty store.
    """
    place = make_url(url)
    with _reading(source) as file:
        is_database = file.read(len(_MAGIC)) == _MAGIC
    if is_database and place.get_backend_name() == "sqlite":
        _replace_file(source, Path(place.database or ""))
        store = open_store()
        try:
            return store.tail.head
        finally:
            store.close()
    if is_database:
        raise ArchiveError(
            f"{source} is a SQLite file, and the store is on PostgreSQL. Import a `headwater db export` of it instead."
        )
    store = open_store()
    try:
        return import_into(store, source)
    finally:
        store.close()


def export(store: Store, target: Path) -> int:
    """Write the log as NDJSON, compressed where the name ends in `.gz`; returns how many bytes it takes."""
    with _in_place(target) as temporary, _writing(temporary, compressed=target.suffix == ".gz") as file:
        store.read_one_state(lambda connection: file.writelines(archive.export_lines(connection)))
    return target.stat().st_size


def import_into(store: Store, source: Path) -> int:
    """Fill an empty store from an export; returns how far its log reaches."""
    with _reading(source) as file:
        is_compressed = file.read(2) == _GZIP
        file.seek(0)
        lines: IO[bytes] = gzip.GzipFile(fileobj=file) if is_compressed else file  # type: ignore[assignment]
        try:
            return store.write(Unit(effect=lambda connection, _events: archive.import_lines(connection, lines)))
        except (EOFError, gzip.BadGzipFile) as error:
            raise ArchiveError(f"{source} is damaged: {error}.") from error


def _replace_file(source: Path, place: Path) -> None:
    with closing(sqlite3.connect(source)) as copy:
        _check(copy, source)
    if place.exists():
        with closing(sqlite3.connect(place, timeout=0)) as old:
            try:
                # Only who has a database alone can leave the write-ahead log.
                old.execute("PRAGMA journal_mode=DELETE")
            except sqlite3.OperationalError as error:
                raise SettingsError(f"{place} is open elsewhere. Stop Headwater first, then restore.") from error
        place.replace(place.with_name(place.name + ".replaced"))
    place.parent.mkdir(parents=True, exist_ok=True)
    with _in_place(place) as temporary:
        temporary.write_bytes(source.read_bytes())


def _check(connection: sqlite3.Connection, path: Path) -> None:
    try:
        found = connection.execute("PRAGMA quick_check").fetchone()[0]
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found != "ok":
        raise ArchiveError(f"{path} is damaged: {found}.")


@contextmanager
def _in_place(target: Path) -> Iterator[Path]:
    """A temporary file beside a target, which takes its place once it is whole and on disk."""
    try:
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".headwater-")
    except OSError as error:
        raise SettingsError(f"{target} can't be written: {error.strerror}.") from error
    os.close(descriptor)
    temporary = Path(name)
    try:
        yield temporary
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _writing(path: Path, *, compressed: bool) -> IO[bytes]:
    if compressed:
        return gzip.open(path, "wb", compresslevel=3)  # type: ignore[return-value]
    return path.open("wb")


@contextmanager
def _reading(source: Path) -> Iterator[IO[bytes]]:
    try:
        file = source.open("rb")
    except OSError as error:
        raise SettingsError(f"{source} can't be read: {error.strerror}.") from error
    with file:
        yield file
