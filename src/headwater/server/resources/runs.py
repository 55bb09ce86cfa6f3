"""Runs as the API shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.engine import Connection

from headwater.clock import to_seconds
from headwater.digits import whole_number
from headwater.errors import HeadwaterError, InvalidCursorError, RunLogsError
from headwater.execution.logs.places import RunLogs
from headwater.execution.logs.progress import StepProgress, read_progress
from headwater.execution.logs.run_logs import LogLine, read_lines
from headwater.execution.steps.plan import plan_steps, pools_of_step
from headwater.graph.asset_graph import AssetGraph
from headwater.records.log.events import Event, EventKind, StepEvent
from headwater.records.runs.runs import ENDED, Cause, Run, RunStatus
from headwater.server import shapes
from headwater.server.resources.events import error_view
from headwater.storage.log import event_log
from headwater.storage.log.durations import expected_seconds
from headwater.storage.runs import runs as run_store
from headwater.storage.runs.filter import ANY_RUN, RunFilter
from headwater.storage.runs.pool_places import find_full
from headwater.storage.store import Store

_STEP_STATUS = {
    EventKind.STEP_STARTED: "started",
    EventKind.STEP_SUCCEEDED: "success",
    EventKind.STEP_FAILED: "failure",
    EventKind.STEP_SKIPPED: "skipped",
    EventKind.STEP_RETRIED: "started",
}
_MOST_EVENTS = 100_000


def run_page(
    connection: Connection, wanted: RunFilter = ANY_RUN, *, cursor: str | None = None, limit: int
) -> shapes.RunPage:
    """Runs, the last requested first."""
    found = run_store.read_newest(connection, wanted, before=_decode(cursor), limit=limit + 1)
    items = found[:limit]
    following = f"{items[-1].created_at}.{items[-1].run_id}" if len(found) > limit else None
    return shapes.RunPage(items=[run_view(run) for run in items], next=following)


def run_view(run: Run) -> shapes.RunView:
    """One run."""
    return shapes.RunView(
        run_id=run.run_id,
        status=run.status.value,
        assets=list(run.assets),
        partition=run.partition,
        partition_range=partition_range(run),
        location=run.location,
        cause=_cause(run.cause),
        tags=run.tags,
        created_at=to_seconds(run.created_at),
        started_at=_seconds(run.started_at),
        ended_at=_seconds(run.ended_at),
        error=error_view(run.error),
        attempt=run.attempt,
        job_name=run.job_name,
        run_config=run.run_config,
        checks=[shapes.CheckName(asset=key, name=name) for key, name in run.checks],
        joined=[_cause(each) for each in run.joined],
    )


def _cause(cause: Cause) -> shapes.RunCause:
    return shapes.RunCause(kind=cause.kind, name=cause.name, reason=cause.reason, events=list(cause.events))


def partition_range(run: Run) -> shapes.RunPartitions | None:
    """The partitions that a run makes in one go, in short."""
    keys = run.partitions
    return shapes.RunPartitions(first=keys[0], last=keys[-1], count=len(keys)) if keys else None


def run_detail(connection: Connection, graph: AssetGraph, run_id: str, logs: RunLogs) -> shapes.RunDetail:
    """One run with its steps, in the order in which they began, and how far those are that are under way.

    Args:
        connection: Where to look.
        graph: All assets.
        run_id: Which run.
        logs: The logs of runs, where steps tell how far they are.
    """
    run = run_store.get(connection, run_id)
    steps = _steps(_events(connection, run_id))
    going = [step for step in steps if step.status == "started"]
    if run.status in ENDED:
        for step in going:
            step.status, step.ended_at = "canceled", _seconds(run.ended_at)
        going = []
    told = _progress(logs, run_id, [step.name for step in going])
    expected = expected_seconds(connection, [(step.name, step.assets[0]) for step in going if step.assets])
    for step in going:
        step.progress = progress_view(told.get(step.name))
        step.expected_seconds = expected.get(step.name)
    if run.status is RunStatus.STARTED:
        steps += _held_up(connection, graph, run, steps)
    return shapes.RunDetail(run=run_view(run), partitions=list(run.partitions), steps=steps)


def _held_up(
    connection: Connection, graph: AssetGraph, run: Run, begun: Sequence[shapes.StepView]
) -> list[shapes.StepView]:
    """The steps that could begin by now, had their pools room for them."""
    try:
        planned = plan_steps(graph, run.assets, run.checks)
    except HeadwaterError:
        # Its definitions are others by now.
        return []
    known = {step.name for step in begun}
    done = {step.name for step in begun if step.status == "success"}
    held = []
    for step in planned:
        pools = pools_of_step(graph, step)
        if pools and step.name not in known and done.issuperset(step.after):
            full = find_full(connection, pools)
            if full is not None:
                held.append(
                    shapes.StepView(
                        name=step.name,
                        status="waiting",
                        assets=[] if step.checks else list(step.assets),
                        checks=[name for _, name in step.checks],
                        started_at=None,
                        ended_at=None,
                        error=None,
                        waiting_for=f"the limit of {full.most} for {full.shown}",
                    )
                )
    return held


def _progress(logs: RunLogs, run_id: str, steps: list[str]) -> dict[str, StepProgress]:
    try:
        return read_progress(logs.source(run_id), steps) if steps else {}
    except RunLogsError:
        # A run is shown also while nobody can say how far it is.
        return {}


def progress_view(told: StepProgress | None) -> shapes.StepProgress | None:
    """How far a step is."""
    if told is None:
        return None
    share = min(1.0, told.done / told.total) if told.total else None
    return shapes.StepProgress(
        done=told.done, total=told.total, share=share, text=told.text, told_at=to_seconds(told.told_at)
    )


def made_assets(connection: Connection, run_id: str) -> set[str]:
    """The assets of a run whose steps ended well."""
    return {key for step in _steps(_events(connection, run_id)) if step.status == "success" for key in step.assets}


def run_log(store: Store, logs: RunLogs, run_id: str, *, after: str | None, limit: int) -> shapes.LogPage:
    """The lines of a run's log that a reader has not seen."""
    # What is logged before the run's end is there once the end can be read, not the other way round.
    run = store.read(lambda c: run_store.get(c, run_id))
    steps = store.read(lambda c: _steps(_events(c, run_id)))
    try:
        lines, place = read_lines(logs.source(run_id), [step.name for step in steps], after, limit)
    except ValueError as error:
        raise InvalidCursorError(str(error)) from error
    ended = run.status in ENDED and len(lines) < limit
    return shapes.LogPage(items=[log_line(line) for line in lines], next=place, ended=ended)


def log_line(line: LogLine) -> shapes.LogLine:
    """One line."""
    timestamp = _seconds(line.timestamp)
    return shapes.LogLine(timestamp=timestamp, step=line.step, stream=line.stream, level=line.level, text=line.text)


def _events(connection: Connection, run_id: str) -> list[Event]:
    return event_log.read_run(connection, run_id, limit=_MOST_EVENTS)


def _steps(events: Sequence[Event]) -> list[shapes.StepView]:
    steps: dict[str, shapes.StepView] = {}
    for event in events:
        payload = event.payload
        if event.kind is EventKind.RUN_REQUEUED:
            steps.clear()
        if not isinstance(payload, StepEvent):
            continue
        moment = to_seconds(event.timestamp)
        begun = steps.get(payload.step)
        status: Any = _STEP_STATUS[event.kind]
        started = begun.started_at if begun else moment
        steps[payload.step] = shapes.StepView(
            name=payload.step,
            status=status,
            assets=list(payload.assets),
            checks=list(payload.checks),
            started_at=started,
            ended_at=None if status == "started" else moment,
            error=error_view(payload.error),
            ready_at=begun.ready_at if begun else _seconds(payload.ready_at),
            process_started_at=_not_before(started, _seconds(payload.process_started_at)),
        )
    return list(steps.values())


def _not_before(started: float | None, moment: float | None) -> float | None:
    """A time that a process told: its machine may have another clock, and its news may come before its step's."""
    return moment if moment is None or started is None else max(started, moment)


def _seconds(moment: int | None) -> float | None:
    return None if moment is None else to_seconds(moment)


def _decode(cursor: str | None) -> tuple[int, str] | None:
    if cursor is None:
        return None
    moment, _, run_id = cursor.partition(".")
    created_at = whole_number(moment)
    if created_at is None:
        raise InvalidCursorError(f"cursor {cursor!r} is not the `next` of an earlier page.")
    return created_at, run_id
