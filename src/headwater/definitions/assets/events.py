"""What user code tells of an asset: that it was written, seen or checked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

import msgspec

from headwater.definitions.arguments import (
    check_asset_key,
    check_bool,
    check_mapping,
    check_moment,
    check_optional_text,
    check_printable,
    check_text,
    check_type,
)
from headwater.definitions.labels import check_tags
from headwater.definitions.metadata.infer import MetadataValue, normalize_metadata
from headwater.definitions.values import Frozen
from headwater.keys import AssetCheckKey, AssetKey, CoercibleToAssetKey

DATA_VERSION_TAG = "dagster/data_version"
"""The tag in which code from elsewhere gives a data version."""


class AssetCheckSeverity(StrEnum):
    """How bad it is that a check failed: a warning never stops anything.

    Example:
        >>> AssetCheckResult(passed=False, severity=AssetCheckSeverity.WARN).severity.value
        'WARN'
    """

    WARN = "WARN"
    ERROR = "ERROR"


class DataVersion(msgspec.Struct, frozen=True):
    """A name for what an asset holds: equal contents, equal versions.

    Args:
        value: The name, such as a hash, a modification time or a number that grows.

    Example:
        >>> MaterializeResult(data_version=DataVersion("e3b0")).data_version.value
        'e3b0'
    """

    value: str

    def __post_init__(self) -> None:
        check_text(self.value, "The value of a DataVersion")


def check_data_version(value: object, where: str) -> DataVersion | None:
    """A data version, from one or from its text; None stays None."""
    if value is None or isinstance(value, DataVersion):
        return value
    return DataVersion(check_type(value, str, where, "a DataVersion or a string"))


class _AssetEvent(Frozen):
    """What materializations and observations have in common."""

    __slots__ = ("asset_key", "data_version", "description", "metadata", "partition", "tags", "timestamp")

    asset_key: AssetKey
    description: str | None
    metadata: dict[str, MetadataValue]
    partition: str | None
    tags: dict[str, str]
    timestamp: float | None
    data_version: str | None

    def __init__(
        self,
        asset_key: CoercibleToAssetKey,
        description: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        partition: str | None = None,
        tags: Mapping[str, str] | None = None,
        *,
        timestamp: float | datetime | None = None,
        data_version: DataVersion | str | None = None,
    ) -> None:
        name = type(self).__name__
        checked_tags = check_tags(tags, f"tags of {name}", system=True)
        version = check_data_version(data_version, f"data_version of {name}")
        self._set(
            asset_key=check_asset_key(asset_key, f"asset_key of {name}"),
            description=check_optional_text(description, f"description of {name}"),
            metadata=normalize_metadata(metadata),
            partition=check_optional_text(partition, f"partition of {name}"),
            tags=checked_tags,
            timestamp=None if timestamp is None else check_moment(timestamp, f"timestamp of {name}"),
            data_version=checked_tags.get(DATA_VERSION_TAG) if version is None else version.value,
        )

    @property
    def label(self) -> str:
        """The key for people."""
        return self.asset_key.to_user_string()


class AssetMaterialization(_AssetEvent):
    """An asset, or one partition of it, was written.

    Args:
        asset_key: Its key; a string is one part.
        description: What happened, in Markdown.
        metadata: What is known of the result, by name; kinds are inferred as `MetadataValue` says.
        partition: The key of the partition that was written.
        tags: Names and short values.
        timestamp: When it happened, in seconds since the epoch or as an aware datetime; None for now.
        data_version: A name for the contents; may also stand in the tag `dagster/data_version`.

    Raises:
        InvalidParameterError: an argument has the wrong type.
        InvalidMetadataError: a metadata value can't be stored.

    Example:
        >>> AssetMaterialization("raw_transactions", metadata={"rows": 3}).metadata["rows"].value
        3
    """

    __slots__ = ()

    @staticmethod
    def file(
        path: str, description: str | None = None, asset_key: CoercibleToAssetKey | None = None
    ) -> AssetMaterialization:
        """A file was written; its path is the key unless another is given."""
        key = path if asset_key is None else asset_key
        return AssetMaterialization(key, description, {"path": MetadataValue.path(path)})


class AssetObservation(_AssetEvent):
    """Something was learnt about an asset without it having been written; the arguments are AssetMaterialization's.

    Args:
        asset_key: What was looked at.
        description: What was learnt, in Markdown.
        metadata: What was learnt, by name.
        partition: The part that was looked at; None for the whole.
        tags: Names and short values to find it by.
        timestamp: When it was so: seconds since the epoch, or a datetime with its zone; the time of the report if
            left out.
        data_version: The version of what it holds.

    Example:
        >>> AssetObservation("orders", metadata={"rows": 1203}, data_version="e3b0").data_version
        'e3b0'
    """

    __slots__ = ()


class DataProvenance(msgspec.Struct, frozen=True):
    """What the newest materialization of an asset was made from, as `context.get_asset_provenance` tells it.

    Args:
        code_version: The version of the code, or the run where that has none.
        input_data_versions: By input the version of its data that was read.
        input_storage_ids: By input the place in the log (`seq`) of that version, where it has one of its own.
        is_user_provided: Whether the function named its data version itself.

    Example:
        >>> provenance = DataProvenance("1", {AssetKey("raw"): DataVersion("v7")}, {AssetKey("raw"): 12}, False)
        >>> provenance.input_data_versions[AssetKey("raw")].value
        'v7'
    """

    code_version: str
    input_data_versions: Mapping[AssetKey, DataVersion]
    input_storage_ids: Mapping[AssetKey, int | None]
    is_user_provided: bool


class DataVersionsByPartition(Frozen):
    """Names for the contents of partitions, as a function that looks at an asset tells them.

    Args:
        data_versions_by_partition: The version of each partition: text or a `DataVersion`.

    Raises:
        InvalidParameterError: a version is neither.

    Example:
        >>> DataVersionsByPartition({"2026-01-01": "7"}).data_versions_by_partition
        {'2026-01-01': DataVersion(value='7')}
    """

    __slots__ = ("data_versions_by_partition",)

    data_versions_by_partition: dict[str, DataVersion]

    def __init__(self, data_versions_by_partition: Mapping[str, DataVersion | str]) -> None:
        where = "data_versions_by_partition of DataVersionsByPartition"
        versions = {
            partition: check_data_version(version, f"{where}[{partition!r}]")
            for partition, version in check_mapping(data_versions_by_partition, where).items()
        }
        self._set(
            data_versions_by_partition={name: version for name, version in versions.items() if version is not None}
        )


class AssetCheckEvaluation(Frozen):
    """A check of an asset was carried out, here or elsewhere.

    Args:
        asset_key: The asset that was judged; a string is one part.
        check_name: The check's name there.
        passed: Whether it held.
        metadata: What was found, by name.
        severity: How bad it is if it did not.
        description: What was found, in words.
        partition: The key of the partition that was judged; None for the asset as a whole.
        timestamp: When, in seconds since the epoch or as an aware datetime; None for now.

    Raises:
        InvalidParameterError: an argument has the wrong type.
        InvalidMetadataError: a metadata value can't be stored.

    Example:
        >>> seen = AssetCheckEvaluation("orders", "no_gaps", False, {"gaps": 2}, severity=AssetCheckSeverity.WARN)
        >>> seen.passed, seen.severity.value
        (False, 'WARN')
    """

    __slots__ = ("asset_key", "check_name", "description", "metadata", "partition", "passed", "severity", "timestamp")

    asset_key: AssetKey
    check_name: str
    passed: bool
    metadata: dict[str, MetadataValue]
    severity: AssetCheckSeverity
    description: str | None
    partition: str | None
    timestamp: float | None

    def __init__(
        self,
        asset_key: CoercibleToAssetKey,
        check_name: str,
        passed: bool,
        metadata: Mapping[str, Any] | None = None,
        *,
        severity: AssetCheckSeverity = AssetCheckSeverity.ERROR,
        description: str | None = None,
        partition: str | None = None,
        timestamp: float | datetime | None = None,
    ) -> None:
        name = "AssetCheckEvaluation"
        self._set(
            asset_key=check_asset_key(asset_key, f"asset_key of {name}"),
            check_name=check_printable(check_name, f"check_name of {name}"),
            passed=check_bool(passed, f"passed of {name}"),
            metadata=normalize_metadata(metadata),
            severity=check_severity(severity),
            description=check_optional_text(description, f"description of {name}"),
            partition=check_optional_text(partition, f"partition of {name}"),
            timestamp=None if timestamp is None else check_moment(timestamp, f"timestamp of {name}"),
        )

    @property
    def asset_check_key(self) -> AssetCheckKey:
        """Asset and name together."""
        return AssetCheckKey(self.asset_key, self.check_name)


def check_severity(value: object) -> AssetCheckSeverity:
    """A severity.

    Raises:
        InvalidParameterError: it is anything else, such as its name.
    """
    return check_type(value, AssetCheckSeverity, "severity", "AssetCheckSeverity.WARN or AssetCheckSeverity.ERROR")


AssetEvent: TypeAlias = AssetMaterialization | AssetObservation | AssetCheckEvaluation
ASSET_EVENTS = (AssetMaterialization, AssetObservation, AssetCheckEvaluation)
