"""When a sensor is due, and what its tick leads to."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Mapping, Sequence

import msgspec

from headwater.automation.tick_messages import RequestedRun, TickReport
from headwater.clock import MICROSECONDS
from headwater.definitions.snapshot import SensorSnapshot
from headwater.errors import SensorResultError
from headwater.graph.asset_graph import AssetGraph
from headwater.records.events import ErrorInfo, NewEvent
from headwater.records.flags import flag
from headwater.records.requests import plan_runs, requested_events
from headwater.records.runs import Cause, Run
from headwater.records.ticks import EndedTick, PartitionsChange, SensorState, TickDetail, TickStatus, ValueChanges

_FIRST_RETRY_SECONDS = 1.0
_LAST_RETRY_SECONDS = 300.0
_LATE_BY = 0.1


class PlannedTick(msgspec.Struct, frozen=True, kw_only=True):
    """All that one tick writes, and the state that it began from."""

    began_from: SensorState
    leaves: SensorState
    ended: EndedTick
    reports: tuple[NewEvent, ...] = ()
    runs: tuple[tuple[str | None, Run], ...] = ()
    """Each with its run key."""
    values: ValueChanges = ValueChanges()
    partitions: tuple[PartitionsChange, ...] = ()

    @property
    def events(self) -> list[NewEvent]:
        """What it appends to the log: what was reported, then what is requested."""
        return [*self.reports, *requested_events([run for _, run in self.runs])]


class TickTimes(msgspec.Struct, frozen=True, kw_only=True):
    """When a tick was due, began and ended, in microseconds. `due_at` None: a person asked for it."""

    started_at: int
    ended_at: int
    due_at: int | None = None


def is_running(sensor: SensorSnapshot, state: SensorState) -> bool:
    """Whether a sensor is on: as a person switched it, else as its definition says."""
    return sensor.running_by_default if state.running is None else state.running


def next_due(sensor: SensorSnapshot, state: SensorState, now: int) -> int | None:
    """When a sensor ticks next, in microseconds; None while it is off.

    From the start of one tick to the start of the next is the minimum interval. Ticks that were missed are not made
    up for: the next one sees all that has happened.
    """
    if state.tick_requested:
        return now
    if not is_running(sensor, state):
        return None
    if state.retry_at is not None:
        # A clock that was set back must not stop the sensor until it has caught up.
        return min(state.retry_at, now + _microseconds(_most_backoff(sensor)))
    if state.last_tick_at is None:
        return now
    return min(state.last_tick_at, now) + _microseconds(sensor.minimum_interval)


def backoff(sensor: SensorSnapshot, failures: int) -> float:
    """The seconds from the end of a failed tick to the next try.

    Twice as long after each failure in a row, at most five minutes or the sensor's own interval; less or more by up
    to a quarter, differently for each sensor and failure, so that what failed together does not come back together.
    """
    seconds = min(_FIRST_RETRY_SECONDS * 2.0 ** min(failures - 1, 30), _most_backoff(sensor))
    chance = zlib.crc32(f"{sensor.name}:{failures}".encode()) / 0xFFFF_FFFF
    return seconds * (0.75 + chance / 2)


def plan_success(
    graph: AssetGraph,
    sensor: SensorSnapshot,
    state: SensorState,
    report: TickReport,
    times: TickTimes,
    used_keys: Collection[str] = (),
) -> PlannedTick:
    """What a tick writes that user code got through.

    Args:
        graph: All assets.
        sensor: The sensor.
        state: What the tick began from.
        report: What user code came to.
        times: When the tick was.
        used_keys: The run keys of the report that the sensor has used in earlier ticks.

    Raises:
        HeadwaterError: a run that it asks for can't be; nothing of the tick counts then.
    """
    wanted = _without_used_keys(report.runs, used_keys)
    runs = [
        (request.run_key, run) for request in wanted for run in plan_requested(graph, sensor, request, times.started_at)
    ]
    did = bool(report.events or runs or report.partitions)
    reused = bool(report.runs) and not wanted and not did
    detail = TickDetail(
        skip_message="Every run key of this tick was used before." if reused else report.skip_message,
        cursor=report.cursor,
        event_assets=tuple(sorted({event.asset_key for event in report.events if event.asset_key})),
        run_ids=tuple(run.run_id for _, run in runs),
        log=report.log,
        due_at=times.due_at,
        partitions=report.partitions,
        values_changed=len(report.values.put) + len(report.values.delete),
        attempt=state.failures + 1,
        consumed=report.consumed,
    )
    last_key = next((key for key, _ in reversed(runs) if key is not None), state.last_run_key)
    return PlannedTick(
        began_from=state,
        leaves=_moved(sensor, state, times, cursor=report.cursor, last_run_key=last_key, failures=0, retry_at=None),
        ended=_ended(sensor, TickStatus.SUCCESS if did else TickStatus.SKIPPED, times, detail),
        reports=tuple(flag(event, graph, times.started_at) for event in report.events),
        runs=tuple(runs),
        values=report.values,
        partitions=report.partitions,
    )


def plan_failure(
    sensor: SensorSnapshot, state: SensorState, error: ErrorInfo, times: TickTimes, report: TickReport | None = None
) -> PlannedTick:
    """What a tick writes that failed: its reason and log; the cursor stays, and it is tried again after a while."""
    failures = state.failures + 1
    detail = TickDetail(
        error=error,
        cursor=state.cursor,
        due_at=times.due_at,
        attempt=failures,
        log=() if report is None else report.log,
    )
    retry_at = times.ended_at + _microseconds(backoff(sensor, failures))
    return PlannedTick(
        began_from=state,
        leaves=_moved(sensor, state, times, failures=failures, retry_at=retry_at),
        ended=_ended(sensor, TickStatus.FAILURE, times, detail),
    )


def plan_requested(graph: AssetGraph, sensor: SensorSnapshot, request: RequestedRun, now: int) -> list[Run]:
    """The runs that one run request of a sensor means.

    Raises:
        SensorResultError: it names no assets and the sensor has no targets, or names one that is no target.
        HeadwaterError: the assets can't be made; see `plan_runs`.
    """
    assets = _assets_of(sensor, request)
    cause = Cause(kind="sensor", name=sensor.name, reason=request.run_key)
    return plan_runs(graph, assets, cause=cause, now=now, partition=request.partition, tags=request.tags)


def _assets_of(sensor: SensorSnapshot, request: RequestedRun) -> Sequence[str]:
    if request.assets is None:
        if sensor.targets is None:
            raise SensorResultError(
                f"Sensor {sensor.name!r} requested a run without saying of what. Give the RunRequest an "
                "asset_selection, or the sensor a target."
            )
        return sensor.targets
    foreign = sorted(set(request.assets) - set(sensor.targets)) if sensor.targets is not None else []
    if foreign:
        raise SensorResultError(
            f"Sensor {sensor.name!r} requested a run of {', '.join(foreign)}, which is not among its targets."
        )
    return request.assets


def _without_used_keys(requests: Sequence[RequestedRun], used: Collection[str]) -> list[RequestedRun]:
    """The requests whose run key was not used yet, and stands but once among them."""
    firsts: Mapping[str, RequestedRun] = {
        request.run_key: request for request in reversed(requests) if request.run_key is not None
    }
    return [
        request
        for request in requests
        if request.run_key is None or (firsts[request.run_key] is request and request.run_key not in used)
    ]


def _moved(sensor: SensorSnapshot, state: SensorState, times: TickTimes, **changes: object) -> SensorState:
    began = times.started_at
    late = None if times.due_at is None else began - times.due_at
    if late is not None and 0 <= late <= _LATE_BY * sensor.minimum_interval * MICROSECONDS:
        # A little late is no reason to be later from then on.
        began = times.started_at - late
    return msgspec.structs.replace(
        state,
        last_tick_at=began,
        started_at=state.started_at or began,
        tick_requested=False,
        **changes,
    )


def _ended(sensor: SensorSnapshot, status: TickStatus, times: TickTimes, detail: TickDetail) -> EndedTick:
    return EndedTick(
        sensor=sensor.name, status=status, started_at=times.started_at, ended_at=times.ended_at, detail=detail
    )


def _most_backoff(sensor: SensorSnapshot) -> float:
    return max(sensor.minimum_interval, _LAST_RETRY_SECONDS)


def _microseconds(seconds: float) -> int:
    return round(seconds * MICROSECONDS)
