"""What the function of an asset or a check may return or yield."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, Generic, TypeVar

from headwater.definitions.arguments import (
    check_asset_key,
    check_bool,
    check_optional_text,
    check_printable,
    check_several,
    check_type,
)
from headwater.definitions.assets.events import AssetCheckSeverity, DataVersion, check_data_version, check_severity
from headwater.definitions.labels import check_tags
from headwater.definitions.metadata.infer import MetadataValue, normalize_metadata
from headwater.definitions.values import Frozen
from headwater.keys import AssetKey, CoercibleToAssetKey

__all__ = [
    "NO_VALUE",
    "AssetCheckResult",
    "AssetCheckSeverity",
    "MaterializeResult",
    "NoValue",
    "ObserveResult",
    "Output",
]

_T = TypeVar("_T")


class NoValue(Enum):
    """Stands for a value that was not given, since None is a value."""

    NO_VALUE = "no value"


NO_VALUE = NoValue.NO_VALUE


class AssetCheckResult(Frozen):
    """What a check found.

    Args:
        passed: Whether it held.
        asset_key: The asset that was judged, where the function could mean several.
        check_name: The check, where the function carries out several.
        metadata: What was found, by name.
        severity: How bad it is if it did not hold.
        description: What was found, in words.

    Raises:
        InvalidParameterError: an argument has the wrong type.
        InvalidMetadataError: a metadata value can't be stored.

    Example:
        >>> AssetCheckResult(passed=False, metadata={"gaps": 2}, description="two days are missing").passed
        False
    """

    __slots__ = ("asset_key", "check_name", "description", "metadata", "passed", "severity")

    passed: bool
    asset_key: AssetKey | None
    check_name: str | None
    metadata: dict[str, MetadataValue]
    severity: AssetCheckSeverity
    description: str | None

    def __init__(
        self,
        *,
        passed: bool,
        asset_key: CoercibleToAssetKey | None = None,
        check_name: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        severity: AssetCheckSeverity = AssetCheckSeverity.ERROR,
        description: str | None = None,
    ) -> None:
        name = "AssetCheckResult"
        self._set(
            passed=check_bool(passed, f"passed of {name}"),
            asset_key=None if asset_key is None else check_asset_key(asset_key, f"asset_key of {name}"),
            check_name=None if check_name is None else check_printable(check_name, f"check_name of {name}"),
            metadata=normalize_metadata(metadata),
            severity=check_severity(severity),
            description=check_optional_text(description, f"description of {name}"),
        )


class MaterializeResult(Frozen, Generic[_T]):
    """What came of making an asset, when the function stores the data itself or has more to tell than a value.

    Args:
        asset_key: The asset that was made, where the function could mean several.
        metadata: What is known of the result, by name. Kept as given.
        check_results: What checks found that belong to the asset.
        data_version: A name for the contents.
        tags: Names and short values for the event.
        value: The data, for Headwater to store; left out, nothing is stored.

    Raises:
        InvalidParameterError: an argument has the wrong type.
        InvalidMetadataError: a metadata value can't be stored.

    Example:
        >>> @asset
        ... def orders():
        ...     return MaterializeResult(metadata={"rows": 1203}, data_version="e3b0")
        >>> done = materialize_to_memory([orders]).asset_materializations_for_node("orders")
        >>> done[0].metadata["rows"].value
        1203
    """

    __slots__ = ("asset_key", "check_results", "data_version", "metadata", "tags", "value")

    asset_key: AssetKey | None
    metadata: dict[str, Any]
    check_results: tuple[AssetCheckResult, ...]
    data_version: DataVersion | None
    tags: dict[str, str]
    value: _T | NoValue

    def __init__(
        self,
        asset_key: CoercibleToAssetKey | None = None,
        metadata: Mapping[str, Any] | None = None,
        check_results: Sequence[AssetCheckResult] | None = None,
        data_version: DataVersion | str | None = None,
        tags: Mapping[str, str] | None = None,
        value: _T | NoValue = NO_VALUE,
    ) -> None:
        name = "MaterializeResult"
        normalize_metadata(metadata)
        results = tuple(
            check_type(result, AssetCheckResult, f"An element of check_results of {name}", "an AssetCheckResult")
            for result in check_several(check_results, f"check_results of {name}")
        )
        self._set(
            asset_key=None if asset_key is None else check_asset_key(asset_key, f"asset_key of {name}"),
            metadata=dict(metadata or {}),
            check_results=results,
            data_version=check_data_version(data_version, f"data_version of {name}"),
            tags=check_tags(tags, f"tags of {name}", system=True),
            value=value,
        )

    @property
    def has_value(self) -> bool:
        """Whether there is a value to store; None is one."""
        return self.value is not NO_VALUE


class ObserveResult(Frozen):
    """What was learnt of an asset without it having been made.

    Args:
        asset_key: The asset, where the function could mean several.
        metadata: What was seen, by name.
        check_results: What checks found that belong to the asset.
        data_version: A name for the contents.
        tags: Names and short values for the event.

    Raises:
        InvalidParameterError: an argument has the wrong type.
        InvalidMetadataError: a metadata value can't be stored.

    Example:
        >>> ObserveResult(metadata={"rows": 1203}, data_version="e3b0").data_version
        DataVersion(value='e3b0')
    """

    __slots__ = ("asset_key", "check_results", "data_version", "metadata", "tags")

    asset_key: AssetKey | None
    metadata: dict[str, Any]
    check_results: tuple[AssetCheckResult, ...]
    data_version: DataVersion | None
    tags: dict[str, str]

    def __init__(
        self,
        asset_key: CoercibleToAssetKey | None = None,
        metadata: Mapping[str, Any] | None = None,
        check_results: Sequence[AssetCheckResult] | None = None,
        data_version: DataVersion | str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        told: MaterializeResult[Any] = MaterializeResult(asset_key, metadata, check_results, data_version, tags)
        self._set(**{name: getattr(told, name) for name in self.__slots__})


class Output(Frozen, Generic[_T]):
    """A value to store, with what is known of it.

    Args:
        value: The data.
        output_name: Which of the outputs of a `@multi_asset` it is.
        metadata: What is known of it, by name.
        data_version: A name for the contents.
        tags: Names and short values for the event.

    Raises:
        InvalidParameterError: an argument has the wrong type.
        InvalidMetadataError: a metadata value can't be stored.

    Example:
        >>> Output([1, 2, 3], metadata={"rows": 3}).value
        [1, 2, 3]
    """

    __slots__ = ("data_version", "metadata", "output_name", "tags", "value")

    value: _T
    output_name: str
    metadata: dict[str, MetadataValue]
    data_version: DataVersion | None
    tags: dict[str, str]

    def __init__(
        self,
        value: _T,
        output_name: str = "result",
        *,
        metadata: Mapping[str, Any] | None = None,
        data_version: DataVersion | str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        self._set(
            value=value,
            output_name=check_printable(output_name, "output_name of Output"),
            metadata=normalize_metadata(metadata),
            data_version=check_data_version(data_version, "data_version of Output"),
            tags=check_tags(tags, "tags of Output", system=True),
        )
