"""A schedule's tick inside a worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from headwater.automation.ticks.log import TickLog
from headwater.automation.ticks.messages import TickOrder, TickReport
from headwater.automation.ticks.requested_runs import requested
from headwater.clock import to_datetime
from headwater.definitions.definitions import Definitions
from headwater.definitions.schedules.context import ScheduleEvaluationContext
from headwater.definitions.schedules.results import evaluate_schedule
from headwater.location.code.user_calls import call
from headwater.location.hosts.resources import ResourceScope


def evaluate_schedule_tick(
    definitions: Definitions, order: TickOrder, log: TickLog, instance: Callable[[], Any] | None
) -> TickReport:
    """What a schedule's functions come to at one of its times."""
    schedule = definitions.get_schedule_def(order.state.sensor)
    zone = ZoneInfo(schedule.execution_timezone)
    with ResourceScope(definitions.resources, log=log) as scope:
        context = ScheduleEvaluationContext(
            schedule_name=schedule.name,
            log=log,
            scheduled_execution_time=None
            if order.scheduled_at is None
            else to_datetime(order.scheduled_at).astimezone(zone),
            resources=scope.among(schedule.needs.resources),
            instance=instance,
            definitions=definitions,
        )

        def call_function() -> Any:
            arguments = {name: scope.get(name) for name in schedule.needs.parameters}
            return call(schedule.execution_fn, context if schedule.arguments else None, **arguments)  # type: ignore[arg-type]

        outcome = evaluate_schedule(schedule, context, call_function)
    return TickReport(runs=tuple(map(requested, outcome.run_requests)), skip_message=outcome.skip_message)
