"""The IO manager that stores tables in a DuckDB file."""

from __future__ import annotations

from typing import Any

from headwater.definitions.resources.configurable import ConfigurableIOManager
from headwater.definitions.resources.io_managers import InputContext, OutputContext
from headwater.errors import MissingInputError
from headwater.execution.tables import frames
from headwater.execution.tables.partition_rows import Moments, PartitionRows, rows_of

_ROWS = "headwater_rows"
_MOMENTS: dict[str, Moments] = {
    "DATE": "date",
    "TIMESTAMP": "local",
    "TIMESTAMP_S": "local",
    "TIMESTAMP_MS": "local",
    "TIMESTAMP_NS": "local",
    "TIMESTAMP WITH TIME ZONE": "zoned",
}


class DuckDBIOManager(ConfigurableIOManager):
    """Stores tables in a DuckDB file: the last part of a key is the table, the one before it the schema.

    A value replaces the whole table, or of an asset with partitions the rows of those that are made, in one
    transaction. Which rows those are tells the column that the asset's metadata names as `partition_expr`: a partition
    that is a window of time has the rows whose date or time lies in it, any other those with its key. Columns that
    later rows have more of are added.

    Args:
        database: The file.
        db_schema: The schema of assets whose keys have one part.

    Example:
        >>> DuckDBIOManager(database="warehouse.duckdb").db_schema
        'main'
    """

    database: str
    db_schema: str = "main"

    def handle_output(self, context: OutputContext, obj: Any) -> None:
        """Store a table, or the rows of partitions: in one table, or in a dict with one for each.

        Raises:
            StepOutputError: it is no table, a partition's rows can't be told from others, or there are rows of others.
        """
        frame = frames.as_frame(frames.joined(obj, context), context.asset_key.to_user_string())
        schema, table = self._names(context)
        wanted = rows_of(context) if context.has_asset_partitions else None
        if wanted is not None:
            frames.check_rows(frame, wanted)
        with _connect(self.database) as connection:
            frames.into_duckdb(connection, _ROWS, frame)
            connection.execute("BEGIN")
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
            if wanted is None:
                connection.execute(f"CREATE OR REPLACE TABLE {schema}.{table} AS FROM {_ROWS}")
            else:
                connection.execute(f"CREATE TABLE IF NOT EXISTS {schema}.{table} AS FROM {_ROWS} LIMIT 0")
                found, given = (_columns(connection, name) for name in (f"{schema}.{table}", _ROWS))
                wanted.check_columns(found)
                for name in given.keys() - found.keys():
                    connection.execute(f"ALTER TABLE {schema}.{table} ADD COLUMN {quoted(name)} {given[name]}")
                condition, values = _condition(wanted, found)
                connection.execute(f"DELETE FROM {schema}.{table} WHERE {condition}", values)  # noqa: S608
                connection.execute(f"INSERT INTO {schema}.{table} BY NAME FROM {_ROWS}")
            connection.execute("COMMIT")
        context.add_output_metadata({"table": f"{schema}.{table}".replace('"', ""), "row_count": len(frame)})

    def load_input(self, context: InputContext) -> Any:
        """The table, or the rows of the partitions that are meant.

        Raises:
            MissingInputError: there is no such table.
            StepOutputError: a partition's rows can't be told from others.
        """
        import duckdb  # optional

        schema, table = self._names(context)
        wanted = rows_of(context) if context.has_asset_partitions else None
        with _connect(self.database) as connection:
            try:
                query, values = f"FROM {schema}.{table}", list[Any]()
                if wanted is not None:
                    found = _columns(connection, f"{schema}.{table}")
                    wanted.check_columns(found)
                    condition, values = _condition(wanted, found)
                    query += f" WHERE {condition}"
                return frames.from_duckdb(connection.sql(query, params=values), context.typing_type)
            except duckdb.CatalogException:
                raise MissingInputError(
                    f"There is no table {schema}.{table} in {self.database} with the data of "
                    f"{context.asset_key.to_user_string()}. Materialize it first."
                ) from None

    def _names(self, context: Any) -> tuple[str, str]:
        parts = context.asset_key.parts
        return quoted(parts[-2] if len(parts) > 1 else self.db_schema), quoted(parts[-1])


def _columns(connection: Any, table: str) -> dict[str, str]:
    """The columns of a table with their types."""
    relation = connection.sql(f"FROM {table}")
    return dict(zip(relation.columns, map(str, relation.dtypes), strict=True))


def _condition(wanted: PartitionRows, types: dict[str, str]) -> tuple[str, list[Any]]:
    """Which rows belong to some partitions, in SQL with its values."""
    texts: list[str] = []
    values: list[Any] = []
    for group in wanted.groups:
        terms = []
        for each in group:
            column, kind = quoted(each.column), types[each.column]
            if each.spans and kind in _MOMENTS:
                bounds = each.bounds(_MOMENTS[kind])
                within = f"({column} >= ?::{kind} AND {column} < ?::{kind})"
                terms.append(f"({' OR '.join([within] * len(bounds))})")
                values += [moment.isoformat() for bound in bounds for moment in bound]
            else:
                terms.append(f"list_contains(?, {column}::VARCHAR)")
                values.append(list(each.texts))
        texts.append(" AND ".join(terms))
    return " OR ".join(f"({text})" for text in texts) or "FALSE", values


def quoted(name: str) -> str:
    """A name as SQL writes it, whatever it holds."""
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def _connect(database: str) -> Any:
    import duckdb  # optional

    return duckdb.connect(database)
