"""What a sensor's function returns: requests for runs, events, a reason to skip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import msgspec

from headwater.definitions.arguments import (
    check_asset_key,
    check_cursor,
    check_mapping,
    check_optional_text,
    check_several,
    check_text,
    check_type,
    shown,
)
from headwater.definitions.deps import HasAssetKey
from headwater.definitions.events import AssetCheckEvaluation, AssetMaterialization, AssetObservation
from headwater.definitions.values import Frozen
from headwater.errors import InvalidParameterError, SensorResultError
from headwater.keys import AssetKey, CoercibleToAssetKey

AssetEvent: TypeAlias = AssetMaterialization | AssetObservation | AssetCheckEvaluation
ASSET_EVENTS = (AssetMaterialization, AssetObservation, AssetCheckEvaluation)


class RunRequest(Frozen):
    """A run that a sensor asks for.

    Args:
        run_key: Names the request: another one with the same key, in any later tick, starts nothing. None for a
            run every time.
        tags: The run's tags; values that are no strings are written as JSON.
        asset_selection: The assets to make: keys or definitions. None for all targets of the sensor.
        partition_key: The partition to make.

    Raises:
        InvalidParameterError: an argument has the wrong type.
    """

    __slots__ = ("asset_selection", "partition_key", "run_key", "tags")

    run_key: str | None
    tags: dict[str, str]
    asset_selection: tuple[AssetKey, ...] | None
    partition_key: str | None

    def __init__(
        self,
        run_key: str | None = None,
        *,
        tags: Mapping[str, Any] | None = None,
        asset_selection: Sequence[CoercibleToAssetKey | HasAssetKey] | None = None,
        partition_key: str | None = None,
    ) -> None:
        self._set(
            run_key=check_optional_text(run_key, "run_key of RunRequest"),
            tags=_run_tags(tags),
            asset_selection=check_selection(asset_selection, "asset_selection of RunRequest"),
            partition_key=check_optional_text(partition_key, "partition_key of RunRequest"),
        )


class SkipReason(msgspec.Struct, frozen=True):
    """Says why a tick does nothing."""

    skip_message: str | None = None

    def __post_init__(self) -> None:
        check_optional_text(self.skip_message, "skip_message of SkipReason")


class SensorResult(Frozen):
    """Everything that a tick can lead to, at once.

    Args:
        run_requests: The runs that the sensor asks for.
        skip_reason: Why there are none: text or a `SkipReason`.
        cursor: What to hand to the next tick; kept together with the events. An empty string leaves the old one.
        asset_events: What the sensor noticed: materializations, observations, check evaluations.

    Raises:
        InvalidParameterError: an argument has the wrong type.
        SensorResultError: it both requests runs and gives a reason to skip.

    Example:
        >>> result = SensorResult(asset_events=[AssetMaterialization("raw")], cursor="1724614700")
        >>> result.asset_events[0].asset_key
        AssetKey(['raw'])
    """

    __slots__ = ("asset_events", "cursor", "run_requests", "skip_reason")

    run_requests: tuple[RunRequest, ...]
    skip_reason: SkipReason | None
    cursor: str | None
    asset_events: tuple[AssetEvent, ...]

    def __init__(
        self,
        run_requests: Sequence[RunRequest] | None = None,
        skip_reason: SkipReason | str | None = None,
        cursor: str | None = None,
        *,
        asset_events: Sequence[AssetEvent] | None = None,
    ) -> None:
        requests = tuple(
            check_type(request, RunRequest, "An element of run_requests of SensorResult", "a RunRequest")
            for request in check_several(run_requests, "run_requests of SensorResult")
        )
        if requests and skip_reason is not None:
            raise SensorResultError("This SensorResult both requests runs and gives a skip_reason; leave one out.")
        reason = SkipReason(skip_reason) if isinstance(skip_reason, str) else skip_reason
        if reason is not None:
            check_type(reason, SkipReason, "skip_reason of SensorResult", "a string or a SkipReason")
        self._set(
            run_requests=requests,
            skip_reason=reason,
            cursor=check_cursor(cursor, "cursor of SensorResult"),
            asset_events=_asset_events(asset_events),
        )


def check_selection(
    selection: Sequence[CoercibleToAssetKey | HasAssetKey] | None, where: str
) -> tuple[AssetKey, ...] | None:
    """The keys of some assets, each once; None stays None.

    Raises:
        InvalidParameterError: it is empty, or an element has no key.
    """
    if selection is None:
        return None
    keys = tuple(
        dict.fromkeys(check_asset_key(item, f"An element of {where}") for item in check_several(selection, where))
    )
    if not keys:
        raise InvalidParameterError(f"{where} is empty; name at least one asset, or leave it out.")
    return keys


def _asset_events(events: Sequence[AssetEvent] | None) -> tuple[AssetEvent, ...]:
    checked = check_several(events, "asset_events of SensorResult")
    for event in checked:
        if not isinstance(event, ASSET_EVENTS):
            raise InvalidParameterError(
                "An element of asset_events of SensorResult is an AssetMaterialization, AssetObservation or "
                f"AssetCheckEvaluation, but got {shown(event)}."
            )
    return tuple(checked)


def _run_tags(tags: Mapping[str, Any] | None) -> dict[str, str]:
    checked: dict[str, str] = {}
    for name, value in check_mapping(tags, "tags of RunRequest").items():
        where = f"The value of tag {name!r} of RunRequest"
        try:
            text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
        except TypeError as error:
            raise InvalidParameterError(f"{where} is a string or plain JSON, but got {shown(value)}.") from error
        checked[check_text(name, "A tag of RunRequest")] = check_text(text, where)
    return checked
