"""Schedules that make each partition of a job as soon as its window has ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from headwater.definitions.partitions import PartitionsDefinition, TimeWindowPartitionsDefinition
from headwater.definitions.partitions.multi import MultiPartitionsDefinition
from headwater.definitions.runs.jobs import JobDefinition
from headwater.definitions.schedules.context import ScheduleEvaluationContext
from headwater.definitions.schedules.definition import CatchUp, DefaultScheduleStatus, ScheduleDefinition
from headwater.definitions.sensors.requests import RunRequest, SkipReason
from headwater.errors import InvalidDefinitionError

_NONE_YET = "The job's PartitionsDefinition has no partitions"


def build_schedule_from_partitioned_job(
    job: JobDefinition,
    description: str | None = None,
    name: str | None = None,
    minute_of_hour: int | None = None,
    hour_of_day: int | None = None,
    day_of_week: int | None = None,
    day_of_month: int | None = None,
    default_status: DefaultScheduleStatus | None = None,
    tags: Mapping[str, str] | None = None,
    cron_schedule: str | Sequence[str] | None = None,
    execution_timezone: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    owners: Sequence[str] | None = None,
    catch_up: CatchUp = "all",
) -> ScheduleDefinition:
    """A schedule that requests, whenever a window of a job's partitions has ended, the partition that it was.

    A job over several dimensions gets a run for each key of the other ones. Every window that ended while no engine
    worked is made up for, unless `catch_up` says otherwise.

    Args:
        job: The job; its `partitions_def` has time windows.
        description: What it is for, in Markdown.
        name: Its name; `<job>_schedule` if left out.
        minute_of_hour: When in the hour, if not as the window ends.
        hour_of_day: When in the day, if not as the window ends.
        day_of_week: On which day of the week, Sunday being 0, if not as the window ends.
        day_of_month: On which day of the month, if not as the window ends.
        default_status: Whether it is on as long as nobody has switched it.
        tags: Names and short values to find it by; its runs have them too.
        cron_schedule: When, for jobs whose partitions have no windows.
        execution_timezone: The time zone of `cron_schedule`.
        metadata: Anything that is known of it, by name.
        owners: E-mail addresses and `team:name`.
        catch_up: Which of the times that were missed are made up for: the `latest`, `all`, or that many of the latest.

    Raises:
        InvalidDefinitionError: the job has no partitions, or none that say when they are due.

    Example:
        >>> from headwater import DailyPartitionsDefinition, define_asset_job
        >>> daily = define_asset_job("daily", partitions_def=DailyPartitionsDefinition("2026-01-01"))
        >>> build_schedule_from_partitioned_job(daily, hour_of_day=4).cron_schedule
        ('0 4 * * *',)
    """
    partitions = job.partitions_def
    if partitions is None:
        raise InvalidDefinitionError(
            f"Job {job.name!r} has no partitions; pass partitions_def to define_asset_job, or write a "
            "ScheduleDefinition(job=..., cron_schedule=...)."
        )
    window = _time_dimension(partitions)
    if cron_schedule is None:
        if window is None:
            raise InvalidDefinitionError(
                f"The partitions of job {job.name!r} are no windows of time, so say when they are due: "
                "cron_schedule='...'."
            )
        cron_schedule = window.get_cron_schedule(minute_of_hour, hour_of_day, day_of_week, day_of_month)
        execution_timezone = window.timezone
    elif any(each is not None for each in (minute_of_hour, hour_of_day, day_of_week, day_of_month)):
        raise InvalidDefinitionError("cron_schedule says when, so leave minute_of_hour, hour_of_day and the like out.")

    def request(context: ScheduleEvaluationContext) -> list[RunRequest] | SkipReason:
        keys = due_partitions(partitions, context.scheduled_execution_time, context)
        requests = [RunRequest(run_key=key, partition_key=key, tags=tags) for key in keys]
        return requests or SkipReason(_NONE_YET)

    return ScheduleDefinition(
        name or f"{job.name}_schedule",
        cron_schedule=cron_schedule,
        execution_timezone=execution_timezone,
        execution_fn=request,
        job=job,
        description=description,
        default_status=default_status,
        tags=tags,
        metadata=metadata,
        owners=owners,
        catch_up=catch_up,
    )


def due_partitions(
    partitions: PartitionsDefinition, moment: datetime, context: ScheduleEvaluationContext
) -> Sequence[str]:
    """The partitions that are due at a moment: those of the window that ended last; all where there are no windows."""
    if isinstance(partitions, TimeWindowPartitionsDefinition):
        last = partitions.get_last_partition_key(moment)
        return [] if last is None else [last]
    if isinstance(partitions, MultiPartitionsDefinition):
        window = _time_dimension(partitions)
        if window is None:
            return [str(key) for key in partitions.get_partition_keys(moment, context.instance)]
        last = window.get_last_partition_key(moment)
        name = next(name for name, each in partitions.dimensions.items() if each is window)
        keys = partitions.get_partition_keys(moment)
        return [str(key) for key in keys if key.keys_by_dimension[name] == last]  # type: ignore[attr-defined]
    return [str(key) for key in partitions.get_partition_keys(moment, _store_of(partitions, context))]


def _store_of(partitions: PartitionsDefinition, context: ScheduleEvaluationContext) -> Any:
    return context.instance if partitions.to_snapshot().type == "dynamic" else None


def _time_dimension(partitions: PartitionsDefinition) -> TimeWindowPartitionsDefinition | None:
    if isinstance(partitions, TimeWindowPartitionsDefinition):
        return partitions
    if isinstance(partitions, MultiPartitionsDefinition):
        windows = [each for each in partitions.dimensions.values() if isinstance(each, TimeWindowPartitionsDefinition)]
        return windows[0] if len(windows) == 1 else None
    return None
