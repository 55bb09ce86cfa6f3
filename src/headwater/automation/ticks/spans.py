"""Ticks as OpenTelemetry spans, where somebody collects them: what a tick leads to belongs to its trace.

A tick goes on with the trace of the person's request for it, or of the reports that an event-driven sensor is called
for; else it begins one. Of one that came to nothing nobody is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from headwater.automation.ticks.decide import PlannedTick
from headwater.records.automation.ticks import TickStatus
from headwater.records.log.events import Event, SensorSwitched
from headwater.traces import open_provider

_MOST_LINKS = 32
_NANOSECONDS = 1_000
"""In a microsecond."""


class TickSpans:
    """Tells of each tick that was kept; of none where no variable names a collector."""

    def __init__(self) -> None:
        self._provider = open_provider()
        self._asked: dict[str, str] = {}

    def heed(self, events: Sequence[Event]) -> None:
        """Events were committed, such as requests for a tick."""
        for event in events:
            if isinstance(event.payload, SensorSwitched) and event.kind.value.endswith("tick_requested"):
                trace = None if event.payload.reporter is None else event.payload.reporter.trace
                if trace is not None:
                    self._asked[event.payload.sensor] = trace

    @contextmanager
    def traced(self, tick: PlannedTick, called_for: Sequence[Event] = ()) -> Iterator[PlannedTick]:
        """A tick as it is to be kept within: with the trace that what it leads to belongs to."""
        if tick.is_only_noted:
            yield tick
            return
        asked = None if tick.ended.detail.due_at is not None else self._asked.pop(tick.ended.sensor, None)
        reporters = (getattr(event.payload, "reporter", None) for event in called_for[:_MOST_LINKS])
        found = [asked, *(reporter.trace for reporter in reporters if reporter is not None)]
        before = list(dict.fromkeys(trace for trace in found if trace is not None))
        if self._provider is None:
            yield tick.with_trace(before[0]) if before else tick
            return
        span, trace = _begin(self._provider.get_tracer("headwater.ticks"), tick, before)
        yield tick.with_trace(trace)
        # One that could not be kept did not happen: its span is never sent.
        span.end(end_time=tick.ended.ended_at * _NANOSECONDS)

    def close(self) -> None:
        """Send what was not sent yet."""
        if self._provider is not None:
            self._provider.shutdown()


def _begin(tracer: Any, tick: PlannedTick, before: Sequence[str]) -> tuple[Any, str]:
    from opentelemetry import trace  # an extra, which is there if a tracer is
    from opentelemetry.propagate import extract, inject

    contexts = [extract({"traceparent": each}) for each in before]
    others = [trace.get_current_span(context).get_span_context() for context in contexts[1:]]
    ended = tick.ended
    span = tracer.start_span(
        f"tick {ended.sensor}",
        context=contexts[0] if contexts else trace.set_span_in_context(trace.INVALID_SPAN),
        attributes={
            "headwater.sensor": ended.sensor,
            "headwater.status": ended.status.value,
            "headwater.assets": ended.detail.event_assets,
            "headwater.run_ids": ended.detail.run_ids,
        },
        links=[trace.Link(other) for other in others],
        start_time=ended.started_at * _NANOSECONDS,
    )
    if ended.status is TickStatus.FAILURE:
        error = ended.detail.error
        span.set_status(trace.StatusCode.ERROR, "" if error is None else error.message)
    carried: dict[str, str] = {}
    inject(carried, context=trace.set_span_in_context(span))
    return span, carried["traceparent"]
