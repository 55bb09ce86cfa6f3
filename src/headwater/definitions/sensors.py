"""Sensors: the `@sensor` decorator, and what it makes of a function that looks at the outside world."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any, TypeAlias, overload

from headwater.definitions.arguments import (
    check_optional_text,
    check_printable,
    check_seconds,
    check_type,
    shown,
)
from headwater.definitions.contexts import SensorEvaluationContext
from headwater.definitions.deps import HasAssetKey
from headwater.definitions.functions import (
    check_function,
    default_name,
    look_like,
    read_docstring,
    read_parameters,
)
from headwater.definitions.labels import check_owners, check_tags
from headwater.definitions.metadata import normalize_metadata
from headwater.definitions.needs import NO_NEEDS, Needs, read_needs
from headwater.definitions.requests import (
    AssetEvent,
    RunRequest,
    SensorResult,
    SkipReason,
    check_selection,
)
from headwater.definitions.selection import AssetSelection
from headwater.definitions.snapshot import SourceRef
from headwater.definitions.source import find_source
from headwater.errors import InvalidDefinitionError, InvalidInvocationError, InvalidParameterError
from headwater.keys import AssetKey, CoercibleToAssetKey

__all__ = [
    "AssetEvent",
    "DefaultSensorStatus",
    "RunRequest",
    "SensorDefinition",
    "SensorResult",
    "SkipReason",
    "sensor",
]

DEFAULT_INTERVAL = 30.0
DEFAULT_TIMEOUT = 60.0
_LEAST_INTERVAL = 0.1

Targets: TypeAlias = Sequence[CoercibleToAssetKey | HasAssetKey] | str | AssetSelection


class DefaultSensorStatus(Enum):
    """Whether a sensor is on as long as nobody has switched it."""

    RUNNING = "RUNNING"
    STOPPED = "STOPPED"


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class SensorDefinition:
    """A sensor. Made by `@sensor`; calling it calls the function. Times are in seconds."""

    name: str
    compute_fn: Callable[..., Any]
    takes_context: bool
    minimum_interval_seconds: float = DEFAULT_INTERVAL
    timeout: float = DEFAULT_TIMEOUT
    description: str | None = None
    default_status: DefaultSensorStatus = DefaultSensorStatus.RUNNING
    targets: tuple[AssetKey, ...] | AssetSelection | None = None
    tags: dict[str, str]
    metadata: dict[str, Any]
    owners: tuple[str, ...] = ()
    source: SourceRef | None = None
    needs: Needs = NO_NEEDS

    def __post_init__(self) -> None:
        look_like(self, self.compute_fn)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function with a context, and give what it gives.

        Raises:
            InvalidInvocationError: the function takes a context and there is none.
        """
        resources = {name: value for name, value in kwargs.items() if name in self.needs.parameters}
        if not self.takes_context:
            return self.compute_fn(**resources)
        given = len(args) + len(kwargs) - len(resources)
        if given != 1:
            raise InvalidInvocationError(
                f"Sensor {self.name!r} takes a context, but got {given} arguments; "
                f"write {self.name}(build_sensor_context()), and pass resources by name."
            )
        return self.compute_fn(*args, **kwargs)

    def __repr__(self) -> str:
        return f"SensorDefinition({self.name!r})"


@overload
def sensor(compute_fn: Callable[..., Any], /) -> SensorDefinition: ...


@overload
def sensor(
    *,
    name: str | None = None,
    minimum_interval_seconds: float | None = None,
    description: str | None = None,
    default_status: DefaultSensorStatus = DefaultSensorStatus.RUNNING,
    asset_selection: Targets | None = None,
    tags: Mapping[str, str] | None = None,
    metadata: Mapping[str, Any] | None = None,
    target: Targets | HasAssetKey | None = None,
    owners: Sequence[str] | None = None,
    timeout: float | timedelta = DEFAULT_TIMEOUT,
    required_resource_keys: Iterable[str] | None = None,
) -> Callable[[Callable[..., Any]], SensorDefinition]: ...


def sensor(
    compute_fn: Callable[..., Any] | None = None,
    /,
    *,
    name: str | None = None,
    minimum_interval_seconds: float | None = None,
    description: str | None = None,
    default_status: DefaultSensorStatus = DefaultSensorStatus.RUNNING,
    asset_selection: Targets | None = None,
    tags: Mapping[str, str] | None = None,
    metadata: Mapping[str, Any] | None = None,
    target: Targets | HasAssetKey | None = None,
    owners: Sequence[str] | None = None,
    timeout: float | timedelta = DEFAULT_TIMEOUT,
    required_resource_keys: Iterable[str] | None = None,
) -> SensorDefinition | Callable[[Callable[..., Any]], SensorDefinition]:
    """Make a sensor of a function that looks at the outside world now and then, and tells what it found.

    The function may take the `SensorEvaluationContext`, and resources: parameters annotated as such, or any after the
    first, by name. It returns or yields a `SensorResult`,
    `RunRequest`s or a `SkipReason`, or returns nothing. It may be `async def`.

    Args:
        compute_fn: The function, where the decorator stands without parentheses.
        name: The sensor's name; the function's if left out.
        minimum_interval_seconds: How long to wait from the start of one tick to the next; 30 if left out, at
            least 0.1.
        description: What it looks at, in Markdown; the docstring if left out.
        default_status: Whether it is on as long as nobody has switched it.
        asset_selection: The assets that its run requests may name: keys or definitions, or a selection (its text, or
            an `AssetSelection`), which means the native assets among those that it selects. None for any.
        tags: Names and short values to find it by.
        metadata: Anything that is known of it, by name.
        target: The same as `asset_selection`, or a single definition.
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
        check_function(function, "sensor")
        own_name = _check_name(default_name(function, "sensor") if name is None else name)
        of = f"of sensor {own_name!r}"
        normalize_metadata(metadata)
        takes_context, needs = _read_needs(function, of, required_resource_keys)
        interval = DEFAULT_INTERVAL if minimum_interval_seconds is None else minimum_interval_seconds
        own_description = read_docstring(function) if description is None else description
        return SensorDefinition(
            name=own_name,
            compute_fn=function,
            takes_context=takes_context,
            needs=needs,
            minimum_interval_seconds=check_seconds(interval, f"minimum_interval_seconds {of}", least=_LEAST_INTERVAL),
            timeout=check_seconds(timeout, f"timeout {of}"),
            description=check_optional_text(own_description, f"description {of}"),
            default_status=check_type(
                default_status, DefaultSensorStatus, f"default_status {of}", "a DefaultSensorStatus"
            ),
            targets=_targets(asset_selection, target, of),
            tags=check_tags(tags, f"tags {of}"),
            metadata=dict(metadata or {}),
            owners=check_owners(owners, f"owners {of}"),
            source=find_source(),
        )

    return decorate if compute_fn is None else decorate(compute_fn)


def _check_name(name: object) -> str:
    checked = check_printable(name, "The name of a sensor")
    if "/" in checked:
        raise InvalidParameterError(f"The name of a sensor stands in addresses, so write {shown(checked)} without '/'.")
    return checked


def _read_needs(function: Callable[..., Any], of: str, required: Iterable[str] | None) -> tuple[bool, Needs]:
    """Whether the function takes the context, and which resources it takes."""
    parameters = read_parameters(function, SensorEvaluationContext)
    needs, left = read_needs(parameters, of, required_resource_keys=required)
    if needs.takes_config or parameters.takes_any:
        raise InvalidDefinitionError(f"The function {of} takes the context and resources only, neither config nor **.")
    # A first parameter of any name is the context, if it is not annotated as something else.
    first_is_context = not parameters.takes_context and left.names[:1] == parameters.names[:1] and bool(left.names)
    by_name = left.names[1:] if first_is_context else left.names
    return parameters.takes_context or first_is_context, needs.with_parameters(by_name)


def _targets(asset_selection: Any, target: Any, of: str) -> tuple[AssetKey, ...] | AssetSelection | None:
    if asset_selection is not None and target is not None:
        raise InvalidDefinitionError(f"asset_selection and target {of} say the same thing; leave one out.")
    given = target if asset_selection is None else asset_selection
    if isinstance(given, (str, AssetSelection)):
        return AssetSelection.from_coercible(given)
    if asset_selection is not None:
        return check_selection(asset_selection, f"asset_selection {of}")
    return check_selection([target] if isinstance(getattr(target, "key", None), AssetKey) else target, f"target {of}")
