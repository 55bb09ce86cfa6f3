"""Schedules: runs that are due at times of the clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from typing import Any, Literal

from headwater.definitions.arguments import check_optional_text, check_seconds, shown
from headwater.definitions.assets.deps import HasAssetKey
from headwater.definitions.functions.decorated import check_function
from headwater.definitions.functions.signature import default_name, look_like, read_docstring
from headwater.definitions.labels import check_owners, check_tags
from headwater.definitions.metadata.infer import normalize_metadata
from headwater.definitions.resources.needs import NO_NEEDS, Needs
from headwater.definitions.runs.jobs import JobDefinition
from headwater.definitions.runs.run_config import RunConfig, plain_run_config
from headwater.definitions.schedules.context import ScheduleEvaluationContext
from headwater.definitions.schedules.cron import check_crons, check_zone
from headwater.definitions.sensors.definition import check_status, check_tick_name, read_tick_parameters
from headwater.definitions.sensors.targets import Targets, read_targets
from headwater.definitions.source import find_source
from headwater.errors import InvalidDefinitionError, InvalidInvocationError, InvalidParameterError

DEFAULT_TIMEOUT = 60.0
CatchUp = int | Literal["latest", "all"]


class DefaultScheduleStatus(Enum):
    """Whether a schedule is on as long as nobody has switched it.

    Example:
        >>> ScheduleDefinition("s", cron_schedule="@daily", default_status=DefaultScheduleStatus.STOPPED, target="*")
        ScheduleDefinition('s')
    """

    RUNNING = "RUNNING"
    STOPPED = "STOPPED"


class ScheduleDefinition:
    """Runs of a job, or of some assets, at times of the clock.

    Without `execution_fn` each time requests one run, with `run_config` and `tags`. A fixed time on a day whose
    clocks skip or repeat it is due exactly once: at the first instant after a gap, the first of two.

    Args:
        name: Its name; `<job>_schedule` if left out.
        cron_schedule: When: a cron expression with five fields, one of `@hourly`, `@daily`, `@weekly`, `@monthly` and
            `@yearly`, or a list of these.
        job_name: The job to run, by name.
        run_config: What its runs set.
        run_config_fn: Gives that, from the context.
        tags: Names and short values to find it by; its runs have them too.
        tags_fn: Gives the tags of a run, from the context.
        metadata: Anything that is known of it, by name.
        should_execute: Whether to run at all, from the context.
        execution_timezone: The time zone of the expressions; UTC if left out.
        execution_fn: What to run, from the context: see `schedule`.
        description: What it is for, in Markdown.
        job: The job to run, as `define_asset_job` made it.
        default_status: Whether it is on as long as nobody has switched it.
        required_resource_keys: The resources that its functions find in `context.resources`.
        target: Assets to make: keys or definitions, or a selection; or a job.
        owners: E-mail addresses and `team:name`.
        timeout: Seconds (or a timedelta) after which a tick is stopped.
        catch_up: Which of the times that were missed, because no engine worked, are made up for: the `latest`, `all`,
            or that many of the latest.

    Raises:
        InvalidDefinitionError: the definition contradicts itself; the message says how to mend it.

    Example:
        >>> from headwater import define_asset_job
        >>> nightly = ScheduleDefinition(cron_schedule="0 3 * * *", job=define_asset_job("nightly"))
        >>> nightly.name, nightly.execution_timezone
        ('nightly_schedule', 'UTC')
    """

    def __init__(
        self,
        name: str | None = None,
        *,
        cron_schedule: str | Sequence[str],
        job_name: str | None = None,
        run_config: RunConfig | Mapping[str, Any] | None = None,
        run_config_fn: Callable[[ScheduleEvaluationContext], Any] | None = None,
        tags: Mapping[str, str] | None = None,
        tags_fn: Callable[[ScheduleEvaluationContext], Mapping[str, str]] | None = None,
        metadata: Mapping[str, Any] | None = None,
        should_execute: Callable[[ScheduleEvaluationContext], bool] | None = None,
        execution_timezone: str | None = None,
        execution_fn: Callable[..., Any] | None = None,
        description: str | None = None,
        job: JobDefinition | None = None,
        default_status: DefaultScheduleStatus | None = None,
        required_resource_keys: Iterable[str] | None = None,
        target: Targets | HasAssetKey | JobDefinition | None = None,
        owners: Sequence[str] | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        catch_up: CatchUp = "latest",
    ) -> None:
        targets = read_targets("of a schedule", job_name=job_name, job=job, target=target)
        self.name = check_tick_name(_own_name(name, targets.job_names), "schedule")
        of = f"of schedule {self.name!r}"
        if run_config is not None and run_config_fn is not None:
            raise InvalidDefinitionError(f"run_config and run_config_fn {of} say the same thing; leave one out.")
        if execution_fn is not None and (run_config is not None or run_config_fn is not None):
            raise InvalidDefinitionError(f"The execution_fn {of} gives the run config, so leave run_config out.")
        normalize_metadata(metadata)
        self.cron_schedule = check_crons(cron_schedule, f"cron_schedule {of}")
        self.execution_timezone = check_zone(execution_timezone, f"execution_timezone {of}")
        self.run_targets = targets
        self.run_config = None if run_config is None else plain_run_config(run_config, f"run_config {of}")
        self.run_config_fn = run_config_fn
        self.tags = check_tags(tags, f"tags {of}")
        self.tags_fn = tags_fn
        self.metadata = dict(metadata or {})
        self.should_execute = should_execute
        self.execution_fn = execution_fn
        self.arguments, self.needs = _read_function(execution_fn, of, required_resource_keys)
        self.description = check_optional_text(description, f"description {of}")
        self.default_status = check_status(default_status, DefaultScheduleStatus, of)
        self.owners = check_owners(owners, f"owners {of}")
        self.timeout = check_seconds(timeout, f"timeout {of}")
        self.catch_up = _check_catch_up(catch_up, of)
        self.source = find_source()
        if execution_fn is not None:
            look_like(self, execution_fn)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call its function, and give what it gives.

        Raises:
            InvalidInvocationError: it has none, or takes a context and there is none.
        """
        if self.execution_fn is None:
            raise InvalidInvocationError(f"Schedule {self.name!r} has no function to call.")
        resources = {name: value for name, value in kwargs.items() if name in self.needs.parameters}
        if not self.arguments:
            return self.execution_fn(**resources)
        if len(args) + len(kwargs) - len(resources) != 1:
            raise InvalidInvocationError(
                f"Schedule {self.name!r} takes a context; write {self.name}(build_schedule_context()), and pass "
                "resources by name."
            )
        return self.execution_fn(*args, **kwargs)

    def __repr__(self) -> str:
        return f"ScheduleDefinition({self.name!r})"


def schedule(
    cron_schedule: str | Sequence[str],
    *,
    job_name: str | None = None,
    name: str | None = None,
    tags: Mapping[str, str] | None = None,
    tags_fn: Callable[[ScheduleEvaluationContext], Mapping[str, str]] | None = None,
    metadata: Mapping[str, Any] | None = None,
    should_execute: Callable[[ScheduleEvaluationContext], bool] | None = None,
    execution_timezone: str | None = None,
    description: str | None = None,
    job: JobDefinition | None = None,
    default_status: DefaultScheduleStatus | None = None,
    required_resource_keys: Iterable[str] | None = None,
    target: Targets | HasAssetKey | JobDefinition | None = None,
    owners: Sequence[str] | None = None,
    timeout: float = DEFAULT_TIMEOUT,
    catch_up: CatchUp = "latest",
) -> Callable[[Callable[..., Any]], ScheduleDefinition]:
    """Make a schedule of a function that says what to run at each of its times.

    The function may take the `ScheduleEvaluationContext`, and resources. It returns a `RunRequest`, or several in a
    list or yielded one by one, each with a `run_key`; a dict, which is the config of one run; a `SkipReason`; or
    nothing. It may be `async def`.

    Args:
        cron_schedule: When; see `ScheduleDefinition`.
        job_name: The job to run, by name.
        name: Its name; the function's if left out.
        tags: Names and short values to find it by; the runs of a dict have them too.
        tags_fn: Gives the tags of the run of a dict, from the context.
        metadata: Anything that is known of it, by name.
        should_execute: Whether to call the function at all, from the context.
        execution_timezone: The time zone of the expressions; UTC if left out.
        description: What it is for, in Markdown; the docstring if left out.
        job: The job to run, as `define_asset_job` made it.
        default_status: Whether it is on as long as nobody has switched it.
        required_resource_keys: The resources that the function finds in `context.resources`.
        target: Assets to make: keys or definitions, or a selection; or a job.
        owners: E-mail addresses and `team:name`.
        timeout: Seconds (or a timedelta) after which a tick is stopped.
        catch_up: Which of the times that were missed are made up for; see `ScheduleDefinition`.

    Raises:
        InvalidDefinitionError: the definition contradicts itself; the message says how to mend it.

    Example:
        >>> from headwater import RunRequest
        >>> @schedule("0 6 * * 1-5", target="group:mart", execution_timezone="Europe/Berlin")
        ... def every_morning(context):
        ...     return RunRequest(run_key=context.scheduled_execution_time.isoformat())
        >>> every_morning.cron_schedule
        ('0 6 * * 1-5',)
    """
    if callable(cron_schedule):
        raise InvalidParameterError("@schedule needs a cron expression: write @schedule('0 6 * * *').")

    def decorate(function: Callable[..., Any]) -> ScheduleDefinition:
        check_function(function, "schedule")
        return ScheduleDefinition(
            default_name(function, "schedule") if name is None else name,
            cron_schedule=cron_schedule,
            job_name=job_name,
            tags=tags,
            tags_fn=tags_fn,
            metadata=metadata,
            should_execute=should_execute,
            execution_timezone=execution_timezone,
            execution_fn=function,
            description=read_docstring(function) if description is None else description,
            job=job,
            default_status=default_status,
            required_resource_keys=required_resource_keys,
            target=target,
            owners=owners,
            timeout=timeout,
            catch_up=catch_up,
        )

    return decorate


def _own_name(name: str | None, job_names: Sequence[str]) -> str:
    if name is not None:
        return name
    if len(job_names) != 1:
        raise InvalidDefinitionError(
            "A schedule without a job needs a name; write ScheduleDefinition(name='...', ...)."
        )
    return f"{job_names[0]}_schedule"


def _read_function(function: Callable[..., Any] | None, of: str, required: Iterable[str] | None) -> tuple[int, Needs]:
    if function is None:
        needs = NO_NEEDS if required is None else Needs(required=frozenset(required))
        return 0, needs
    return read_tick_parameters(function, of, required, ScheduleEvaluationContext)


def _check_catch_up(catch_up: object, of: str) -> int | None:
    """How many missed times are made up for; None for all."""
    if catch_up == "all":
        return None
    if catch_up == "latest":
        return 1
    if isinstance(catch_up, bool) or not isinstance(catch_up, int) or catch_up < 1:
        raise InvalidParameterError(
            f"catch_up {of} is 'latest', 'all' or a number of 1 or more, but got {shown(catch_up)}."
        )
    return catch_up
