"""From whatever a schedule's functions gave to the runs that its tick requests."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Any

import msgspec

from headwater.definitions.arguments import shown
from headwater.definitions.runs.run_config import RunConfig
from headwater.definitions.schedules.context import ScheduleEvaluationContext
from headwater.definitions.schedules.definition import ScheduleDefinition
from headwater.definitions.sensors.requests import RunRequest, SkipReason
from headwater.errors import ScheduleResultError

EMPTY_RESULT = "Schedule function returned an empty result"


class ScheduleOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a schedule's tick leads to."""

    run_requests: tuple[RunRequest, ...] = ()
    skip_message: str | None = None


def evaluate_schedule(
    schedule: ScheduleDefinition, context: ScheduleEvaluationContext, call: Callable[[], Any]
) -> ScheduleOutcome:
    """What a schedule's tick leads to.

    Args:
        schedule: The schedule.
        context: The context of the tick.
        call: Calls its function, where it has one.

    Raises:
        ScheduleResultError: a function gave what no tick can lead to; the message says what to write.
        Exception: whatever the functions raise.
    """
    if schedule.should_execute is not None and not schedule.should_execute(context):
        return ScheduleOutcome(skip_message=f"should_execute function for {schedule.name} returned false.")
    if schedule.execution_fn is not None:
        return _from_result(schedule, context, call())
    config = schedule.run_config if schedule.run_config_fn is None else schedule.run_config_fn(context)
    return ScheduleOutcome(run_requests=(RunRequest(run_config=config, tags=_tags(schedule, context)),))


def _from_result(schedule: ScheduleDefinition, context: ScheduleEvaluationContext, result: object) -> ScheduleOutcome:
    if isinstance(result, (Mapping, RunConfig)):
        return ScheduleOutcome(run_requests=(RunRequest(run_config=result, tags=_tags(schedule, context)),))
    items = [item for item in _collect(result) if item is not None]
    requests = tuple(item for item in items if isinstance(item, RunRequest))
    reasons = [item for item in items if isinstance(item, SkipReason)]
    odd = next((item for item in items if not isinstance(item, (RunRequest, SkipReason))), None)
    if odd is not None:
        raise ScheduleResultError(
            f"Schedule {schedule.name!r} gave {shown(odd)}; return a RunRequest or a list of them, a dict that is a "
            "run config, or a SkipReason."
        )
    if reasons and len(items) > 1:
        raise ScheduleResultError(
            f"Schedule {schedule.name!r} gave a SkipReason together with {len(items) - 1} more; a tick either skips, "
            "for one reason, or requests runs."
        )
    if len(requests) > 1 and any(request.run_key is None for request in requests):
        raise ScheduleResultError(
            f"Schedule {schedule.name!r} gave {len(requests)} run requests; give each a run_key, so that none is "
            "started twice."
        )
    if reasons:
        return ScheduleOutcome(skip_message=reasons[0].skip_message)
    return ScheduleOutcome(run_requests=requests, skip_message=None if requests else EMPTY_RESULT)


def _collect(result: object) -> list[Any]:
    if isinstance(result, Generator):
        items: list[Any] = []
        while True:
            try:
                items.append(next(result))
            except StopIteration as stop:
                # What a generator returns counts like what it yields.
                return items + _collect(stop.value)
    return list(result) if isinstance(result, list) else [result]


def _tags(schedule: ScheduleDefinition, context: ScheduleEvaluationContext) -> Mapping[str, str]:
    return schedule.tags if schedule.tags_fn is None else schedule.tags_fn(context)
