"""The IO manager that stores tables in a DuckDB file."""

from __future__ import annotations

from typing import Any

from headwater.definitions.resources.configurable import ConfigurableIOManager
from headwater.definitions.resources.io_managers import InputContext, OutputContext
from headwater.errors import MissingInputError, StepOutputError
from headwater.execution.tables import frames

_ROWS = "headwater_rows"


class DuckDBIOManager(ConfigurableIOManager):
    """Stores tables in a DuckDB file: the last part of a key is the table, the one before it the schema.

    A value replaces the whole table, or of an asset with partitions the rows of those that are made, in one
    transaction. Which rows those are tells the column that the asset's metadata names as `partition_expr`.

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
        """Store a table, or the rows of a partition.

        Raises:
            StepOutputError: it is no table, or a partition's rows can't be told from others.
        """
        frame = frames.as_frame(obj, context.asset_key.to_user_string())
        schema, table = self._names(context)
        column = partition_column(context) if context.has_asset_partitions else None
        with _connect(self.database) as connection:
            frames.into_duckdb(connection, _ROWS, frame)
            connection.execute("BEGIN")
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
            if column is None:
                connection.execute(f"CREATE OR REPLACE TABLE {schema}.{table} AS FROM {_ROWS}")
            else:
                connection.execute(f"CREATE TABLE IF NOT EXISTS {schema}.{table} AS FROM {_ROWS} LIMIT 0")
                mine = f"list_contains(?, {quoted(column)}::VARCHAR)"
                keys = list(context.asset_partition_keys)
                connection.execute(f"DELETE FROM {schema}.{table} WHERE {mine}", [keys])  # noqa: S608
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
        with _connect(self.database) as connection:
            try:
                relation = connection.sql(f"FROM {schema}.{table}")
                if context.has_asset_partitions:
                    keys = [duckdb.ConstantExpression(key) for key in context.asset_partition_keys]
                    column = duckdb.ColumnExpression(partition_column(context)).cast("VARCHAR")
                    relation = relation.filter(column.isin(*keys))
                return frames.from_duckdb(relation, context.typing_type)
            except duckdb.CatalogException:
                raise MissingInputError(
                    f"There is no table {schema}.{table} in {self.database} with the data of "
                    f"{context.asset_key.to_user_string()}. Materialize it first."
                ) from None

    def _names(self, context: Any) -> tuple[str, str]:
        parts = context.asset_key.parts
        return quoted(parts[-2] if len(parts) > 1 else self.db_schema), quoted(parts[-1])


def partition_column(context: Any) -> str:
    """The column that tells the partitions of an asset apart.

    Raises:
        StepOutputError: its metadata does not say.
    """
    column = context.definition_metadata.get("partition_expr")
    if not isinstance(column, str):
        raise StepOutputError(
            f"{context.asset_key.to_user_string()} has partitions, but does not say which column tells them apart; "
            "write metadata={'partition_expr': 'day'}."
        )
    return column


def quoted(name: str) -> str:
    """A name as SQL writes it, whatever it holds."""
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def _connect(database: str) -> Any:
    import duckdb  # optional

    return duckdb.connect(database)
