"""The IO manager that stores tables in a SQL database."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from headwater.definitions.resources.configurable import ConfigurableIOManager
from headwater.definitions.resources.io_managers import InputContext, OutputContext
from headwater.errors import MissingInputError
from headwater.execution.tables import frames
from headwater.execution.tables.duckdb_file import partition_column

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
    those are tells the column that the asset's metadata names as `partition_expr`. A table that is not there is made,
    with column types from the first values.

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
        """Store rows: a data frame, or a list of dicts.

        Raises:
            StepOutputError: it is no table, or a partition's rows can't be told from others.
        """
        name = context.asset_key.to_user_string()
        is_rows = isinstance(obj, list) and all(isinstance(row, dict) for row in obj)
        rows = obj if is_rows else frames.records(frames.as_frame(obj, name))
        engine = sa.create_engine(self.url)
        try:
            with engine.begin() as connection:
                table = self._table(connection, context.asset_key.parts[-1])
                if table is None:
                    table = _make(connection, context.asset_key.parts[-1], self.db_schema, rows)
                erase = sa.delete(table)
                if context.has_asset_partitions:
                    erase = erase.where(_is_partition(table, context))
                connection.execute(erase)
                if rows:
                    connection.execute(sa.insert(table), rows)
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
                    query = query.where(_is_partition(table, context))
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


def _is_partition(table: sa.Table, context: Any) -> sa.ColumnElement[bool]:
    column = table.columns[partition_column(context)]
    return sa.cast(column, sa.String).in_(context.asset_partition_keys)
