"""Sensors that are called for events of the log, each once and in order, as soon as it is committed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from typing import Any, TypedDict, Unpack

from headwater.definitions.arguments import check_asset_key, check_several, check_type, shown
from headwater.definitions.deps import HasAssetKey
from headwater.definitions.event_contexts import MultiAssetSensorEvaluationContext, RunStatusSensorContext
from headwater.definitions.jobs import JobDefinition
from headwater.definitions.selection import AssetSelection
from headwater.definitions.sensors import DefaultSensorStatus, SensorDefinition, Watch, define_sensor
from headwater.definitions.tick_targets import Job, Targets
from headwater.errors import InvalidDefinitionError, InvalidParameterError
from headwater.keys import AssetKey, CoercibleToAssetKey

Decorator = Callable[[Callable[..., Any]], SensorDefinition]


class RunStatus(Enum):
    """What a run can come to, for `@run_status_sensor`.

    Example:
        >>> RunStatus.FAILURE.value
        'run_failed'
    """

    QUEUED = "run_requested"
    STARTED = "run_started"
    SUCCESS = "run_succeeded"
    FAILURE = "run_failed"
    CANCELED = "run_canceled"


DagsterRunStatus = RunStatus
"""The name under which the peers' users know it."""


class SensorOptions(TypedDict, total=False):
    """What every event-driven sensor may be given, as `@sensor` is.

    A `minimum_interval_seconds` is the least time between two ticks: events that come meanwhile wait, and are then
    dealt with together. Without it a tick begins at once.
    """

    name: str | None
    minimum_interval_seconds: float | None
    description: str | None
    job_name: str | None
    job: JobDefinition | None
    jobs: Sequence[JobDefinition] | None
    asset_selection: Targets | None
    target: Targets | HasAssetKey | Job | None
    default_status: DefaultSensorStatus | None
    required_resource_keys: Iterable[str] | None
    tags: Mapping[str, str] | None
    metadata: Mapping[str, Any] | None
    owners: Sequence[str] | None
    timeout: float


def asset_sensor(asset_key: CoercibleToAssetKey | HasAssetKey, **options: Unpack[SensorOptions]) -> Decorator:
    """Make a sensor of a function that is called for each materialization of an asset, whoever made it.

    The function may take the `SensorEvaluationContext` and then the event: its `asset_key`, `partition`, `timestamp`,
    `asset_materialization`. It returns what a `@sensor` does, but for the cursor, which is the place in the log. No
    event is left out, even if many come at once. An event that it fails over is tried again, five times in all.

    Args:
        asset_key: The asset.
        options: As for `@sensor`.

    Raises:
        InvalidDefinitionError: the definition contradicts itself; the message says how to mend it.

    Example:
        >>> from headwater import RunRequest
        >>> @asset_sensor("orders", target=["report"])
        ... def after_orders(context, event):
        ...     return RunRequest(partition_key=event.partition)
        >>> after_orders.kind
        'asset'
    """
    key = check_asset_key(asset_key, "asset_key of @asset_sensor")
    watch = Watch(kinds=("materialization",), assets=(key,), from_latest=True)
    return _decorator("asset_sensor", "asset", watch, options, most_arguments=2)


def multi_asset_sensor(
    monitored_assets: Sequence[CoercibleToAssetKey | HasAssetKey] | AssetSelection,
    *,
    request_assets: Targets | None = None,
    **options: Unpack[SensorOptions],
) -> Decorator:
    """Make a sensor of a function that is called when one of several assets is materialized, and looks at all of them.

    The function takes a `MultiAssetSensorEvaluationContext`. What it does not advance its cursors beyond comes again
    with the next event.

    Args:
        monitored_assets: The assets: keys or definitions, or a selection.
        request_assets: The same as `asset_selection`.
        options: As for `@sensor`.

    Raises:
        InvalidDefinitionError: the definition contradicts itself; the message says how to mend it.

    Example:
        >>> from headwater import RunRequest
        >>> @multi_asset_sensor(["orders", "customers"], request_assets=["report"])
        ... def after_both(context):
        ...     if all(context.latest_materialization_records_by_key().values()):
        ...         context.advance_all_cursors()
        ...         return RunRequest()
        >>> after_both.kind
        'multi_asset'
    """
    if request_assets is not None:
        options = {**options, "asset_selection": request_assets}
    watch = Watch(kinds=("materialization",), assets=_watched(monitored_assets), from_latest=True, one_by_one=False)
    context = MultiAssetSensorEvaluationContext
    return _decorator("multi_asset_sensor", "multi_asset", watch, options, context_type=context)


def check_sensor(
    *,
    monitored_assets: Sequence[CoercibleToAssetKey | HasAssetKey] | AssetSelection | None = None,
    **options: Unpack[SensorOptions],
) -> Decorator:
    """Make a sensor of a function that is called for each evaluation of a check, here or reported.

    The function may take the `SensorEvaluationContext` and then the event: its `asset_key`, `check_name`, `passed`.

    Args:
        monitored_assets: The assets whose checks count; all if left out.
        options: As for `@sensor`.

    Raises:
        InvalidDefinitionError: the definition contradicts itself; the message says how to mend it.

    Example:
        >>> @check_sensor(monitored_assets=["orders"])
        ... def tell_somebody(context, event):
        ...     if not event.passed:
        ...         context.log.error("%s of %s", event.check_name, event.asset_key)
        >>> tell_somebody.kind
        'check'
    """
    watch = Watch(kinds=("check_evaluation",), assets=_watched(monitored_assets))
    return _decorator("check_sensor", "check", watch, options, most_arguments=2)


def freshness_sensor(
    *,
    monitored_assets: Sequence[CoercibleToAssetKey | HasAssetKey] | AssetSelection | None = None,
    **options: Unpack[SensorOptions],
) -> Decorator:
    """Make a sensor of a function that is called whenever an asset becomes late, or is in time again.

    The function may take the `SensorEvaluationContext` and then the event: its `asset_key` and `freshness_state`.

    Args:
        monitored_assets: The assets that count; all that have a freshness policy if left out.
        options: As for `@sensor`.

    Raises:
        InvalidDefinitionError: the definition contradicts itself; the message says how to mend it.

    Example:
        >>> @freshness_sensor()
        ... def tell_somebody(context, event):
        ...     context.log.warning("%s is %s", event.asset_key, event.freshness_state)
        >>> tell_somebody.kind
        'freshness'
    """
    watch = Watch(kinds=("freshness_changed",), assets=_watched(monitored_assets))
    return _decorator("freshness_sensor", "freshness", watch, options, most_arguments=2)


def run_status_sensor(
    run_status: RunStatus,
    *,
    monitored_jobs: Sequence[JobDefinition | str] | None = None,
    monitored_assets: Sequence[CoercibleToAssetKey | HasAssetKey] | AssetSelection | None = None,
    monitor_all_code_locations: bool = False,
    request_job: JobDefinition | None = None,
    request_jobs: Sequence[JobDefinition] | None = None,
    **options: Unpack[SensorOptions],
) -> Decorator:
    """Make a sensor of a function that is called for each run that comes to a status.

    The function may take a `RunStatusSensorContext`. Runs that ended before the sensor was there don't count.

    Args:
        run_status: The status.
        monitored_jobs: The jobs whose runs count; runs of any job, and of none, if left out.
        monitored_assets: The assets whose runs count; any if left out.
        monitor_all_code_locations: Whether runs of other code locations count too.
        request_job: The job that its run requests run.
        request_jobs: Several such jobs.
        options: As for `@sensor`.

    Raises:
        InvalidDefinitionError: the definition contradicts itself; the message says how to mend it.

    Example:
        >>> @run_status_sensor(RunStatus.SUCCESS)
        ... def count(context):
        ...     context.log.info("run %s of %s", context.run.run_id, context.run.job_name)
        >>> count.kind
        'run_status'
    """
    status = check_type(run_status, RunStatus, "run_status of @run_status_sensor", "a RunStatus")
    watch = _runs(status, monitored_jobs, monitored_assets, monitor_all_code_locations)
    requested = {"job": request_job, "jobs": request_jobs}
    own = {name: value for name, value in requested.items() if value is not None}
    context = RunStatusSensorContext
    return _decorator("run_status_sensor", "run_status", watch, {**options, **own}, context_type=context)  # type: ignore[typeddict-item]


def run_failure_sensor(
    failure_fn: Callable[..., Any] | None = None,
    /,
    *,
    monitored_jobs: Sequence[JobDefinition | str] | None = None,
    monitored_assets: Sequence[CoercibleToAssetKey | HasAssetKey] | AssetSelection | None = None,
    monitor_all_code_locations: bool = False,
    request_job: JobDefinition | None = None,
    request_jobs: Sequence[JobDefinition] | None = None,
    **options: Unpack[SensorOptions],
) -> Any:
    """Make a sensor of a function that is called for each run that fails.

    The function may take a `RunFailureSensorContext`. The arguments are those of `run_status_sensor`; it stands with
    and without parentheses.

    Args:
        failure_fn: The function, where the decorator stands without parentheses.
        monitored_jobs: The jobs whose runs count; runs of any job, and of none, if left out.
        monitored_assets: The assets whose runs count; any if left out.
        monitor_all_code_locations: Whether runs of other code locations count too.
        request_job: The job that its run requests run.
        request_jobs: Several such jobs.
        options: As for `@sensor`.

    Raises:
        InvalidDefinitionError: the definition contradicts itself; the message says how to mend it.

    Example:
        >>> @run_failure_sensor
        ... def tell_somebody(context):
        ...     for event in context.get_step_failure_events():
        ...         context.log.error("%s: %s", event.step_key, event.message)
        >>> tell_somebody.kind
        'run_failure'
    """
    watch = _runs(RunStatus.FAILURE, monitored_jobs, monitored_assets, monitor_all_code_locations)
    requested = {"job": request_job, "jobs": request_jobs}
    own = {name: value for name, value in requested.items() if value is not None}
    decorate = _decorator(
        "run_failure_sensor",
        "run_failure",
        watch,
        {**options, **own},  # type: ignore[typeddict-item]
        context_type=RunStatusSensorContext,
    )
    return decorate if failure_fn is None else decorate(failure_fn)


def _decorator(decorator: str, kind: str, watch: Watch, options: SensorOptions, **more: Any) -> Decorator:
    settings: dict[str, Any] = {
        "name": None,
        "minimum_interval_seconds": None,
        "description": None,
        "default_status": None,
        "tags": None,
        "metadata": None,
        **options,
    }
    unknown = sorted(settings.keys() - SensorOptions.__annotations__.keys())
    if unknown:
        raise InvalidDefinitionError(f"@{decorator} has no option {unknown[0]!r}.")

    def decorate(function: Callable[..., Any]) -> SensorDefinition:
        return define_sensor(
            function, decorator=decorator, kind=kind, watch=watch, default_interval=0.0, **settings, **more
        )

    return decorate


def _runs(status: RunStatus, jobs: Sequence[JobDefinition | str] | None, assets: Any, everywhere: bool) -> Watch:
    names: list[str] = []
    for job in check_several(jobs, "monitored_jobs"):
        if not isinstance(job, (JobDefinition, str)):
            raise InvalidParameterError(
                f"An element of monitored_jobs is a job of define_asset_job or its name, but got {shown(job)}."
            )
        names.append(job if isinstance(job, str) else job.name)
    return Watch(
        kinds=(status.value,),
        jobs=None if jobs is None else tuple(names),
        assets=_watched(assets),
        everywhere=everywhere,
    )


def _watched(assets: Any) -> tuple[AssetKey, ...] | AssetSelection | None:
    if assets is None:
        return None
    if isinstance(assets, (str, AssetSelection)):
        return AssetSelection.from_coercible(assets)
    where = "An element of monitored_assets"
    keys = tuple(check_asset_key(item, where) for item in check_several(assets, "monitored_assets"))
    if not keys:
        raise InvalidDefinitionError("monitored_assets is empty; name at least one asset.")
    return keys
