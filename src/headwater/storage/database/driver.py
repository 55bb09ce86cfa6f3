"""Statements given straight to the database's driver: for the append alone, whose cost every report pays.

They are built with SQLAlchemy like all others, but compiled once, so that an execution is the driver's own. Rows go in
many to a statement: each execution hands the interpreter to other threads, and must wait to get it back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import OperationalError

Row = tuple[Any, ...]
_MOST_ROWS = 128
_ROUND_ROWS = 16
_VALUES = " VALUES "


class DriverInsert:
    """An INSERT of whole rows, in the order of the table's columns."""

    def __init__(self, insert: Any, dialect: Dialect, finish: Callable[[Any], Any] = lambda insert: insert) -> None:
        """Prepare.

        Args:
            insert: An INSERT without values.
            dialect: For which database.
            finish: Adds what stands behind the values.
        """
        self._insert = insert
        self._dialect = dialect
        self._finish = finish
        self._parameters: dict[str, Any] = {column.name: sa.bindparam(column.name) for column in insert.table.columns}
        self._texts: dict[int, str] = {}

    def run(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Insert some rows.

        Raises:
            OperationalError: the database does not take them; as SQLAlchemy would raise it.
        """
        if len(rows) == 1:
            execute(connection, self._text(1), rows[0])
            return
        for chunk in _chunks(rows):
            execute(connection, self._text(len(chunk)), tuple(chain.from_iterable(chunk)))

    def _text(self, rows: int) -> str:
        text = self._texts.get(rows)
        if text is None:
            # Compiled for one row, since for hundreds that takes as long as many appends.
            one = compile_text(self._finish(self._insert.values(self._parameters)), self._dialect)
            start = one.index(_VALUES) + len(_VALUES)
            end = one.index(")", start) + 1
            text = self._texts[rows] = one[:start] + ", ".join([one[start:end]] * rows) + one[end:]
        return text

    @classmethod
    def upsert(
        cls, table: sa.Table, dialect: Dialect, changes: Callable[[Any, Any], Mapping[str, Any]]
    ) -> DriverInsert:
        """Insert rows, or change those that are there.

        Args:
            table: Which one; rows are the same by its primary key.
            dialect: For which database.
            changes: From the columns as kept and as given to the values of those that change.
        """
        statement = insert_for_dialect(dialect, table)
        set_ = changes(table.c, statement.excluded)
        return cls(
            statement,
            dialect,
            lambda insert: insert.on_conflict_do_update(index_elements=list(table.primary_key), set_=set_),
        )


class DriverSelect:
    """A SELECT of the rows that have one of some combinations of values in given columns."""

    def __init__(self, select: Any, columns: Sequence[Any], dialect: Dialect) -> None:
        """Prepare.

        Args:
            select: Without conditions.
            columns: Whose values are given.
            dialect: For which database.
        """
        self._select = select
        self._columns = columns
        self._dialect = dialect
        self._texts: dict[int, str] = {}

    def run(self, connection: Connection, wanted: Sequence[Row]) -> Iterator[Row]:
        """The rows for some combinations of values.

        Raises:
            OperationalError: the database does not answer; as SQLAlchemy would raise it.
        """
        for chunk in _chunks(wanted):
            parameters = tuple(chain.from_iterable(chunk))
            yield from execute(connection, self._text(len(chunk)), parameters).fetchall()

    def _text(self, rows: int) -> str:
        if rows not in self._texts:
            # Written out, because as a list of values SQLite does not find it by an index.
            each = [
                sa.and_(*(column == sa.bindparam(f"{column.name}_{row}") for column in self._columns))
                for row in range(rows)
            ]
            self._texts[rows] = compile_text(self._select.where(sa.or_(*each)), self._dialect)
        return self._texts[rows]


def insert_for_dialect(dialect: Dialect, table: sa.Table) -> Any:
    """An INSERT that knows `on_conflict_…`."""
    if dialect.name == "sqlite":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # 3 MB, of which a store on SQLite has no use

    return postgresql.insert(table)


def compile_text(statement: Any, dialect: Dialect) -> str:
    """A statement's text, with positional parameters as the driver writes them."""
    return compile_ordered(statement, dialect)[0]


def compile_ordered(statement: Any, dialect: Dialect) -> tuple[str, Sequence[str]]:
    """A statement's text with positional parameters, and their names in that order."""
    # The dialects' constructors are not typed.
    positional: Any = type(dialect)
    compiled = statement.compile(dialect=positional(paramstyle="qmark" if dialect.name == "sqlite" else "format"))
    return compiled.string, compiled.positiontup or ()


def execute(connection: Connection, text: str, parameters: Row) -> Any:
    """Execute a statement in the transaction of a connection; gives the driver's cursor.

    Raises:
        OperationalError: the database does not take it.
    """
    driver: Any = connection.connection.driver_connection
    try:
        return driver.execute(text, parameters)
    except connection.dialect.loaded_dbapi.Error as error:
        raise _translate(connection, text, error) from error


def _translate(connection: Connection, text: str, error: Any) -> OperationalError:
    """The error that SQLAlchemy would raise."""
    driver: Any = connection.connection.driver_connection
    lost = connection.dialect.is_disconnect(error, driver, None)
    if lost:
        connection.invalidate(error)
    return OperationalError(text, None, error, connection_invalidated=lost)


def _chunks(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """Split so that up to 128 rows are two statements at most, and a few texts serve every number of rows."""
    start = 0
    while (left := len(rows) - start) > 0:
        size = left if left < _ROUND_ROWS else min(_MOST_ROWS, left - left % _ROUND_ROWS)
        yield rows[start : start + size]
        start += size
