"""What the tick of a sensor or schedule leads to: all that it writes, decided before anything is written."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import msgspec

from headwater.automation.ticks.decide_due import Ticking, backoff
from headwater.automation.ticks.decide_requests import RequestFacts, plan_requested
from headwater.automation.ticks.messages import RequestedRun, TickReport
from headwater.clock import MICROSECONDS
from headwater.definitions.snapshot import ScheduleSnapshot, SensorSnapshot
from headwater.graph.asset_graph import AssetGraph
from headwater.records.automation.ticks import (
    EndedTick,
    PartitionsChange,
    SensorState,
    TickDetail,
    TickStatus,
    ValueChanges,
)
from headwater.records.log.events import ErrorInfo, EventKind, NewEvent, PartitionsChanged, Reporter, TickTrouble
from headwater.records.log.flags import flag
from headwater.records.runs.coalesce import Join, coalesce
from headwater.records.runs.requests import joined_events, requested_events
from headwater.records.runs.runs import Run

GIVEN_UP_AFTER = 5
"""How many times an event-driven sensor is called for one event that it fails over."""
_LATE_BY = 0.1


class PlannedTick(msgspec.Struct, frozen=True, kw_only=True):
    """All that one tick writes, and the state that it began from."""

    began_from: SensorState
    leaves: SensorState
    ended: EndedTick
    reports: tuple[NewEvent, ...] = ()
    runs: tuple[tuple[str | None, Run], ...] = ()
    """Each with its run key."""
    joins: tuple[Join, ...] = ()
    """Requests for what waits already."""
    values: ValueChanges = ValueChanges()
    partitions: tuple[PartitionsChange, ...] = ()

    def joined(self, waiting: Sequence[Run]) -> PlannedTick:
        """The tick with those of its runs that have no run key joined to runs which wait for the same."""
        new, joins = coalesce([run for key, run in self.runs if key is None], waiting)
        if not joins:
            return self
        left = {run.run_id for run in new}
        runs = tuple((key, run) for key, run in self.runs if key is not None or run.run_id in left)
        ids = (*(run.run_id for _, run in runs), *(join.run.run_id for join in joins))
        detail = msgspec.structs.replace(self.ended.detail, run_ids=ids)
        return msgspec.structs.replace(
            self, runs=runs, joins=tuple(joins), ended=msgspec.structs.replace(self.ended, detail=detail)
        )

    def with_trace(self, trace: str) -> PlannedTick:
        """The tick with what it reports and requests as part of a trace, by its `traceparent`."""
        return msgspec.structs.replace(
            self,
            reports=tuple(_reported_in(event, trace) for event in self.reports),
            runs=tuple(
                (key, msgspec.structs.replace(run, cause=msgspec.structs.replace(run.cause, trace=trace)))
                for key, run in self.runs
            ),
            joins=tuple(
                msgspec.structs.replace(join, cause=msgspec.structs.replace(join.cause, trace=trace))
                for join in self.joins
            ),
        )

    @property
    def is_only_noted(self) -> bool:
        """Whether it changes nothing but when the sensor ticked last."""
        was = msgspec.structs.replace(self.began_from, last_tick_at=self.leaves.last_tick_at)
        return (
            self.ended.status is TickStatus.SKIPPED
            and was == self.leaves
            and not (self.reports or self.runs or self.joins or self.partitions)
            and self.values == ValueChanges()
        )

    @property
    def events(self) -> list[NewEvent]:
        """What it appends to the log: what was reported, what is requested, what it does to partitions, and trouble."""
        requested = requested_events([run for _, run in self.runs])
        changed = [_partitions_event(change, self.ended) for change in self.partitions]
        return [*self.reports, *requested, *joined_events(self.joins), *changed, *self._trouble()]

    def _trouble(self) -> list[NewEvent]:
        """An event where it begins to fail, has failed twice as often as at the last event, or works again."""
        name, before, failures = self.ended.sensor, self.began_from.failures, self.leaves.failures
        if failures > before and failures & (failures - 1) == 0:
            payload = TickTrouble(name=name, failures=failures, error=self.ended.detail.error)
            return [NewEvent(kind=EventKind.TICK_FAILED, payload=payload)]
        if before and not failures:
            # It failed once more where it gave an event up, and goes on with the next.
            payload = TickTrouble(name=name, failures=0, error=self.ended.detail.error)
            return [NewEvent(kind=EventKind.TICK_RECOVERED, payload=payload)]
        return []


class TickTimes(msgspec.Struct, frozen=True, kw_only=True):
    """When a tick was due, began and ended, in microseconds. `due_at` None: a person asked for it.

    `scheduled_at` is the time that a schedule's tick stands for.
    """

    started_at: int
    ended_at: int
    due_at: int | None = None
    scheduled_at: int | None = None


def plan_success(
    graph: AssetGraph,
    item: Ticking,
    state: SensorState,
    report: TickReport,
    times: TickTimes,
    facts: RequestFacts,
) -> PlannedTick:
    """What a tick writes that user code got through.

    Args:
        graph: All assets.
        item: The sensor or schedule.
        state: What the tick began from.
        report: What user code came to.
        times: When the tick was.
        facts: What the store knows that its requests depend on.

    Raises:
        HeadwaterError: a run that it asks for can't be; nothing of the tick counts then.
    """
    wanted = _without_used_keys(report.runs, facts.used_keys)
    runs = [
        (request.run_key, run)
        for request in wanted
        for run in plan_requested(graph, item, request, times.started_at, facts, times.scheduled_at)
    ]
    did = bool(report.events or runs or report.partitions)
    detail = TickDetail(
        skip_message=None if did else _skip_message(report, wanted),
        cursor=report.cursor,
        event_assets=tuple(sorted({event.asset_key for event in report.events if event.asset_key})),
        run_ids=tuple(run.run_id for _, run in runs),
        log=report.log,
        due_at=times.due_at,
        scheduled_at=times.scheduled_at,
        partitions=report.partitions,
        values_changed=len(report.values.put) + len(report.values.delete),
        attempt=state.failures + 1,
        consumed=report.consumed,
    )
    last_key = next((key for key, _ in reversed(runs) if key is not None), state.last_run_key)
    leaves = msgspec.structs.replace(
        _moved(item, state, times), cursor=report.cursor, last_run_key=last_key, failures=0, retry_at=None
    )
    return PlannedTick(
        began_from=state,
        leaves=_decided(item, leaves, times),
        ended=_ended(item, TickStatus.SUCCESS if did else TickStatus.SKIPPED, times, detail),
        reports=tuple(flag(event, graph, times.started_at) for event in report.events),
        runs=tuple(runs),
        values=report.values,
        partitions=report.partitions,
    )


def plan_failure(
    item: Ticking,
    state: SensorState,
    error: ErrorInfo,
    times: TickTimes,
    report: TickReport | None = None,
    called_for: Sequence[int] = (),
) -> PlannedTick:
    """What a tick writes that failed: its reason and log; the cursor stays, and it is tried again after a while.

    An event that a sensor fails over again and again is given up, so that it does not block those that follow.

    Args:
        item: The sensor or schedule.
        state: What the tick began from.
        error: Why it failed.
        times: When the tick was.
        report: What user code came to before it failed.
        called_for: The `seq` of the events that the sensor was called for.
    """
    failures = state.failures + 1
    one_by_one = isinstance(item, SensorSnapshot) and item.watch is not None and item.watch.one_by_one
    given_up = called_for[:1] if one_by_one and failures >= GIVEN_UP_AFTER else ()
    if given_up:
        error = msgspec.structs.replace(
            error, message=f"{error.message} (Event {given_up[0]} was given up after {failures} tries.)"
        )
    detail = TickDetail(
        error=error,
        cursor=str(given_up[0]) if given_up else state.cursor,
        due_at=times.due_at,
        scheduled_at=times.scheduled_at,
        attempt=failures,
        log=() if report is None else report.log,
        consumed=tuple(given_up),
    )
    retry_at = times.ended_at + round(backoff(item, failures) * MICROSECONDS)
    leaves = msgspec.structs.replace(
        _moved(item, state, times),
        cursor=detail.cursor,
        failures=0 if given_up else failures,
        retry_at=None if given_up else retry_at,
    )
    return PlannedTick(began_from=state, leaves=leaves, ended=_ended(item, TickStatus.FAILURE, times, detail))


def _skip_message(report: TickReport, wanted: Sequence[RequestedRun]) -> str | None:
    if report.runs and not wanted:
        return "Every run key of this tick was used before."
    if wanted:
        return "Nothing of what it asked for is stale."
    return report.skip_message


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


def _moved(item: Ticking, state: SensorState, times: TickTimes) -> SensorState:
    began = times.started_at
    interval = item.minimum_interval if isinstance(item, SensorSnapshot) else 0.0
    late = None if times.due_at is None else began - times.due_at
    if late is not None and 0 <= late <= _LATE_BY * interval * MICROSECONDS:
        # A little late is no reason to be later from then on.
        began = times.started_at - late
    return msgspec.structs.replace(
        state, last_tick_at=began, started_at=state.started_at or began, tick_requested=False
    )


def _decided(item: Ticking, state: SensorState, times: TickTimes) -> SensorState:
    """The state with a schedule's time counted as done; a person's wish for a tick stands for no such time."""
    if not isinstance(item, ScheduleSnapshot) or times.due_at is None:
        return state
    return msgspec.structs.replace(state, scheduled_at=times.scheduled_at)


def _ended(item: Ticking, status: TickStatus, times: TickTimes, detail: TickDetail) -> EndedTick:
    return EndedTick(
        sensor=item.name, status=status, started_at=times.started_at, ended_at=times.ended_at, detail=detail
    )


def _reported_in(event: NewEvent, trace: str) -> NewEvent:
    reporter = getattr(event.payload, "reporter", None)
    if reporter is None:
        return event
    payload = msgspec.structs.replace(event.payload, reporter=msgspec.structs.replace(reporter, trace=trace))
    return msgspec.structs.replace(event, payload=payload)


def _partitions_event(change: PartitionsChange, tick: EndedTick) -> NewEvent:
    payload = PartitionsChanged(
        name=change.name, added=change.add, deleted=change.delete, reporter=Reporter("sensor", tick.sensor)
    )
    return NewEvent(kind=EventKind.PARTITIONS_CHANGED, payload=payload)
