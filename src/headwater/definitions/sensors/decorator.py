"""The `@sensor` decorator: a sensor of a function that looks at the outside world now and then."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, overload

from headwater.definitions.assets.deps import HasAssetKey
from headwater.definitions.runs.jobs import JobDefinition
from headwater.definitions.sensors.definition import (
    DEFAULT_TIMEOUT,
    DefaultSensorStatus,
    SensorDefinition,
    define_sensor,
)
from headwater.definitions.sensors.targets import Job, Targets


@overload
def sensor(compute_fn: Callable[..., Any], /) -> SensorDefinition: ...


@overload
def sensor(
    compute_fn: str | None = None,
    /,
    *,
    name: str | None = None,
    minimum_interval_seconds: float | None = None,
    description: str | None = None,
    job_name: str | None = None,
    job: JobDefinition | None = None,
    jobs: Sequence[JobDefinition] | None = None,
    default_status: DefaultSensorStatus | None = None,
    asset_selection: Targets | None = None,
    tags: Mapping[str, str] | None = None,
    metadata: Mapping[str, Any] | None = None,
    target: Targets | HasAssetKey | Job | None = None,
    owners: Sequence[str] | None = None,
    timeout: float | timedelta = DEFAULT_TIMEOUT,
    required_resource_keys: Iterable[str] | None = None,
) -> Callable[[Callable[..., Any]], SensorDefinition]: ...


def sensor(
    compute_fn: Callable[..., Any] | str | None = None,
    /,
    *,
    name: str | None = None,
    minimum_interval_seconds: float | None = None,
    description: str | None = None,
    job_name: str | None = None,
    job: JobDefinition | None = None,
    jobs: Sequence[JobDefinition] | None = None,
    default_status: DefaultSensorStatus | None = None,
    asset_selection: Targets | None = None,
    tags: Mapping[str, str] | None = None,
    metadata: Mapping[str, Any] | None = None,
    target: Targets | HasAssetKey | Job | None = None,
    owners: Sequence[str] | None = None,
    timeout: float | timedelta = DEFAULT_TIMEOUT,
    required_resource_keys: Iterable[str] | None = None,
) -> SensorDefinition | Callable[[Callable[..., Any]], SensorDefinition]:
    """Make a sensor of a function that looks at the outside world now and then, and tells what it found.

    The function may take the `SensorEvaluationContext`, and resources: parameters annotated as such, or any after the
    first, by name. It returns or yields a `SensorResult`,
    `RunRequest`s or a `SkipReason`, or returns nothing. It may be `async def`.

    Args:
        compute_fn: The function, where the decorator stands without parentheses; or the name of a job.
        name: The sensor's name; the function's if left out.
        minimum_interval_seconds: How long to wait from the start of one tick to the next; 30 if left out, at
            least 0.1.
        description: What it looks at, in Markdown; the docstring if left out.
        job_name: The job that its run requests run, by name.
        job: The same, as `define_asset_job` made it.
        jobs: Several jobs; a run request says which one by its `job_name`.
        default_status: Whether it is on as long as nobody has switched it; on if left out, unless a setting of the
            deployment turns that round.
        asset_selection: The assets that its run requests may name: keys or definitions, or a selection (its text, or
            an `AssetSelection`), which means the native assets among those that it selects. None for any.
        tags: Names and short values to find it by.
        metadata: Anything that is known of it, by name.
        target: The same as `asset_selection`, a single definition, or a job. Give one of these five alone.
        owners: E-mail addresses and `team:name`.
        timeout: Seconds (or a timedelta) after which a tick is stopped.
        required_resource_keys: The resources that the function finds in `context.resources`.

    Raises:
        InvalidDefinitionError: the definition contradicts itself; the message says how to mend it.

    Example:
        >>> @sensor(minimum_interval_seconds=5)
        ... def new_files(context):
        ...     return SkipReason("no file yet")
        >>> new_files.minimum_interval_seconds
        5.0
    """

    def decorate(function: Callable[..., Any]) -> SensorDefinition:
        return define_sensor(
            function,
            decorator="sensor",
            name=name,
            minimum_interval_seconds=minimum_interval_seconds,
            description=description,
            default_status=default_status,
            tags=tags,
            metadata=metadata,
            owners=owners,
            timeout=timeout,
            required_resource_keys=required_resource_keys,
            job_name=compute_fn if isinstance(compute_fn, str) else job_name,
            job=job,
            jobs=jobs,
            asset_selection=asset_selection,
            target=target,
        )

    return decorate if compute_fn is None or isinstance(compute_fn, str) else decorate(compute_fn)
