"""Sensors, schedules and their ticks as the API shows them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import msgspec
from sqlalchemy.engine import Connection

from headwater.automation.ticks.decide import PlannedTick
from headwater.automation.ticks.decide_due import Ticking, is_running, next_due, upcoming
from headwater.clock import to_seconds
from headwater.definitions.snapshot import ScheduleSnapshot, SensorSnapshot
from headwater.digits import whole_number
from headwater.errors import InvalidCursorError, UnknownScheduleError, UnknownSensorError
from headwater.graph.asset_graph import AssetGraph
from headwater.records.automation.ticks import EndedTick, LogRecord, SensorState, Tick, TickStatus
from headwater.server import shapes
from headwater.server.resources.assets import source_view
from headwater.server.resources.events import error_view
from headwater.storage.automation import sensor_values
from headwater.storage.automation import sensors as sensor_store

_TIMES_AHEAD = 5


class TickFacts(msgspec.Struct, frozen=True):
    """What the store knows of all sensors and schedules, by name."""

    states: Mapping[str, SensorState]
    last: Mapping[str, Tick]
    reports: Mapping[str, list[str]]
    values: Mapping[str, int]


def read_facts(connection: Connection) -> TickFacts:
    """What the store knows of all sensors and schedules."""
    reports: dict[str, list[str]] = {}
    for sensor, asset in sensor_store.read_assets(connection):
        reports.setdefault(sensor, []).append(asset)
    return TickFacts(
        states=sensor_store.read_states(connection),
        last=sensor_store.read_last_ticks(connection),
        reports=reports,
        values=sensor_values.read_counts(connection),
    )


def find_sensor(graph: AssetGraph, name: str) -> SensorSnapshot:
    """A sensor's definition.

    Raises:
        UnknownSensorError: there is none of that name.
    """
    if name not in graph.sensors:
        known = ", ".join(sorted(graph.sensors)) or "none"
        raise UnknownSensorError(f"There is no sensor {name!r}. The loaded definitions have: {known}.")
    return graph.sensors[name][0]


def find_schedule(graph: AssetGraph, name: str) -> ScheduleSnapshot:
    """A schedule's definition.

    Raises:
        UnknownScheduleError: there is none of that name.
    """
    if name not in graph.schedules:
        known = ", ".join(sorted(graph.schedules)) or "none"
        raise UnknownScheduleError(f"There is no schedule {name!r}. The loaded definitions have: {known}.")
    return graph.schedules[name][0]


def find_ticking(graph: AssetGraph, name: str) -> Ticking:
    """The definition of a sensor or schedule.

    Raises:
        UnknownSensorError: there is none of that name.
    """
    return find_schedule(graph, name) if name in graph.schedules else find_sensor(graph, name)


def sensor_list(connection: Connection, graph: AssetGraph, now: int) -> shapes.SensorList:
    """Every sensor, by name."""
    facts = read_facts(connection)
    return shapes.SensorList(items=[sensor_view(graph, name, facts, now) for name in sorted(graph.sensors)])


def schedule_list(connection: Connection, graph: AssetGraph, now: int) -> shapes.ScheduleList:
    """Every schedule, by name."""
    facts = read_facts(connection)
    return shapes.ScheduleList(items=[schedule_view(graph, name, facts, now) for name in sorted(graph.schedules)])


def sensor_view(graph: AssetGraph, name: str, facts: TickFacts, now: int) -> shapes.SensorView:
    """One sensor.

    Raises:
        UnknownSensorError: there is none of that name.
    """
    sensor = find_sensor(graph, name)
    state = facts.states.get(name, SensorState(sensor=name))
    has_ticked = state.last_tick_at is not None or state.retry_at is not None
    due = next_due(sensor, state, now) if has_ticked else None
    last = facts.last.get(name)
    return shapes.SensorView(
        name=name,
        kind=sensor.kind,
        description=sensor.description,
        location=graph.sensors[name][1],
        running=is_running(sensor, state),
        running_by_default=sensor.running_by_default,
        minimum_interval=sensor.minimum_interval,
        timeout=sensor.timeout,
        cursor=state.cursor,
        values=facts.values.get(name, 0),
        failures=state.failures,
        last_tick=None if last is None else tick_view(last),
        next_tick_at=None if due is None else to_seconds(due),
        targets=None if sensor.targets is None else list(sensor.targets),
        jobs=list(sensor.jobs),
        watches=None if sensor.watch is None or sensor.watch.assets is None else list(sensor.watch.assets),
        reports=list(facts.reports.get(name, [])),
        tags=sensor.tags,
        owners=list(sensor.owners),
        source=source_view(sensor.source),
    )


def schedule_view(graph: AssetGraph, name: str, facts: TickFacts, now: int) -> shapes.ScheduleView:
    """One schedule.

    Raises:
        UnknownScheduleError: there is none of that name.
    """
    schedule = find_schedule(graph, name)
    state = facts.states.get(name, SensorState(sensor=name))
    running = is_running(schedule, state)
    due = next_due(schedule, state, now)
    last = facts.last.get(name)
    return shapes.ScheduleView(
        name=name,
        description=schedule.description,
        location=graph.schedules[name][1],
        running=running,
        running_by_default=schedule.running_by_default,
        cron_schedule=list(schedule.crons),
        execution_timezone=schedule.timezone,
        catch_up=schedule.catch_up,
        timeout=schedule.timeout,
        failures=state.failures,
        last_tick=None if last is None else tick_view(last),
        next_tick_at=None if due is None else to_seconds(due),
        next_times=[to_seconds(time) for time in upcoming(schedule, now, _TIMES_AHEAD)] if running else [],
        targets=None if schedule.targets is None else list(schedule.targets),
        jobs=list(schedule.jobs),
        tags=schedule.tags,
        owners=list(schedule.owners),
        source=source_view(schedule.source),
    )


def tick_page(
    connection: Connection, name: str, *, statuses: Collection[TickStatus] = (), cursor: str | None, limit: int
) -> shapes.TickPage:
    """The ticks of a sensor or schedule, the last first; with a status, where that is asked for."""
    before = None if cursor is None else whole_number(cursor)
    if cursor is not None and before is None:
        raise InvalidCursorError(f"cursor {cursor!r} is not the `next` of an earlier page.")
    found = sensor_store.read_ticks(connection, name, statuses=statuses, before=before, limit=limit + 1)
    items = found[:limit]
    following = str(items[-1].tick_id) if len(found) > limit else None
    return shapes.TickPage(items=[tick_view(tick) for tick in items], next=following)


def tick_view(tick: EndedTick) -> shapes.TickView:
    """One tick."""
    detail = tick.detail
    return shapes.TickView(
        tick_id=tick.tick_id if isinstance(tick, Tick) else 0,
        sensor=tick.sensor,
        status=tick.status.value,
        started_at=to_seconds(tick.started_at),
        ended_at=to_seconds(tick.ended_at),
        due_at=None if detail.due_at is None else to_seconds(detail.due_at),
        scheduled_at=None if detail.scheduled_at is None else to_seconds(detail.scheduled_at),
        skip_message=detail.skip_message,
        error=error_view(detail.error),
        attempt=detail.attempt,
        cursor=detail.cursor,
        values_changed=detail.values_changed,
        consumed=list(detail.consumed),
        events=list(detail.events),
        event_assets=list(detail.event_assets),
        run_ids=list(detail.run_ids),
        partitions=[
            shapes.PartitionsChangeView(name=each.name, added=list(each.add), deleted=list(each.delete))
            for each in detail.partitions
        ],
        log=[_log_line(line) for line in detail.log],
    )


def dry_run_view(planned: PlannedTick) -> shapes.DryRunView:
    """What a tick would have come to."""
    return shapes.DryRunView(
        tick=tick_view(planned.ended),
        events=[
            shapes.DryEvent(
                kind=event.kind.value,
                asset_key=event.asset_key or "",
                partition=event.partition,
                data_version=event.data_version,
                flags=list(getattr(event.payload, "flags", ())),
            )
            for event in planned.reports
        ],
        runs=[
            shapes.DryRunRun(
                run_key=key,
                assets=list(run.assets),
                location=run.location,
                partitions=list(run.partition_keys or ()),
                job_name=run.job_name,
                tags=run.tags,
                run_config=run.run_config,
            )
            for key, run in planned.runs
        ],
        values={key: msgspec.json.decode(value) for key, value in planned.values.put.items()},
        values_deleted=list(planned.values.delete),
    )


def _log_line(line: LogRecord) -> shapes.LogLine:
    return shapes.LogLine(timestamp=to_seconds(line.timestamp), step="", stream="log", level=line.level, text=line.text)
