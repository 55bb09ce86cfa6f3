"""Sensors: the `@sensor` decorator, and what it makes of a function that looks at the outside world."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
from headwater.definitions.functions import (
    check_function,
    count_parameters,
    default_name,
    look_like,
    read_docstring,
)
from headwater.definitions.labels import check_owners, check_tags
from headwater.definitions.metadata import normalize_metadata
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
from headwater.definitions.specs import HasAssetKey
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

    def __post_init__(self) -> None:
        look_like(self, self.compute_fn)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function with a context, and give what it gives.

        Raises:
            InvalidInvocationError: the function takes a context and there is none.
        """
        given = len(args) + len(kwargs)
        if given != 1 and self.takes_context:
            raise InvalidInvocationError(
                f"Sensor {self.name!r} takes a context, but got {given} arguments; "
                f"write {self.name}(build_sensor_context())."
            )
        return self.compute_fn(*args, **kwargs) if self.takes_context else self.compute_fn()

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
) -> SensorDefinition | Callable[[Callable[..., Any]], SensorDefinition]:
    """Make a sensor of a function that looks at the outside world now and then, and tells what it found.

    The function may take one parameter, the `SensorEvaluationContext`. It returns or yields a `SensorResult`,
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
        interval = DEFAULT_INTERVAL if minimum_interval_seconds is None else minimum_interval_seconds
        own_description = read_docstring(function) if description is None else description
        return SensorDefinition(
            name=own_name,
            compute_fn=function,
            takes_context=_takes_context(function, of),
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


def _takes_context(function: Callable[..., Any], of: str) -> bool:
    count = count_parameters(function)
    if count > 1:
        raise InvalidDefinitionError(
            f"The function {of} takes {count} parameters; it takes the context or nothing. Let it make what else it "
            "needs itself."
        )
    return count == 1


def _targets(asset_selection: Any, target: Any, of: str) -> tuple[AssetKey, ...] | AssetSelection | None:
    if asset_selection is not None and target is not None:
        raise InvalidDefinitionError(f"asset_selection and target {of} say the same thing; leave one out.")
    given = target if asset_selection is None else asset_selection
    if isinstance(given, (str, AssetSelection)):
        return AssetSelection.from_coercible(given)
    if asset_selection is not None:
        return check_selection(asset_selection, f"asset_selection {of}")
    return check_selection([target] if isinstance(getattr(target, "key", None), AssetKey) else target, f"target {of}")
