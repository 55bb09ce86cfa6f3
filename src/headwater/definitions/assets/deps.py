"""What an asset is made from: `AssetDep`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from functools import lru_cache
from typing import Any, Protocol, TypeAlias, Union

from headwater.definitions.arguments import check_asset_key, check_several, check_type
from headwater.definitions.metadata.infer import normalize_metadata
from headwater.definitions.partitions import PartitionMapping
from headwater.definitions.values import Frozen
from headwater.errors import InvalidDefinitionError
from headwater.keys import AssetKey, CoercibleToAssetKey


class HasAssetKey(Protocol):
    """A definition of one asset."""

    @property
    def key(self) -> AssetKey:
        """The asset's key."""
        ...


_MOST_PLAIN = 16_384
_ONLY_TEXTS = {str}

CoercibleToAssetDep: TypeAlias = Union["AssetDep", CoercibleToAssetKey, HasAssetKey]


class AssetDep(Frozen):
    """An asset that another one is made from.

    Args:
        asset: Its key, or its definition; a string is one part of a key.
        partition_mapping: Which of its partitions a partition is made from; what follows from the definitions of both
            if left out.
        metadata: What is known of the dependency itself.

    Raises:
        InvalidParameterError: `asset` has no key, or `partition_mapping` is none.
        InvalidMetadataError: a metadata value can't be stored.

    Example:
        >>> AssetSpec("report", deps=[AssetDep("orders", metadata={"columns": 3})]).deps[0].metadata
        {'columns': 3}
    """

    __slots__ = ("_metadata", "asset_key", "partition_mapping")

    asset_key: AssetKey
    partition_mapping: PartitionMapping | None
    _metadata: dict[str, Any] | None

    def __init__(
        self,
        asset: CoercibleToAssetKey | HasAssetKey,
        *,
        partition_mapping: PartitionMapping | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        if metadata is not None:
            normalize_metadata(metadata)
        if partition_mapping is not None:
            check_partition_mapping(partition_mapping, "partition_mapping of an AssetDep")
        self._set(
            asset_key=check_asset_key(asset, "asset of an AssetDep"),
            partition_mapping=partition_mapping,
            _metadata=dict(metadata) if metadata else None,
        )

    @property
    def metadata(self) -> dict[str, Any]:
        """What is known of the dependency itself, by name."""
        return {} if self._metadata is None else self._metadata

    @staticmethod
    def from_coercible(value: CoercibleToAssetDep) -> AssetDep:
        """A dependency from a dependency, a key or what has one.

        Raises:
            InvalidParameterError: it has no key.
        """
        return value if isinstance(value, AssetDep) else AssetDep(value)

    def with_asset(self, asset: CoercibleToAssetKey | HasAssetKey) -> AssetDep:
        """The same dependency on another asset."""
        changed = copy(self)
        changed._set(asset_key=check_asset_key(asset, "asset of an AssetDep"))
        return changed


def check_partition_mapping(value: object, where: str) -> PartitionMapping:
    """A partition mapping.

    Raises:
        InvalidParameterError: it is something else.
    """
    expected = "a partition mapping such as TimeWindowPartitionMapping"
    return check_type(value, PartitionMapping, where, expected)  # type: ignore[type-abstract]


def plain_deps(deps: object) -> tuple[AssetDep, ...] | None:
    """Dependencies that are a list of texts, as nearly all are; None where `check_deps` has to look."""
    if type(deps) is list and set(map(type, deps)) == _ONLY_TEXTS:
        return tuple(map(_plain_dep, dict.fromkeys(deps)))
    return None


def check_deps(deps: Iterable[CoercibleToAssetDep] | None, where: str) -> tuple[AssetDep, ...]:
    """Dependencies, each key once.

    Raises:
        InvalidParameterError: an element has no key.
        InvalidDefinitionError: a key stands twice with different metadata or mappings.
    """
    if deps is None:
        return ()
    given = check_several(deps, where)
    checked: dict[AssetKey, AssetDep] = {}
    for item in given:
        dep = item if isinstance(item, AssetDep) else _plain_dep(_dep_key(item, where))
        known = checked.setdefault(dep.asset_key, dep)
        if known is not dep and known != dep:
            raise InvalidDefinitionError(
                f"{where} names {dep.asset_key.to_user_string()!r} twice, with different metadata or partition "
                "mappings; keep one of them."
            )
    return tuple(checked.values())


@lru_cache(maxsize=_MOST_PLAIN)
def _plain_dep(key: str | AssetKey) -> AssetDep:
    """One object for all who depend on an asset in the plain way."""
    return AssetDep(key)


def _dep_key(item: object, where: str) -> AssetKey:
    return check_asset_key(item, f"An element of {where}")
