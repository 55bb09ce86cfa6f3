"""Tables of a database or warehouse that something else writes: a sensor that reports each that has changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

import headwater as hw
from headwater.connectors.errors import UnreachableError
from headwater.connectors.variables import read
from headwater.keys import CoercibleToAssetKey


class _Seen(msgspec.Struct, frozen=True):
    """A table as a tick found it; `version` is empty where nothing but its rows is looked at."""

    version: str
    rows: int | None


def build_table_sensor(
    *,
    name: str,
    url: str | hw.EnvVar,
    tables: Mapping[str, CoercibleToAssetKey],
    version: str | Mapping[str, str] | None = None,
    count_rows: bool = True,
    minimum_interval_seconds: float = 30.0,
    timeout: float = 60.0,
    description: str | None = None,
    default_status: hw.DefaultSensorStatus | None = None,
) -> hw.SensorDefinition:
    """A sensor that reports a materialization of each table that has changed since the last tick.

    It tells the number of rows and the columns as metadata. A change that neither `version` nor the number of rows
    shows is not seen. While a table is not there, such as between the steps of another system's rebuild, the tick
    fails, and the next one that succeeds reports what has changed.

    Args:
        name: The sensor's name.
        url: The database, as SQLAlchemy has it: `postgresql+psycopg://reader@warehouse/shop`, `snowflake://…`. Its
            driver must be installed. An `EnvVar` keeps the password out of the code.
        tables: The tables, `orders` or `marts.orders`, and the asset that each is.
        version: An SQL expression over a table's rows that has another value after each change, such as
            `max(updated_at)`: one for all, or one by table. None goes by the number of rows alone.
        count_rows: Whether rows are counted, which reads a whole table in some databases. Only with a `version` for
            each table can it be left.
        minimum_interval_seconds: From one tick to the next.
        timeout: Seconds after which a tick is stopped.
        description: What it looks at, in Markdown.
        default_status: Whether it is on as long as nobody has switched it.

    Raises:
        InvalidParameterError: there is no table, or nothing would show that one has changed.
    """
    versions = _versions(tables, version)
    _check(name, tables, versions, count_rows)

    @hw.sensor(
        name=name,
        minimum_interval_seconds=minimum_interval_seconds,
        timeout=timeout,
        description=description or f"Looks for changes of {', '.join(f'`{table}`' for table in tables)}.",
        default_status=default_status,
    )
    def look(context: hw.SensorEvaluationContext) -> hw.SensorResult:
        events: list[hw.AssetMaterialization] = []
        with _connected(read(url, f"url of the sensor {name!r}")) as connection:
            for table, asset in tables.items():
                with _explained(f"The table {table}", "its name, `version`, and what the user may read"):
                    seen = _look_at(connection, table, versions.get(table), count_rows)
                    if context.state.get(table) != [seen.version, seen.rows]:
                        events.append(_materialization(connection, table, asset, seen))
                        context.state[table] = [seen.version, seen.rows]
        for gone in [table for table in context.state if table not in tables]:
            del context.state[gone]
        return hw.SensorResult(asset_events=events, skip_reason=None if events else "No table has changed.")

    return look


def _versions(tables: Mapping[str, CoercibleToAssetKey], version: str | Mapping[str, str] | None) -> Mapping[str, str]:
    if version is None or isinstance(version, str):
        return {} if version is None else dict.fromkeys(tables, version)
    return version


def _check(name: str, tables: Mapping[str, CoercibleToAssetKey], versions: Mapping[str, str], count_rows: bool) -> None:
    if not tables:
        raise hw.InvalidParameterError(f"tables of the sensor {name!r} is empty; name those that it looks at.")
    strangers = [table for table in versions if table not in tables]
    if strangers:
        raise hw.InvalidParameterError(
            f"version of the sensor {name!r} names {strangers[0]!r}, which is not in tables."
        )
    blind = [table for table in tables if table not in versions]
    if blind and not count_rows:
        raise hw.InvalidParameterError(
            f"Nothing would show the sensor {name!r} that {blind[0]!r} has changed: give a `version` for it, or let "
            "count_rows be True."
        )


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    # A connection need not live until the next tick, and is cheap beside the queries.
    with _explained("The database", "`url`, and whether it is up"):
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        connection = engine.connect()
    with connection:
        yield connection


@contextmanager
def _explained(what: str, mend: str) -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, ModuleNotFoundError) as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0].rstrip(".")
        raise UnreachableError(f"{what} can't be looked at: {reason}. Check {mend}; nothing was reported.") from error


def _look_at(connection: Connection, table: str, version: str | None, count_rows: bool) -> _Seen:
    wanted: list[sa.ColumnElement[Any]] = []
    if version is not None:
        wanted.append(sa.literal_column(version))
    if count_rows:
        wanted.append(sa.func.count())
    found = list(connection.execute(sa.select(*wanted).select_from(_table(table))).one())
    return _Seen(_text(found[0]) if version is not None else "", int(found[-1]) if count_rows else None)


def _table(name: str) -> sa.TableClause:
    schema, _, table = name.rpartition(".")
    return sa.table(table, schema=schema or None)


def _text(value: object) -> str:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return "" if value is None else str(value)


def _materialization(
    connection: Connection, table: str, asset: CoercibleToAssetKey, seen: _Seen
) -> hw.AssetMaterialization:
    metadata: dict[str, Any] = {"dagster/table_name": table, "dagster/column_schema": _schema(connection, table)}
    if seen.rows is not None:
        metadata["dagster/row_count"] = seen.rows
    if seen.version:
        metadata["version"] = seen.version
    return hw.AssetMaterialization(asset, metadata=metadata, data_version=f"{seen.version}:{seen.rows}")


def _schema(connection: Connection, table: str) -> hw.TableSchema:
    place = _table(table)
    found = sa.inspect(connection).get_columns(place.name, schema=place.schema)
    return hw.TableSchema(
        [
            hw.TableColumn(
                str(column["name"]),
                str(column["type"]).lower(),
                column.get("comment"),
                hw.TableColumnConstraints(nullable=bool(column["nullable"])),
            )
            for column in found
        ]
    )
