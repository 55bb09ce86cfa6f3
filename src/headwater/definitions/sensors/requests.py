"""What a sensor's function returns: requests for runs, events, a reason to skip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import msgspec

from headwater.definitions.arguments import (
    check_asset_key,
    check_bool,
    check_cursor,
    check_mapping,
    check_optional_text,
    check_several,
    check_text,
    check_type,
    shown,
)
from headwater.definitions.assets.deps import HasAssetKey
from headwater.definitions.assets.events import (
    ASSET_EVENTS,
    AssetEvent,
)
from headwater.definitions.partitions import AddDynamicPartitionsRequest, DeleteDynamicPartitionsRequest
from headwater.definitions.runs.run_config import RunConfig, plain_run_config
from headwater.definitions.values import Frozen
from headwater.errors import InvalidParameterError, SensorResultError
from headwater.keys import AssetCheckKey, AssetKey, CoercibleToAssetKey

PartitionsRequest: TypeAlias = AddDynamicPartitionsRequest | DeleteDynamicPartitionsRequest


class RunRequest(Frozen):
    """A run that a sensor or schedule asks for.

    Args:
        run_key: Names the request: another one with the same key, in any later tick, starts nothing. None for a
            run every time.
        run_config: What the run sets; where a job is run, in place of the job's.
        tags: The run's tags; values that are no strings are written as JSON.
        job_name: Which job to run, where the sensor or schedule has several.
        asset_selection: The assets to make: keys or definitions. None for all targets of the sensor.
        stale_assets_only: Make those alone that are missing, or older than what they are made from.
        partition_key: The partition to make, or `first...last` for a range.
        asset_check_keys: Checks to carry out: alone where no assets are named, else besides those of the assets that
            are made.

    Raises:
        InvalidParameterError: an argument has the wrong type.
        InvalidConfigError: the config has no section of that name.

    Example:
        >>> request = RunRequest(run_key="2026-11-01", asset_selection=["orders"], partition_key="2026-11-01")
        >>> request.run_key, request.partition_key
        ('2026-11-01', '2026-11-01')
    """

    __slots__ = (
        "asset_check_keys",
        "asset_selection",
        "job_name",
        "partition_key",
        "run_config",
        "run_key",
        "stale_assets_only",
        "tags",
    )

    run_key: str | None
    run_config: dict[str, Any] | None
    tags: dict[str, str]
    job_name: str | None
    asset_selection: tuple[AssetKey, ...] | None
    stale_assets_only: bool
    partition_key: str | None
    asset_check_keys: tuple[AssetCheckKey, ...] | None

    def __init__(
        self,
        run_key: str | None = None,
        run_config: RunConfig | Mapping[str, Any] | None = None,
        tags: Mapping[str, Any] | None = None,
        job_name: str | None = None,
        asset_selection: Sequence[CoercibleToAssetKey | HasAssetKey] | None = None,
        stale_assets_only: bool = False,
        partition_key: str | None = None,
        asset_check_keys: Sequence[AssetCheckKey] | None = None,
    ) -> None:
        checks = check_several(asset_check_keys, "asset_check_keys of RunRequest")
        for check in checks:
            check_type(check, AssetCheckKey, "An element of asset_check_keys of RunRequest", "an AssetCheckKey")
        self._set(
            run_key=check_optional_text(run_key, "run_key of RunRequest"),
            run_config=None if run_config is None else plain_run_config(run_config, "run_config of RunRequest"),
            tags=_run_tags(tags),
            job_name=check_optional_text(job_name, "job_name of RunRequest"),
            asset_selection=check_selection(asset_selection, "asset_selection of RunRequest"),
            stale_assets_only=check_bool(stale_assets_only, "stale_assets_only of RunRequest"),
            partition_key=check_optional_text(partition_key, "partition_key of RunRequest"),
            asset_check_keys=None if asset_check_keys is None else tuple(checks),
        )


class SkipReason(msgspec.Struct, frozen=True):
    """Says why a tick does nothing.

    Args:
        skip_message: Why, for people.

    Example:
        >>> @sensor
        ... def watch(context):
        ...     return SkipReason("nothing new")
        >>> watch(build_sensor_context()).skip_message
        'nothing new'
    """

    skip_message: str | None = None

    def __post_init__(self) -> None:
        check_optional_text(self.skip_message, "skip_message of SkipReason")


class SensorResult(Frozen):
    """Everything that a tick can lead to, at once.

    Args:
        run_requests: The runs that the sensor asks for.
        skip_reason: Why there are none: text or a `SkipReason`.
        cursor: What to hand to the next tick; kept together with the events. An empty string leaves the old one.
        dynamic_partitions_requests: Partitions to add or delete, as `build_add_request` and `build_delete_request`
            of their definition make them; the run requests of the same tick may name those that are added.
        asset_events: What the sensor noticed: materializations, observations, check evaluations.

    Raises:
        InvalidParameterError: an argument has the wrong type.
        SensorResultError: it both requests runs and gives a reason to skip.

    Example:
        >>> result = SensorResult(asset_events=[AssetMaterialization("raw")], cursor="1724614700")
        >>> result.asset_events[0].asset_key
        AssetKey(['raw'])
    """

    __slots__ = ("asset_events", "cursor", "dynamic_partitions_requests", "run_requests", "skip_reason")

    run_requests: tuple[RunRequest, ...]
    skip_reason: SkipReason | None
    cursor: str | None
    dynamic_partitions_requests: tuple[PartitionsRequest, ...]
    asset_events: tuple[AssetEvent, ...]

    def __init__(
        self,
        run_requests: Sequence[RunRequest] | None = None,
        skip_reason: SkipReason | str | None = None,
        cursor: str | None = None,
        dynamic_partitions_requests: Sequence[PartitionsRequest] | None = None,
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
            dynamic_partitions_requests=_partitions_requests(dynamic_partitions_requests),
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


def _partitions_requests(requests: Sequence[PartitionsRequest] | None) -> tuple[PartitionsRequest, ...]:
    checked = check_several(requests, "dynamic_partitions_requests of SensorResult")
    for request in checked:
        if not isinstance(request, (AddDynamicPartitionsRequest, DeleteDynamicPartitionsRequest)):
            raise InvalidParameterError(
                "An element of dynamic_partitions_requests of SensorResult is what build_add_request or "
                f"build_delete_request of a DynamicPartitionsDefinition gives, but got {shown(request)}."
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
