"""What a schedule's function can ask while it ticks, and the builder with which tests make a context."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from headwater.definitions.arguments import check_moment
from headwater.definitions.contexts.ticks import TickContext
from headwater.definitions.functions.logs import ContextLog, RecordedLog
from headwater.definitions.resources.definition import Resources, given_resources
from headwater.errors import InvalidInvocationError


class ScheduleEvaluationContext(TickContext):
    """What a schedule's function can ask. The runtime makes it; tests use `build_schedule_context`.

    Args:
        schedule_name: The schedule.
        log: Where `context.log` writes; its lines are kept with the tick.
        scheduled_execution_time: The time that the tick stands for, in the schedule's time zone.
        resources: What `required_resource_keys` asked for.
        instance: Opens the deployment, for `context.instance`.
        definitions: The `Definitions` that the schedule belongs to.

    Example:
        >>> @schedule("@daily", target="*")
        ... def every_day(context: ScheduleEvaluationContext):
        ...     return RunRequest(run_key=f"{context.scheduled_execution_time:%Y-%m-%d}")
    """

    def __init__(
        self,
        *,
        schedule_name: str,
        log: ContextLog,
        scheduled_execution_time: datetime | None = None,
        resources: Resources | None = None,
        instance: Callable[[], Any] | None = None,
        definitions: Any = None,
    ) -> None:
        super().__init__(log=log, resources=resources, instance=instance, definitions=definitions)
        self.schedule_name = schedule_name
        self._scheduled = scheduled_execution_time

    @property
    def scheduled_execution_time(self) -> datetime:
        """The time that the tick stands for, which may be before the tick itself.

        Raises:
            InvalidInvocationError: a test has built the context without one.
        """
        if self._scheduled is None:
            raise InvalidInvocationError(
                "This context has no time. Write build_schedule_context(scheduled_execution_time=datetime(..., "
                "tzinfo=timezone.utc))."
            )
        return self._scheduled


def build_schedule_context(
    instance: Any = None,
    scheduled_execution_time: datetime | None = None,
    resources: Mapping[str, Any] | None = None,
    *,
    schedule_name: str = "schedule",
    definitions: Any = None,
    repository_def: Any = None,
) -> ScheduleEvaluationContext:
    """A context with which a test calls a schedule; its log is a `RecordedLog`.

    Args:
        instance: What `context.instance` is, such as `HeadwaterInstance.ephemeral()`.
        scheduled_execution_time: The time that the tick stands for.
        resources: What the function finds in `context.resources`.
        schedule_name: The schedule.
        definitions: The `Definitions` that the schedule belongs to.
        repository_def: The same as `definitions`.

    Raises:
        InvalidParameterError: the time has no time zone.

    Example:
        >>> from datetime import datetime, timezone
        >>> context = build_schedule_context(scheduled_execution_time=datetime(2026, 1, 1, tzinfo=timezone.utc))
        >>> context.scheduled_execution_time.year
        2026
    """
    if scheduled_execution_time is not None:
        check_moment(scheduled_execution_time, "scheduled_execution_time")
    return ScheduleEvaluationContext(
        schedule_name=schedule_name,
        log=RecordedLog(),
        scheduled_execution_time=scheduled_execution_time,
        resources=given_resources(resources),
        instance=None if instance is None else lambda: instance,
        definitions=repository_def if definitions is None else definitions,
    )
