"""The IO manager that stores tables in a SQL database."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from headwater.definitions.resources.configurable import ConfigurableIOManager
from headwater.definitions.resources.io_managers import InputContext, OutputContext
from headwater.errors import MissingInputError
from headwater.execution.tables import frames
from headwater.execution.tables.partition_rows import Moments, PartitionRows, Values, rows_of

_TYPES: tuple[tuple[type, type[sa.types.TypeEngine[Any]]], ...] = (
    (bool, sa.Boolean),
    (int, sa.BigInteger),
    (float, sa.Float),
    (dt.datetime, sa.DateTime),
    (dt.date, sa.Date),
    (bytes, sa.LargeBinary),
)


class SQLTableIOManager(ConfigurableIOManager):
    """Stores tables in a database that SQLAlchemy reaches: the last part of a key is the table.

    A value replaces all rows, or of an asset with partitions those of the ones being made, in one transaction; which
    those are tells the column that the asset's metadata names as `partition_expr`: a partition that is a window of time
    has the rows whose date or time lies in it, any other those with its key. A table that is not there is made, and
    columns that it lacks are added, with types from the first values.

    Args:
        url: The database's address, such as `EnvVar("WAREHOUSE_URL")`.
        db_schema: The schema of the tables; the database's default if left out.

    Example:
        >>> SQLTableIOManager(url="sqlite:///warehouse.db").db_schema is None
        True
    """

    url: str
    db_schema: str | None = None

    def handle_output(self, context: OutputContext, obj: Any) -> None:
        """Store rows: a data frame, or a list of dicts; of several partitions also a dict with one for each.

        Raises:
            StepOutputError: it is no table, a partition's rows can't be told from others, or there are rows of others.
        """
        name = context.asset_key.to_user_string()
        value = frames.joined(obj, context)
        is_rows = isinstance(value, list) and all(isinstance(row, dict) for row in value)
        rows = value if is_rows else frames.records(frames.as_frame(value, name))
        engine = sa.create_engine(self.url)
        try:
            with engine.begin() as connection:
                table = self._table(connection, context.asset_key.parts[-1])
                if table is not None and _add_columns(connection, table, rows):
                    table = self._table(connection, context.asset_key.parts[-1])
                if table is None:
                    table = _make(connection, context.asset_key.parts[-1], self.db_schema, rows)
                wanted = rows_of(context) if context.has_asset_partitions else None
                mine = sa.true() if wanted is None else _condition(table, wanted)
                connection.execute(sa.delete(table).where(mine))
                if rows:
                    connection.execute(sa.insert(table), rows)
                if wanted is not None:
                    counted = sa.select(sa.func.count()).select_from(table).where(mine)
                    stored = connection.execute(counted).scalar_one()
                    wanted.refuse(len(rows) - stored)
        finally:
            engine.dispose()
        context.add_output_metadata({"table": table.fullname, "row_count": len(rows)})

    def load_input(self, context: InputContext) -> Any:
        """The table, or the rows of the partitions that are meant; as dicts for a parameter annotated `list`.

        Raises:
            MissingInputError: there is no such table.
        """
        engine = sa.create_engine(self.url)
        try:
            with engine.connect() as connection:
                table = self._table(connection, context.asset_key.parts[-1])
                if table is None:
                    raise MissingInputError(
                        f"There is no table {context.asset_key.parts[-1]} with the data of "
                        f"{context.asset_key.to_user_string()}. Materialize it first."
                    )
                query = sa.select(table)
                if context.has_asset_partitions:
                    query = query.where(_condition(table, rows_of(context)))
                found = [tuple(row) for row in connection.execute(query)]
        finally:
            engine.dispose()
        columns = [column.name for column in table.columns]
        if getattr(context.typing_type, "__origin__", context.typing_type) is list:
            return [dict(zip(columns, row, strict=True)) for row in found]
        return frames.from_records(columns, found, context.typing_type)

    def _table(self, connection: sa.Connection, name: str) -> sa.Table | None:
        if not sa.inspect(connection).has_table(name, schema=self.db_schema):
            return None
        return sa.Table(name, sa.MetaData(), schema=self.db_schema, autoload_with=connection)


def _make(connection: sa.Connection, name: str, schema: str | None, rows: list[dict[str, Any]]) -> sa.Table:
    names = list(dict.fromkeys(column for row in rows for column in row))
    columns = [sa.Column(column, _type_of(row.get(column) for row in rows)) for column in names]
    table = sa.Table(name, sa.MetaData(), *columns, schema=schema)
    table.create(connection)
    return table


def _type_of(values: Any) -> sa.types.TypeEngine[Any]:
    first = next((value for value in values if value is not None), None)
    return next((kind() for python, kind in _TYPES if isinstance(first, python)), sa.Text())


def _add_columns(connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> bool:
    """Add the columns to a table that rows have beside its own; whether there were any."""
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext

    missing = [name for name in dict.fromkeys(column for row in rows for column in row) if name not in table.columns]
    operations = Operations(MigrationContext.configure(connection))
    for name in missing:
        column = sa.Column(name, _type_of(row.get(name) for row in rows))
        operations.add_column(table.name, column, schema=table.schema)
    return bool(missing)


def _condition(table: sa.Table, wanted: PartitionRows) -> sa.ColumnElement[bool]:
    """Which rows belong to some partitions."""
    wanted.check_columns(table.columns.keys())
    groups = [sa.and_(*(_holds(table.columns[each.column], each) for each in group)) for group in wanted.groups]
    return sa.or_(sa.false(), *groups)


def _holds(column: sa.Column[Any], values: Values) -> sa.ColumnElement[bool]:
    if not values.spans or not isinstance(column.type, sa.DateTime | sa.Date):
        return sa.cast(column, sa.String).in_(values.texts)
    zoned = isinstance(column.type, sa.DateTime) and column.type.timezone
    moments: Moments = "date" if isinstance(column.type, sa.Date) else "zoned" if zoned else "local"
    return sa.or_(*(sa.and_(column >= start, column < end) for start, end in values.bounds(moments)))
