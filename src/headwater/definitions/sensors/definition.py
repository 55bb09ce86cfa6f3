"""What a sensor is: the definition behind the decorators, and what both sensors and schedules check."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any, TypedDict, TypeVar, Unpack

from headwater.definitions.arguments import (
    check_optional_text,
    check_printable,
    check_seconds,
    check_type,
    shown,
)
from headwater.definitions.assets.deps import HasAssetKey
from headwater.definitions.functions.decorated import check_function
from headwater.definitions.functions.signature import default_name, look_like, read_docstring, read_parameters
from headwater.definitions.labels import check_owners, check_tags
from headwater.definitions.metadata.infer import normalize_metadata
from headwater.definitions.resources.needs import NO_NEEDS, Needs, read_needs
from headwater.definitions.runs.jobs import JobDefinition
from headwater.definitions.selection import AssetSelection
from headwater.definitions.sensors.context import SensorEvaluationContext
from headwater.definitions.sensors.targets import NO_TARGETS, Job, Targets, TickTargets, read_targets
from headwater.definitions.snapshot import SourceRef
from headwater.definitions.source import find_source
from headwater.errors import InvalidDefinitionError, InvalidInvocationError, InvalidParameterError
from headwater.keys import AssetKey

_Status = TypeVar("_Status", bound=Enum)
DEFAULT_INTERVAL = 30.0
DEFAULT_TIMEOUT = 60.0
_LEAST_INTERVAL = 0.1


class DefaultSensorStatus(Enum):
    """Whether a sensor is on as long as nobody has switched it.

    Example:
        >>> @sensor(default_status=DefaultSensorStatus.STOPPED)
        ... def watch(context): ...
        >>> watch.default_status.value
        'STOPPED'
    """

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


class SensorSettings(TypedDict, total=False):
    """What every sensor may be given besides its name and the name of a job, as `@sensor` is.

    Of an event-driven one a `minimum_interval_seconds` is the least time between two ticks: events that come meanwhile
    wait, and are then dealt with together. Without it a tick begins at once.
    """

    minimum_interval_seconds: float | None
    description: str | None
    job: JobDefinition | None
    jobs: Sequence[JobDefinition] | None
    asset_selection: Targets | None
    target: Targets | HasAssetKey | Job | None
    default_status: DefaultSensorStatus | None
    required_resource_keys: Iterable[str] | None
    tags: Mapping[str, str] | None
    metadata: Mapping[str, Any] | None
    owners: Sequence[str] | None
    timeout: float | timedelta


class SensorOptions(SensorSettings, total=False):
    """What the decorators of event-driven sensors may be given."""

    name: str | None
    job_name: str | None


@dataclass(frozen=True, eq=False, repr=False, init=False)
class SensorDefinition:
    """A sensor. Made by `@sensor` and its kin, or of a function directly; calling it calls the function.

    Times are in seconds. `arguments` is how many the function takes by position: the context, and the event that an
    event-driven one is called for.

    Args:
        name: Its name; the function's if left out.
        evaluation_fn: The function.
        options: As for `@sensor`.

    Raises:
        InvalidDefinitionError: the definition contradicts itself; the message says how to mend it.

    Example:
        >>> SensorDefinition("new_files", evaluation_fn=lambda context: SkipReason("no file yet")).name
        'new_files'
    """

    name: str
    compute_fn: Callable[..., Any]
    arguments: int
    tags: dict[str, str]
    metadata: dict[str, Any]
    kind: str = "interval"
    minimum_interval_seconds: float = DEFAULT_INTERVAL
    timeout: float = DEFAULT_TIMEOUT
    description: str | None = None
    default_status: DefaultSensorStatus | None = None
    run_targets: TickTargets = NO_TARGETS
    watch: Watch | None = None
    owners: tuple[str, ...] = ()
    source: SourceRef | None = None
    needs: Needs = NO_NEEDS

    def __init__(
        self,
        name: str | None = None,
        *,
        evaluation_fn: Callable[..., Any],
        job_name: str | None = None,
        **options: Unpack[SensorSettings],
    ) -> None:
        self._define(evaluation_fn, decorator="SensorDefinition", name=name, job_name=job_name, **options)

    def _define(
        self,
        function: Callable[..., Any],
        *,
        decorator: str,
        name: str | None = None,
        minimum_interval_seconds: float | None = None,
        default_interval: float = DEFAULT_INTERVAL,
        description: str | None = None,
        default_status: DefaultSensorStatus | None = None,
        tags: Mapping[str, str] | None = None,
        metadata: Mapping[str, Any] | None = None,
        owners: Sequence[str] | None = None,
        timeout: float | timedelta = DEFAULT_TIMEOUT,
        required_resource_keys: Iterable[str] | None = None,
        kind: str = "interval",
        watch: Watch | None = None,
        context_type: type = SensorEvaluationContext,
        most_arguments: int = 1,
        **targets: Any,
    ) -> None:
        """Read what it was given; see `define_sensor`."""
        check_function(function, decorator)
        own_name = check_tick_name(default_name(function, decorator) if name is None else name, "sensor")
        of = f"of sensor {own_name!r}"
        normalize_metadata(metadata)
        arguments, needs = read_tick_parameters(function, of, required_resource_keys, context_type, most_arguments)
        own_description = read_docstring(function) if description is None else description
        self._keep(
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

    def _keep(self, **fields: Any) -> None:
        for name, value in fields.items():
            object.__setattr__(self, name, value)
        look_like(self, self.compute_fn)

    @property
    def takes_context(self) -> bool:
        """Whether the function takes the context."""
        return self.arguments > 0

    @property
    def targets(self) -> tuple[AssetKey, ...] | AssetSelection | None:
        """The assets that its run requests may name; None where it runs jobs, or anything."""
        return self.run_targets.assets

    @property
    def asset_selection(self) -> tuple[AssetKey, ...] | AssetSelection | None:
        """The same as `targets`."""
        return self.targets

    @property
    def job_name(self) -> str:
        """The job that its run requests run.

        Raises:
            InvalidInvocationError: there is none, or there are several.
        """
        if len(self.run_targets.job_names) != 1:
            named = ", ".join(self.run_targets.job_names) or "none"
            raise InvalidInvocationError(f"Sensor {self.name!r} has no single job, but {named}.")
        return self.run_targets.job_names[0]

    @property
    def jobs(self) -> tuple[JobDefinition, ...]:
        """The jobs that its run requests run, of those that were given as definitions."""
        return self.run_targets.jobs

    @property
    def required_resource_keys(self) -> frozenset[str]:
        """The resources that the function finds in `context.resources`, or takes by name."""
        return self.needs.resources

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
    function: Callable[..., Any], *, of_class: type[SensorDefinition] = SensorDefinition, decorator: str, **options: Any
) -> SensorDefinition:
    """The definition that a decorator makes of a function.

    Args:
        function: The function.
        of_class: What is made of it.
        decorator: The decorator's name for messages.
        options: As for `@sensor`. Besides, `kind` and `watch` say what calls the sensor, `default_interval` how long it
            waits in seconds if nothing is given, `context_type` is the class of its context, `most_arguments` how many
            it may take by position.

    Raises:
        InvalidDefinitionError: the definition contradicts itself; the message says how to mend it.
    """
    made = of_class.__new__(of_class)
    made._define(function, decorator=decorator, **options)
    return made


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
