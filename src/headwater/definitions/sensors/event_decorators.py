"""Sensors that are called for events of the log, each once and in order, as soon as it is committed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Unpack

from headwater.definitions.arguments import check_asset_key, check_type
from headwater.definitions.assets.deps import HasAssetKey
from headwater.definitions.runs.jobs import JobDefinition
from headwater.definitions.runs.status import RunStatus
from headwater.definitions.selection import AssetSelection
from headwater.definitions.sensors.definition import SensorDefinition, SensorOptions, Watch, define_sensor
from headwater.definitions.sensors.event_contexts import MultiAssetSensorEvaluationContext, RunStatusSensorContext
from headwater.definitions.sensors.event_definitions import (
    AssetSensorDefinition,
    MultiAssetSensorDefinition,
    RunStatusSensorDefinition,
    one_of,
    requesting,
    watch_asset,
    watch_assets,
    watch_runs,
    watched_assets,
)
from headwater.definitions.sensors.targets import Targets
from headwater.errors import InvalidDefinitionError
from headwater.keys import CoercibleToAssetKey

Decorator = Callable[[Callable[..., Any]], SensorDefinition]


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
    return _decorator(AssetSensorDefinition, "asset_sensor", "asset", watch_asset(key), options, most_arguments=2)


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
    watch = watch_assets(monitored_assets)
    made, context = MultiAssetSensorDefinition, MultiAssetSensorEvaluationContext
    return _decorator(made, "multi_asset_sensor", "multi_asset", watch, options, context_type=context)


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
    watch = Watch(kinds=("check_evaluation",), assets=watched_assets(monitored_assets))
    return _decorator(SensorDefinition, "check_sensor", "check", watch, options, most_arguments=2)


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
    watch = Watch(kinds=("freshness_changed",), assets=watched_assets(monitored_assets))
    return _decorator(SensorDefinition, "freshness_sensor", "freshness", watch, options, most_arguments=2)


def run_status_sensor(
    run_status: RunStatus,
    *,
    monitored_jobs: Sequence[JobDefinition | str] | None = None,
    monitored_assets: Sequence[CoercibleToAssetKey | HasAssetKey] | AssetSelection | None = None,
    monitor_all_code_locations: bool = False,
    job_selection: Sequence[JobDefinition | str] | None = None,
    monitor_all_repositories: bool = False,
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
        job_selection: The same as `monitored_jobs`, as it was called earlier.
        monitor_all_repositories: The same as `monitor_all_code_locations`.
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
    jobs = one_of(monitored_jobs=monitored_jobs, job_selection=job_selection)
    watch = watch_runs(status, jobs, monitored_assets, monitor_all_code_locations or monitor_all_repositories)
    asked = requesting(options, request_job, request_jobs)
    made, context = RunStatusSensorDefinition, RunStatusSensorContext
    return _decorator(made, "run_status_sensor", "run_status", watch, asked, context_type=context)


def run_failure_sensor(
    failure_fn: Callable[..., Any] | None = None,
    /,
    *,
    monitored_jobs: Sequence[JobDefinition | str] | None = None,
    monitored_assets: Sequence[CoercibleToAssetKey | HasAssetKey] | AssetSelection | None = None,
    monitor_all_code_locations: bool = False,
    job_selection: Sequence[JobDefinition | str] | None = None,
    monitor_all_repositories: bool = False,
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
        job_selection: The same as `monitored_jobs`, as it was called earlier.
        monitor_all_repositories: The same as `monitor_all_code_locations`.
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
    jobs = one_of(monitored_jobs=monitored_jobs, job_selection=job_selection)
    watch = watch_runs(
        RunStatus.FAILURE, jobs, monitored_assets, monitor_all_code_locations or monitor_all_repositories
    )
    asked = requesting(options, request_job, request_jobs)
    made, context = RunStatusSensorDefinition, RunStatusSensorContext
    decorate = _decorator(made, "run_failure_sensor", "run_failure", watch, asked, context_type=context)
    return decorate if failure_fn is None else decorate(failure_fn)


def _decorator(
    made: type[SensorDefinition], decorator: str, kind: str, watch: Watch, options: Any, **more: Any
) -> Decorator:
    unknown = sorted(options.keys() - SensorOptions.__annotations__.keys())
    if unknown:
        raise InvalidDefinitionError(f"@{decorator} has no option {unknown[0]!r}.")

    def decorate(function: Callable[..., Any]) -> SensorDefinition:
        settings = {"kind": kind, "watch": watch, "default_interval": 0.0, **options, **more}
        return define_sensor(function, of_class=made, decorator=decorator, **settings)

    return decorate
