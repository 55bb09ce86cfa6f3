"""Runs as OpenTelemetry spans, with their steps as children, where somebody collects them.

A run's trace goes on with that of the request which asked for it, or of the reports which led to it. Its spans are sent
as it ends, from what the log says of it, so that it does not matter which processes did the work.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import structlog
from sqlalchemy.engine import Connection

from headwater.errors import HeadwaterError
from headwater.records.log.events import Event, EventKind, StepEvent
from headwater.records.runs.runs import ENDED, Run, RunStatus
from headwater.storage.log import event_log
from headwater.storage.runs import runs as run_store
from headwater.storage.store import Store
from headwater.traces import open_provider

_MOST_EVENTS = 10_000
_MOST_LINKS = 32
_NANOSECONDS = 1_000
"""In a microsecond."""
_STEP_ENDS = {
    EventKind.STEP_SUCCEEDED: "success",
    EventKind.STEP_FAILED: "failure",
    EventKind.STEP_RETRIED: "retried",
}
_log = structlog.get_logger(__name__)


class RunSpans:
    """Tells of each run that has ended; of none where no variable names a collector."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._provider = open_provider()

    async def tell(self, run_id: str) -> None:
        """Send the spans of a run, if it has ended."""
        if self._provider is None:
            return
        try:
            run, events, traces = await self._store.read_async(lambda connection: _read(connection, run_id))
        except HeadwaterError as error:
            _log.warning("the spans of a run were not sent", run_id=run_id, reason=str(error))
            return
        if run.status in ENDED:
            _send(self._provider.get_tracer("headwater.runs"), run, events, traces)

    async def flush(self) -> None:
        """Send what was not sent yet."""
        if self._provider is not None:
            await asyncio.to_thread(self._provider.force_flush)


def _read(connection: Connection, run_id: str) -> tuple[Run, list[Event], list[str]]:
    """A run, its events, and the traces that it goes on with."""
    run = run_store.get(connection, run_id)
    causes = event_log.read_many(connection, run.cause.events[:_MOST_LINKS])
    reporters = (getattr(event.payload, "reporter", None) for event in causes.values())
    found = [run.cause.trace, *(reporter.trace for reporter in reporters if reporter is not None)]
    traces = dict.fromkeys(trace for trace in found if trace is not None)
    return run, event_log.read_run(connection, run_id, limit=_MOST_EVENTS), list(traces)


def _send(tracer: Any, run: Run, events: Sequence[Event], traces: Sequence[str]) -> None:
    from opentelemetry import trace  # an extra, which is there if a tracer is
    from opentelemetry.propagate import extract

    contexts = [extract({"traceparent": each}) for each in traces]
    others = [trace.get_current_span(context).get_span_context() for context in contexts[1:]]
    span = tracer.start_span(
        f"run {run.job_name or run.location}",
        context=contexts[0] if contexts else trace.set_span_in_context(trace.INVALID_SPAN),
        attributes={
            "headwater.run_id": run.run_id,
            "headwater.assets": run.assets,
            "headwater.partitions": run.partition_keys or (),
            "headwater.cause": run.cause.kind,
            "headwater.attempt": run.attempt,
            "headwater.status": run.status.value,
        },
        links=[trace.Link(other) for other in others],
        start_time=run.created_at * _NANOSECONDS,
    )
    if run.started_at is not None:
        span.add_event("started", timestamp=run.started_at * _NANOSECONDS)
    _send_steps(tracer, trace.set_span_in_context(span), events)
    if run.status is not RunStatus.SUCCESS:
        span.set_status(trace.StatusCode.ERROR, run.error.message if run.error is not None else run.status.value)
    span.end(end_time=(run.ended_at or run.created_at) * _NANOSECONDS)


def _send_steps(tracer: Any, context: Any, events: Sequence[Event]) -> None:
    """One span for each try of a step."""
    from opentelemetry import trace  # an extra, which is there if a tracer is

    begun: dict[str, int] = {}
    for event in events:
        step = event.payload
        if not isinstance(step, StepEvent):
            continue
        if event.kind is EventKind.STEP_STARTED:
            begun[step.step] = event.timestamp
        elif event.kind in _STEP_ENDS:
            span = tracer.start_span(
                f"step {step.step}",
                context=context,
                attributes={
                    "headwater.assets": step.assets,
                    "headwater.checks": step.checks,
                    "headwater.status": _STEP_ENDS[event.kind],
                },
                start_time=begun.pop(step.step, event.timestamp) * _NANOSECONDS,
            )
            if event.kind is not EventKind.STEP_SUCCEEDED:
                span.set_status(trace.StatusCode.ERROR, "" if step.error is None else step.error.message)
            span.end(end_time=event.timestamp * _NANOSECONDS)
