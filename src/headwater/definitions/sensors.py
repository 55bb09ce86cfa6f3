"""Sensors: the `@sensor` decorator, and what it makes of a function that looks at the outside world."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any, TypeVar, overload

from headwater.definitions.arguments import (
    check_optional_text,
    check_printable,
    check_seconds,
    check_type,
    shown,
)
from headwater.definitions.deps import HasAssetKey
from headwater.definitions.functions import (
    check_function,
    default_name,
    look_like,
    read_docstring,
    read_parameters,
)
from headwater.definitions.jobs import JobDefinition
from headwater.definitions.labels import check_owners, check_tags
from headwater.definitions.metadata import normalize_metadata
from headwater.definitions.needs import NO_NEEDS, Needs, read_needs
from headwater.definitions.requests import AssetEvent, RunRequest, SensorResult, SkipReason
from headwater.definitions.selection import AssetSelection
from headwater.definitions.sensor_context import SensorEvaluationContext
from headwater.definitions.snapshot import SourceRef
from headwater.definitions.source import find_source
from headwater.definitions.tick_targets import NO_TARGETS, Job, Targets, TickTargets, read_targets
from headwater.errors import InvalidDefinitionError, InvalidInvocationError, InvalidParameterError
from headwater.keys import AssetKey

__all__ = [
    "AssetEvent",
    "DefaultSensorStatus",
    "RunRequest",
    "SensorDefinition",
    "SensorResult",
    "SkipReason",
    "sensor",
]

_Status = TypeVar("_Status", bound=Enum)
DEFAULT_INTERVAL = 30.0
DEFAULT_TIMEOUT = 60.0
_LEAST_INTERVAL = 0.1


class DefaultSensorStatus(Enum):
    """Whether a sensor is on as long as nobody has switched it."""

    RUNNING = "RUNNING"
    STOPPED = "STOPPED"


@dataclass(frozen=True, kw_only=True)
class Watch:
    """The events that call an event-driven sensor, instead of an interval.

    `kinds` are event kinds; `assets` those that the events are about, `jobs` the jobs whose runs they are of, and runs
    of other code locations count only `everywhere`. `from_latest`: the newest event that is there when the sensor first
    comes into force counts too. `one_by_one`: it is called for each event, in order.
    """

    kinds: tuple[str, ...]
    assets: tuple[AssetKey, ...] | AssetSelection | None = None
    jobs: tuple[str, ...] | None = None
    everywhere: bool = True
    from_latest: bool = False
    one_by_one: bool = True


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class SensorDefinition:
    """A sensor. Made by `@sensor` and its kin; calling it calls the function. Times are in seconds.

    `arguments` is how many the function takes by position: the context, and the event that an event-driven one is
    called for.
    """

    name: str
    compute_fn: Callable[..., Any]
    arguments: int
    kind: str = "interval"
    minimum_interval_seconds: float = DEFAULT_INTERVAL
    timeout: float = DEFAULT_TIMEOUT
    description: str | None = None
    default_status: DefaultSensorStatus | None = None
    run_targets: TickTargets = NO_TARGETS
    watch: Watch | None = None
    tags: dict[str, str]
    metadata: dict[str, Any]
    owners: tuple[str, ...] = ()
    source: SourceRef | None = None
    needs: Needs = NO_NEEDS

    def __post_init__(self) -> None:
        look_like(self, self.compute_fn)

    @property
    def takes_context(self) -> bool:
        """Whether the function takes the context."""
        return self.arguments > 0

    @property
    def targets(self) -> tuple[AssetKey, ...] | AssetSelection | None:
        """The assets that its run requests may name; None where it runs jobs, or anything."""
        return self.run_targets.assets

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function with a context, and with an event if it takes one, and give what it gives.

        Raises:
            InvalidInvocationError: the function takes a context and there is none.
        """
        resources = {name: value for name, value in kwargs.items() if name in self.needs.parameters}
        if not self.takes_context:
            return self.compute_fn(**resources)
        given = len(args) + len(kwargs) - len(resources)
        if given != self.arguments:
            wanted = "a context" if self.arguments == 1 else "a context and an event"
            example = "build_sensor_context()" if self.arguments == 1 else "build_sensor_context(), event"
            raise InvalidInvocationError(
                f"Sensor {self.name!r} takes {wanted}, but got {given} arguments; "
                f"write {self.name}({example}), and pass resources by name."
            )
        return self.compute_fn(*args, **kwargs)

    def __repr__(self) -> str:
        return f"SensorDefinition({self.name!r})"


def define_sensor(
    function: Callable[..., Any],
    *,
    decorator: str,
    name: str | None,
    minimum_interval_seconds: float | None,
    default_interval: float = DEFAULT_INTERVAL,
    description: str | None,
    default_status: DefaultSensorStatus | None,
    tags: Mapping[str, str] | None,
    metadata: Mapping[str, Any] | None,
    owners: Sequence[str] | None = None,
    timeout: float | timedelta = DEFAULT_TIMEOUT,
    required_resource_keys: Iterable[str] | None = None,
    kind: str = "interval",
    watch: Watch | None = None,
    context_type: type = SensorEvaluationContext,
    most_arguments: int = 1,
    **targets: Any,
) -> SensorDefinition:
    """The definition that a decorator makes of a function; see `sensor` for most of what it is given.

    Besides, `decorator` is its name for messages, `kind` and `watch` say what calls the sensor, `context_type` is the
    class of its context, `most_arguments` how many it may take by position; `targets` are those of `read_targets`.

    Raises:
        InvalidDefinitionError: the definition contradicts itself; the message says how to mend it.
    """
    check_function(function, decorator)
    own_name = check_tick_name(default_name(function, decorator) if name is None else name, "sensor")
    of = f"of sensor {own_name!r}"
    normalize_metadata(metadata)
    arguments, needs = read_tick_parameters(function, of, required_resource_keys, context_type, most_arguments)
    own_description = read_docstring(function) if description is None else description
    return SensorDefinition(
        name=own_name,
        compute_fn=function,
        arguments=arguments,
        needs=needs,
        kind=kind,
        watch=watch,
        minimum_interval_seconds=default_interval
        if minimum_interval_seconds is None
        else check_seconds(minimum_interval_seconds, f"minimum_interval_seconds {of}", least=_LEAST_INTERVAL),
        timeout=check_seconds(timeout, f"timeout {of}"),
        description=check_optional_text(own_description, f"description {of}"),
        default_status=check_status(default_status, DefaultSensorStatus, of),
        run_targets=read_targets(of, **targets),
        tags=check_tags(tags, f"tags {of}"),
        metadata=dict(metadata or {}),
        owners=check_owners(owners, f"owners {of}"),
        source=find_source(),
    )


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


def check_status(status: _Status | None, kind: type[_Status], of: str) -> _Status | None:
    """A default status as it was declared, None where it was not.

    Raises:
        InvalidParameterError: it is something else.
    """
    return None if status is None else check_type(status, kind, f"default_status {of}", f"a {kind.__name__}")


def check_tick_name(name: object, what: str) -> str:
    """The name of a sensor or schedule.

    Raises:
        InvalidParameterError: it can't stand in an address.
    """
    checked = check_printable(name, f"The name of a {what}")
    if "/" in checked:
        raise InvalidParameterError(f"The name of a {what} stands in addresses, so write {shown(checked)} without '/'.")
    return checked


def read_tick_parameters(
    function: Callable[..., Any], of: str, required: Iterable[str] | None, context_type: type, most_arguments: int = 1
) -> tuple[int, Needs]:
    """How many arguments a function takes by position, the context first, and which resources by name.

    Raises:
        InvalidDefinitionError: it takes something else.
    """
    parameters = read_parameters(function, context_type)
    needs, left = read_needs(parameters, of, required_resource_keys=required)
    if needs.takes_config or parameters.takes_any:
        raise InvalidDefinitionError(f"The function {of} takes the context and resources only, neither config nor **.")
    # A first parameter of any name is the context, if it is not annotated as something else.
    first_is_context = not parameters.takes_context and left.names[:1] == parameters.names[:1] and bool(left.names)
    takes_context = parameters.takes_context or first_is_context
    names = left.names[1:] if first_is_context else left.names
    further = min(len(names), most_arguments - 1) if takes_context else 0
    return takes_context + further, needs.with_parameters(names[further:])
