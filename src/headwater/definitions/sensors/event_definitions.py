"""The classes of event-driven sensors, which the decorators make and who prefers them builds, and what each watches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Unpack

from headwater.definitions.arguments import check_asset_key, check_several, check_type, shown
from headwater.definitions.assets.deps import HasAssetKey
from headwater.definitions.runs.jobs import JobDefinition
from headwater.definitions.runs.status import RunStatus
from headwater.definitions.selection import AssetSelection
from headwater.definitions.sensors.definition import SensorDefinition, SensorOptions, SensorSettings, Watch
from headwater.definitions.sensors.event_contexts import MultiAssetSensorEvaluationContext, RunStatusSensorContext
from headwater.definitions.sensors.targets import Targets
from headwater.errors import InvalidDefinitionError, InvalidParameterError
from headwater.keys import AssetKey, CoercibleToAssetKey

_EVENTS = {
    RunStatus.QUEUED: "run_requested",
    RunStatus.STARTED: "run_started",
    RunStatus.SUCCESS: "run_succeeded",
    RunStatus.FAILURE: "run_failed",
    RunStatus.CANCELED: "run_canceled",
}
"""The kind of event by which a run comes to a status."""


class AssetSensorDefinition(SensorDefinition):
    """A sensor that is called for each materialization of an asset; `@asset_sensor` makes them.

    Args:
        name: Its name.
        asset_key: The asset.
        job_name: The job that its run requests run.
        asset_materialization_fn: The function; it may take the context, and then the event.
        options: As for `@sensor`.

    Raises:
        InvalidDefinitionError: the definition contradicts itself; the message says how to mend it.

    Example:
        >>> from headwater import RunRequest
        >>> after_orders = AssetSensorDefinition(
        ...     "after_orders", "orders", "report", lambda context, event: RunRequest(partition_key=event.partition)
        ... )
        >>> after_orders.job_name
        'report'
    """

    def __init__(
        self,
        name: str,
        asset_key: CoercibleToAssetKey | HasAssetKey,
        job_name: str | None,
        asset_materialization_fn: Callable[..., Any],
        **options: Unpack[SensorSettings],
    ) -> None:
        key = check_asset_key(asset_key, "asset_key of AssetSensorDefinition")
        self._define(
            asset_materialization_fn,
            decorator="AssetSensorDefinition",
            name=name,
            job_name=job_name,
            kind="asset",
            watch=watch_asset(key),
            default_interval=0.0,
            most_arguments=2,
            **options,
        )


class MultiAssetSensorDefinition(SensorDefinition):
    """A sensor that looks at several assets when one of them is materialized; `@multi_asset_sensor` makes them.

    Args:
        name: Its name.
        monitored_assets: The assets: keys or definitions, or a selection.
        job_name: The job that its run requests run.
        asset_materialization_fn: The function; it takes a `MultiAssetSensorEvaluationContext`.
        request_assets: The assets that its run requests may name.
        options: As for `@sensor`.

    Raises:
        InvalidDefinitionError: the definition contradicts itself; the message says how to mend it.

    Example:
        >>> after_both = MultiAssetSensorDefinition(
        ...     "after_both", ["orders", "customers"], "report", lambda context: context.advance_all_cursors()
        ... )
        >>> after_both.kind
        'multi_asset'
    """

    def __init__(
        self,
        name: str,
        monitored_assets: Sequence[CoercibleToAssetKey | HasAssetKey] | AssetSelection,
        job_name: str | None,
        asset_materialization_fn: Callable[..., Any],
        *,
        request_assets: Targets | None = None,
        **options: Unpack[SensorSettings],
    ) -> None:
        if request_assets is not None:
            options = {**options, "asset_selection": request_assets}
        self._define(
            asset_materialization_fn,
            decorator="MultiAssetSensorDefinition",
            name=name,
            job_name=job_name,
            kind="multi_asset",
            watch=watch_assets(monitored_assets),
            default_interval=0.0,
            context_type=MultiAssetSensorEvaluationContext,
            **options,
        )


class RunStatusSensorDefinition(SensorDefinition):
    """A sensor that is called for each run that comes to a status; `@run_status_sensor` makes them.

    Args:
        name: Its name.
        run_status: The status.
        run_status_sensor_fn: The function; it may take a `RunStatusSensorContext`.
        monitored_jobs: The jobs whose runs count; runs of any job, and of none, if left out.
        monitored_assets: The assets whose runs count; any if left out.
        monitor_all_code_locations: Whether runs of other code locations count too.
        request_job: The job that its run requests run.
        request_jobs: Several such jobs.
        options: As for `@sensor`.

    Raises:
        InvalidDefinitionError: the definition contradicts itself; the message says how to mend it.

    Example:
        >>> told = RunStatusSensorDefinition("told", RunStatus.SUCCESS, lambda context: context.log.info("done"))
        >>> told.kind
        'run_status'
    """

    def __init__(
        self,
        name: str,
        run_status: RunStatus,
        run_status_sensor_fn: Callable[..., Any],
        *,
        monitored_jobs: Sequence[JobDefinition | str] | None = None,
        monitored_assets: Sequence[CoercibleToAssetKey | HasAssetKey] | AssetSelection | None = None,
        monitor_all_code_locations: bool | None = None,
        request_job: JobDefinition | None = None,
        request_jobs: Sequence[JobDefinition] | None = None,
        **options: Unpack[SensorSettings],
    ) -> None:
        status = check_type(run_status, RunStatus, "run_status of RunStatusSensorDefinition", "a RunStatus")
        self._define(
            run_status_sensor_fn,
            decorator="RunStatusSensorDefinition",
            name=name,
            kind="run_status",
            watch=watch_runs(status, monitored_jobs, monitored_assets, bool(monitor_all_code_locations)),
            default_interval=0.0,
            context_type=RunStatusSensorContext,
            **requesting(options, request_job, request_jobs),
        )


def requesting(options: SensorOptions | SensorSettings, request_job: Any, request_jobs: Any) -> dict[str, Any]:
    """Options with what a sensor of runs calls the jobs that it requests."""
    asked = {"job": request_job, "jobs": request_jobs}
    return {**options, **{name: value for name, value in asked.items() if value is not None}}


def one_of(**given: Any) -> Any:
    """What was given under one of several names.

    Raises:
        InvalidDefinitionError: it was given under several.
    """
    named = [name for name, value in given.items() if value is not None]
    if len(named) > 1:
        raise InvalidDefinitionError(f"{' and '.join(named)} say the same thing; leave all but one out.")
    return given[named[0]] if named else None


def watch_asset(key: AssetKey) -> Watch:
    """The materializations of an asset, one by one."""
    return Watch(kinds=("materialization",), assets=(key,), from_latest=True)


def watch_assets(assets: Sequence[CoercibleToAssetKey | HasAssetKey] | AssetSelection) -> Watch:
    """The materializations of several assets, together."""
    return Watch(kinds=("materialization",), assets=watched_assets(assets), from_latest=True, one_by_one=False)


def watch_runs(status: RunStatus, jobs: Sequence[JobDefinition | str] | None, assets: Any, everywhere: bool) -> Watch:
    """The runs that come to a status."""
    names: list[str] = []
    for job in check_several(jobs, "monitored_jobs"):
        if not isinstance(job, (JobDefinition, str)):
            raise InvalidParameterError(
                f"An element of monitored_jobs is a job of define_asset_job or its name, but got {shown(job)}."
            )
        names.append(job if isinstance(job, str) else job.name)
    return Watch(
        kinds=(_EVENTS[status],),
        jobs=None if jobs is None else tuple(names),
        assets=watched_assets(assets),
        everywhere=everywhere,
    )


def watched_assets(assets: Any) -> tuple[AssetKey, ...] | AssetSelection | None:
    """The assets that a sensor watches, as they were given; None for all."""
    if assets is None:
        return None
    if isinstance(assets, (str, AssetSelection)):
        return AssetSelection.from_coercible(assets)
    where = "An element of monitored_assets"
    keys = tuple(check_asset_key(item, where) for item in check_several(assets, "monitored_assets"))
    if not keys:
        raise InvalidDefinitionError("monitored_assets is empty; name at least one asset.")
    return keys
