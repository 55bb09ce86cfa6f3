"""Sensors: their cursors, switches and ticks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from headwater.errors import ConflictError
from headwater.records.ticks import SensorState, Tick, TickDetail, TickStatus
from headwater.storage.schema import sensor_assets, sensor_state, ticks
from headwater.storage.transaction import insert_for

_KEPT_SKIPPED = 100


def read_state(connection: Connection, sensor: str) -> SensorState:
    """What is kept of one sensor; a fresh state for one that never ticked."""
    row = connection.execute(sa.select(sensor_state).where(sensor_state.c.sensor == sensor)).first()
    return SensorState(sensor=sensor) if row is None else SensorState(**row._mapping)


def read_states(connection: Connection) -> dict[str, SensorState]:
    """What is kept of every sensor that ever ticked or was switched."""
    return {row.sensor: SensorState(**row._mapping) for row in connection.execute(sa.select(sensor_state))}


def check_version(connection: Connection, state: SensorState) -> None:
    """Refuse a tick that was evaluated from a state which somebody has changed since.

    Raises:
        ConflictError: the sensor ticked elsewhere, or its cursor was set by hand, meanwhile.
    """
    current = read_state(connection, state.sensor)
    if current.version != state.version:
        raise ConflictError(
            f"Sensor {state.sensor!r} moved on while this tick was evaluated, so the tick was dropped; "
            "the next one begins from the new cursor."
        )


def save_state(connection: Connection, state: SensorState) -> None:
    """Keep a sensor's state, as its next version."""
    row = msgspec.structs.asdict(msgspec.structs.replace(state, version=state.version + 1))
    statement = insert_for(connection, sensor_state).values(row)
    connection.execute(statement.on_conflict_do_update(index_elements=["sensor"], set_=row))


def insert_tick(
    connection: Connection, sensor: str, status: TickStatus, started_at: int, ended_at: int, detail: TickDetail
) -> int:
    """Keep a tick; of those that were skipped only the newest stay.

    Returns:
        Its id.
    """
    row = {
        "sensor": sensor,
        "status": status.value,
        "started_at": started_at,
        "ended_at": ended_at,
        "detail": msgspec.json.encode(detail).decode(),
    }
    tick_id: int = connection.execute(sa.insert(ticks).values(row).returning(ticks.c.tick_id)).scalar_one()
    if status is TickStatus.SKIPPED:
        skipped = sa.and_(ticks.c.sensor == sensor, ticks.c.status == TickStatus.SKIPPED.value)
        oldest_kept = (
            sa.select(ticks.c.tick_id).where(skipped).order_by(ticks.c.tick_id.desc()).offset(_KEPT_SKIPPED).limit(1)
        )
        connection.execute(sa.delete(ticks).where(skipped, ticks.c.tick_id <= oldest_kept.scalar_subquery()))
    return tick_id


def note_assets(connection: Connection, sensor: str, asset_keys: Iterable[str]) -> None:
    """Remember that a sensor reports these assets."""
    rows = [{"sensor": sensor, "asset_key": key} for key in sorted(set(asset_keys))]
    if rows:
        connection.execute(insert_for(connection, sensor_assets).on_conflict_do_nothing(), rows)


def read_assets(connection: Connection) -> list[tuple[str, str]]:
    """Every (sensor, asset key) of which a tick reported an event."""
    query = sa.select(sensor_assets.c.sensor, sensor_assets.c.asset_key).order_by(*sensor_assets.primary_key.columns)
    return [(row.sensor, row.asset_key) for row in connection.execute(query)]


def read_ticks(connection: Connection, sensor: str, *, before: int | None = None, limit: int = 50) -> list[Tick]:
    """A sensor's ticks, the last first; `before` is the id of the last one of the page before."""
    query = sa.select(ticks).where(ticks.c.sensor == sensor)
    if before is not None:
        query = query.where(ticks.c.tick_id < before)
    return [_from_row(row) for row in connection.execute(query.order_by(ticks.c.tick_id.desc()).limit(limit))]


def read_last_ticks(connection: Connection) -> dict[str, Tick]:
    """The last tick of every sensor."""
    newest = sa.select(sa.func.max(ticks.c.tick_id)).group_by(ticks.c.sensor)
    query = sa.select(ticks).where(ticks.c.tick_id.in_(newest))
    return {row.sensor: _from_row(row) for row in connection.execute(query)}


def _from_row(row: Any) -> Tick:
    return Tick(
        tick_id=row.tick_id,
        sensor=row.sensor,
        status=TickStatus(row.status),
        started_at=row.started_at,
        ended_at=row.ended_at,
        detail=msgspec.json.decode(row.detail, type=TickDetail),
    )
