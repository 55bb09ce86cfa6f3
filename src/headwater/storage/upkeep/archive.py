"""The log as lines of JSON, and back: every fact that the store keeps, without the folds, which are derived again.

The first line says what it is, the last one how many lines there are, so that a file that was cut off is known.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from headwater.errors import ArchiveError, ConflictError
from headwater.storage.database.driver import DriverInsert
from headwater.storage.log import event_log, folds
from headwater.storage.migrations import HEAD
from headwater.storage.schema import FOLDS, events, log_head, metadata

_ROWS = 2_000
_OTHERS = [table for table in metadata.sorted_tables if table not in (*FOLDS, events, log_head)]


class _Header(msgspec.Struct, frozen=True):
    headwater_export: int
    schema: str
    seq: int


_header_decoder = msgspec.json.Decoder(_Header)


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    event: dict[str, Any] | None = None
    table: str | None = None
    row: dict[str, Any] | None = None
    end: int | None = None


_line = msgspec.json.Decoder(_Line)


def export_lines(connection: Connection) -> Iterator[bytes]:
    """Everything that the store keeps, line by line: the log first, in commit order.

    Args:
        connection: One that sees a single state of the database, whatever is written meanwhile.
    """
    yield _encode(_Header(1, HEAD, event_log.head(connection)))
    lines = 0
    for table in (events, *_OTHERS):
        # SQLAlchemy's names are strings of its own, which the encoder does not know.
        name, columns = f"{table.name}", [(f"{column.name}", column) for column in table.columns]
        query = sa.select(table).order_by(*table.primary_key)
        for row in connection.execution_options(yield_per=_ROWS).execute(query):
            lines += 1
            fields = {field: _to_json(column, row._mapping[column]) for field, column in columns}
            yield _encode({"event": fields} if table is events else {"table": name, "row": fields})
    yield _encode({"end": lines})


def import_lines(connection: Connection, lines: Iterable[bytes]) -> int:
    """Fill an empty store with what was exported, and derive the folds; returns how far its log reaches.

    Args:
        connection: A writing transaction.
        lines: What `export_lines` gave.

    Raises:
        ConflictError: the store has a log already.
        ArchiveError: the lines are no export, are cut off, or come from a newer release.
    """
    if event_log.head(connection):
        raise ConflictError("The store has a log already, and an import fills an empty one. Name another --home.")
    for table in _OTHERS:
        connection.execute(sa.delete(table))
    numbered = enumerate(lines, start=1)
    header = _read_header(next(numbered, (1, b""))[1])
    done = 0
    for table, rows in groupby(_rows(numbered), key=lambda each: each[0]):
        done += _insert(connection, table, (row for _, row in rows))
    connection.execute(sa.update(log_head).values(seq=header.seq))
    _set_sequences(connection)
    folds.rebuild(connection)
    return header.seq


def _rows(numbered: Iterator[tuple[int, bytes]]) -> Iterator[tuple[sa.Table, dict[str, Any]]]:
    """Each row and its table, up to the line that ends the export."""
    for found, (number, text) in enumerate(numbered):
        try:
            line = _line.decode(text)
        except msgspec.DecodeError as error:
            raise ArchiveError(f"Line {number:,} is no line of an export: {error}.") from error
        if line.end is not None:
            if line.end != found:
                raise ArchiveError(f"The export says that it has {line.end:,} rows, but there are {found:,}.")
            return
        if line.event is not None:
            yield events, line.event
        elif line.row is not None and (line.table or "") in metadata.tables:
            yield metadata.tables[line.table or ""], line.row
        else:
            raise ArchiveError(f"Line {number:,} speaks of a table {line.table!r}, which this release does not have.")
    raise ArchiveError("The export is cut off: its last line is missing. Take one that is whole.")


def _insert(connection: Connection, table: sa.Table, rows: Iterable[dict[str, Any]]) -> int:
    insert = DriverInsert(sa.insert(table), connection.dialect)
    count = 0
    chunk: list[tuple[Any, ...]] = []
    read = _reader(table)
    for row in rows:
        chunk.append(read(row))
        if len(chunk) == _ROWS:
            insert.run(connection, chunk)
            count += len(chunk)
            chunk = []
    insert.run(connection, chunk)
    return count + len(chunk)


def _reader(table: sa.Table) -> Callable[[dict[str, Any]], tuple[Any, ...]]:
    """From a line's object to the columns in their order; one that an older release lacked has its default."""
    columns = list(table.columns)
    names = {column.name for column in columns}

    def read(row: dict[str, Any]) -> tuple[Any, ...]:
        if unknown := row.keys() - names:
            raise ArchiveError(f"The table {table.name} has no column {min(unknown)!r}; use a newer release.")
        return tuple(
            _from_json(column, row[column.name]) if column.name in row else _default(column) for column in columns
        )

    return read


def _read_header(text: bytes) -> _Header:
    try:
        header = _header_decoder.decode(text)
    except msgspec.DecodeError as error:
        raise ArchiveError("This is no export of Headwater: its first line does not say so.") from error
    if header.schema > HEAD:
        raise ArchiveError(
            f"The export has the schema {header.schema}, which is newer than the {HEAD} of this release. "
            "Import it with the release that wrote it, or a newer one."
        )
    return header


def _set_sequences(connection: Connection) -> None:
    """Let PostgreSQL go on counting where the imported rows end; SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in _OTHERS:
        column = table.autoincrement_column
        if column is not None and isinstance(column.type, sa.Integer):
            name = sa.func.pg_get_serial_sequence(table.name, column.name)
            highest = sa.select(sa.func.max(column)).scalar_subquery()
            connection.execute(sa.select(sa.func.setval(name, sa.func.coalesce(highest, 1), highest.is_not(None))))


def _encode(value: Any) -> bytes:
    return msgspec.json.encode(value) + b"\n"


def _to_json(column: sa.Column[Any], value: Any) -> Any:
    if value is not None and isinstance(column.type, sa.LargeBinary):
        return base64.b64encode(value).decode()
    if column is events.c.payload:
        return msgspec.Raw(value.encode())
    return value


def _from_json(column: sa.Column[Any], value: Any) -> Any:
    if value is not None and isinstance(column.type, sa.LargeBinary):
        return base64.b64decode(value)
    if column is events.c.payload:
        return msgspec.json.encode(value).decode()
    return value


def _default(column: sa.Column[Any]) -> Any:
    default = column.server_default
    if not isinstance(default, sa.DefaultClause):
        return None
    text = str(default.arg)
    return int(text) if isinstance(column.type, sa.Integer) else text
