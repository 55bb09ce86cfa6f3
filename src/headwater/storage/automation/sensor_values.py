"""What sensors keep beside their cursors: values by key, as JSON text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from headwater.storage.log.transaction import insert_for
from headwater.storage.schema import sensor_values


def read(connection: Connection, sensor: str) -> dict[str, str]:
    """All values of one sensor."""
    query = sa.select(sensor_values.c.key, sensor_values.c.value).where(sensor_values.c.sensor == sensor)
    return {row.key: row.value for row in connection.execute(query)}


def read_page(
    connection: Connection, sensor: str, *, prefix: str, after: str | None, limit: int
) -> list[tuple[str, Any]]:
    """Some values of one sensor with their keys, by key: those with a prefix, and after a key."""
    query = sa.select(sensor_values.c.key, sensor_values.c.value).where(sensor_values.c.sensor == sensor)
    query = query.where(sensor_values.c.key.startswith(prefix, autoescape=True))
    if after is not None:
        query = query.where(sensor_values.c.key > after)
    rows = connection.execute(query.order_by(sensor_values.c.key).limit(limit))
    return [(row.key, msgspec.json.decode(row.value)) for row in rows]


def read_counts(connection: Connection) -> dict[str, int]:
    """How many values each sensor keeps that keeps any."""
    query = sa.select(sensor_values.c.sensor, sa.func.count().label("kept")).group_by(sensor_values.c.sensor)
    return {row.sensor: row.kept for row in connection.execute(query)}


def put(connection: Connection, rows: Iterable[tuple[str, str, str]]) -> None:
    """Keep values: (sensor, key, JSON text) of each."""
    values = [{"sensor": sensor, "key": key, "value": value} for sensor, key, value in rows]
    if values:
        statement = insert_for(connection, sensor_values)
        change = {"value": statement.excluded.value}
        connection.execute(statement.on_conflict_do_update(index_elements=["sensor", "key"], set_=change), values)


def delete(connection: Connection, sensor: str, keys: Iterable[str]) -> None:
    """Forget some values of a sensor."""
    gone = list(keys)
    for start in range(0, len(gone), 500):
        mine = sa.and_(sensor_values.c.sensor == sensor, sensor_values.c.key.in_(gone[start : start + 500]))
        connection.execute(sa.delete(sensor_values).where(mine))


def clear(connection: Connection, sensor: str) -> None:
    """Forget all values of a sensor."""
    connection.execute(sa.delete(sensor_values).where(sensor_values.c.sensor == sensor))
