"""Sensors and their ticks as the API shows them."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.engine import Connection

from headwater.clock import MICROSECONDS, to_seconds
from headwater.definitions.snapshot import SensorSnapshot
from headwater.errors import InvalidCursorError, UnknownSensorError
from headwater.graph.asset_graph import AssetGraph
from headwater.records.ticks import SensorState, Tick
from headwater.server import shapes
from headwater.server.resources.assets import source_view
from headwater.server.resources.events import error_view
from headwater.storage import sensors as sensor_store


def sensor_list(connection: Connection, graph: AssetGraph) -> shapes.SensorList:
    """Every sensor, by name."""
    states = sensor_store.read_states(connection)
    last = sensor_store.read_last_ticks(connection)
    reports: dict[str, list[str]] = {}
    for sensor, asset in sensor_store.read_assets(connection):
        reports.setdefault(sensor, []).append(asset)
    return shapes.SensorList(items=[_sensor_view(graph, name, states, last, reports) for name in sorted(graph.sensors)])


def sensor_view(connection: Connection, graph: AssetGraph, name: str) -> shapes.SensorView:
    """One sensor.

    Raises:
        UnknownSensorError: there is none of that name.
    """
    find_sensor(graph, name)
    return next(view for view in sensor_list(connection, graph).items if view.name == name)


def find_sensor(graph: AssetGraph, name: str) -> SensorSnapshot:
    """A sensor's definition.

    Raises:
        UnknownSensorError: there is none of that name.
    """
    if name not in graph.sensors:
        known = ", ".join(sorted(graph.sensors)) or "none"
        raise UnknownSensorError(f"There is no sensor {name!r}. The loaded definitions have: {known}.")
    return graph.sensors[name][0]


def tick_page(connection: Connection, sensor: str, *, cursor: str | None, limit: int) -> shapes.TickPage:
    """A sensor's ticks, the last first."""
    if cursor is not None and not cursor.isdigit():
        raise InvalidCursorError(f"cursor {cursor!r} is not the `next` of an earlier page.")
    before = None if cursor is None else int(cursor)
    found = sensor_store.read_ticks(connection, sensor, before=before, limit=limit + 1)
    items = found[:limit]
    following = str(items[-1].tick_id) if len(found) > limit else None
    return shapes.TickPage(items=[_tick_view(tick) for tick in items], next=following)


def _sensor_view(
    graph: AssetGraph,
    name: str,
    states: Mapping[str, SensorState],
    last: Mapping[str, Tick],
    reports: Mapping[str, list[str]],
) -> shapes.SensorView:
    sensor, location = graph.sensors[name]
    state = states.get(name, SensorState(sensor=name))
    running = sensor.running_by_default if state.running is None else state.running
    due = None
    if running and state.last_tick_at is not None:
        due = to_seconds(state.last_tick_at + round(sensor.minimum_interval * MICROSECONDS))
    return shapes.SensorView(
        name=name,
        description=sensor.description,
        location=location,
        running=running,
        running_by_default=sensor.running_by_default,
        minimum_interval=sensor.minimum_interval,
        cursor=state.cursor,
        last_tick=_tick_view(last[name]) if name in last else None,
        next_tick_at=due,
        targets=None if sensor.targets is None else list(sensor.targets),
        reports=reports.get(name, []),
        tags=sensor.tags,
        owners=list(sensor.owners),
        source=source_view(sensor.source),
    )


def _tick_view(tick: Tick) -> shapes.TickView:
    detail = tick.detail
    return shapes.TickView(
        tick_id=tick.tick_id,
        sensor=tick.sensor,
        status=tick.status.value,
        started_at=to_seconds(tick.started_at),
        ended_at=to_seconds(tick.ended_at),
        skip_message=detail.skip_message,
        error=error_view(detail.error),
        cursor=detail.cursor,
        events=list(detail.events),
        event_assets=list(detail.event_assets),
        run_ids=list(detail.run_ids),
        log=[
            shapes.LogLine(
                timestamp=to_seconds(line.timestamp), step="", stream="log", level=line.level, text=line.text
            )
            for line in detail.log
        ],
    )
