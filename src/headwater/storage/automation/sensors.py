"""Sensors: their cursors, switches and ticks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect

from headwater.errors import ConflictError
from headwater.records.automation.ticks import EndedTick, SensorState, Tick, TickDetail, TickStatus
from headwater.storage.database.driver import DriverInsert, DriverSelect
from headwater.storage.log.transaction import insert_for
from headwater.storage.schema import sensor_assets, sensor_state, ticks

_INSERT_TICKS = sa.insert(ticks)
_FIELDS = tuple(column.name for column in sensor_state.columns)


class _Statements:
    """What each tick executes, compiled for one database: a tick a second of each of many sensors asks for it."""

    def __init__(self, dialect: Dialect) -> None:
        versions = sa.select(sensor_state.c.sensor, sensor_state.c.version)
        self.versions = DriverSelect(versions, [sensor_state.c.sensor], dialect)
        self.save = DriverInsert.upsert(
            sensor_state, dialect, lambda _kept, given: {name: given[name] for name in _FIELDS}
        )


_statements = cache(_Statements)
_tick_detail_decoder = msgspec.json.Decoder(TickDetail)


def read_state(connection: Connection, sensor: str) -> SensorState:
    """What is kept of one sensor; a fresh state for one that never ticked."""
    row = connection.execute(sa.select(sensor_state).where(sensor_state.c.sensor == sensor)).first()
    return SensorState(sensor=sensor) if row is None else SensorState(**row._mapping)


def read_states(connection: Connection) -> dict[str, SensorState]:
    """What is kept of every sensor that ever ticked or was switched."""
    return {row.sensor: SensorState(**row._mapping) for row in connection.execute(sa.select(sensor_state))}


def check_versions(connection: Connection, states: Sequence[SensorState]) -> None:
    """Refuse ticks that were evaluated from a state which somebody has changed since.

    Raises:
        ConflictError: a sensor ticked elsewhere, or its cursor was set by hand, meanwhile.
    """
    wanted = [(state.sensor,) for state in states]
    kept: dict[str, int] = dict(_statements(connection.dialect).versions.run(connection, wanted))
    moved = [state.sensor for state in states if kept.get(state.sensor, 0) != state.version]
    if moved:
        raise ConflictError(
            f"{', '.join(map(repr, moved))} moved on while this tick was evaluated, so the tick was dropped; "
            "the next one begins from the new cursor."
        )


def save_states(connection: Connection, states: Sequence[SensorState]) -> list[SensorState]:
    """Keep states, each as its next version; gives them as they are kept."""
    kept = [msgspec.structs.replace(state, version=state.version + 1) for state in states]
    rows = [tuple([getattr(state, name) for name in _FIELDS]) for state in kept]
    _statements(connection.dialect).save.run(connection, rows)
    return kept


def insert_ticks(connection: Connection, ended: Sequence[EndedTick]) -> None:
    """Keep ticks."""
    rows = [
        {
            "sensor": tick.sensor,
            "status": tick.status.value,
            "started_at": tick.started_at,
            "ended_at": tick.ended_at,
            "detail": msgspec.json.encode(tick.detail).decode(),
        }
        for tick in ended
    ]
    connection.execute(_INSERT_TICKS, rows)


def note_assets(connection: Connection, pairs: Iterable[tuple[str, str]]) -> None:
    """Remember that a sensor reports an asset: (sensor, asset key) of each."""
    rows = [{"sensor": sensor, "asset_key": key} for sensor, key in sorted(set(pairs))]
    if rows:
        connection.execute(insert_for(connection, sensor_assets).on_conflict_do_nothing(), rows)


def read_assets(connection: Connection) -> list[tuple[str, str]]:
    """Every (sensor, asset key) of which a tick reported an event."""
    query = sa.select(sensor_assets.c.sensor, sensor_assets.c.asset_key).order_by(*sensor_assets.primary_key.columns)
    return [(row.sensor, row.asset_key) for row in connection.execute(query)]


def read_ticks(
    connection: Connection,
    sensor: str,
    *,
    statuses: Collection[TickStatus] = (),
    before: int | None = None,
    limit: int = 50,
) -> list[Tick]:
    """A sensor's ticks, the last first; `before` is the id of the last one of the page before."""
    query = sa.select(ticks).where(ticks.c.sensor == sensor)
    if statuses:
        query = query.where(ticks.c.status.in_([status.value for status in statuses]))
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
        detail=_tick_detail_decoder.decode(row.detail),
    )
