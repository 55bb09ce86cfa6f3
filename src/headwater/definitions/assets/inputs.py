"""The values of assets that a function gets: which parameter stands for which asset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from headwater.definitions.arguments import check_mapping, check_optional_text, check_type
from headwater.definitions.assets.deps import check_partition_mapping
from headwater.definitions.functions.signature import Parameters
from headwater.definitions.metadata.infer import normalize_metadata
from headwater.definitions.partitions import PartitionMapping
from headwater.definitions.values import Frozen
from headwater.errors import InvalidDefinitionError
from headwater.keys import AssetKey, CoercibleToAssetKey


class AssetInput(msgspec.Struct, frozen=True):
    """A parameter of an asset's function, and the upstream asset whose value it gets.

    `annotation` is the parameter's, for the IO manager. One that was mapped with `ins` is surely an asset.
    """

    name: str
    key: AssetKey
    annotation: Any = Any
    mapped: bool = False
    partition_mapping: PartitionMapping | None = None
    metadata: dict[str, Any] = {}
    manager_key: str | None = None


class AssetIn(Frozen):
    """Which asset a parameter stands for, where it is not named like it.

    Args:
        key: The asset's key; a string is one part.
        metadata: What is known of the dependency itself; the IO manager that loads the value is told.
        key_prefix: Or only what comes before the parameter's name in the key.
        partition_mapping: Which of its partitions are read, as for `AssetDep`.
        input_manager_key: The resource that loads the value for this parameter, where it is not the asset's own.

    Raises:
        InvalidDefinitionError: both a key and a prefix are given.
        InvalidParameterError: an argument has the wrong type.
        InvalidMetadataError: a metadata value can't be stored.

    Example:
        >>> AssetIn(key_prefix="lake").resolve("orders")
        AssetKey(['lake', 'orders'])
    """

    __slots__ = ("input_manager_key", "key", "key_prefix", "metadata", "partition_mapping")

    key: AssetKey | None
    metadata: dict[str, Any]
    key_prefix: tuple[str, ...]
    partition_mapping: PartitionMapping | None
    input_manager_key: str | None

    def __init__(
        self,
        key: CoercibleToAssetKey | None = None,
        metadata: Mapping[str, Any] | None = None,
        key_prefix: str | Sequence[str] | None = None,
        partition_mapping: PartitionMapping | None = None,
        input_manager_key: str | None = None,
    ) -> None:
        if key is not None and key_prefix is not None:
            raise InvalidDefinitionError(
                f"AssetIn has key={key!r} and key_prefix={key_prefix!r}; a key is whole, so leave key_prefix out."
            )
        if partition_mapping is not None:
            check_partition_mapping(partition_mapping, "partition_mapping of an AssetIn")
        normalize_metadata(metadata)
        self._set(
            key=None if key is None else AssetKey.from_coercible(key),
            metadata=dict(metadata or {}),
            key_prefix=() if key_prefix is None else AssetKey(key_prefix).parts,
            partition_mapping=partition_mapping,
            input_manager_key=check_optional_text(input_manager_key, "input_manager_key of an AssetIn"),
        )

    def resolve(self, parameter: str) -> AssetKey:
        """The key of the asset that the parameter of this name stands for."""
        return AssetKey((*self.key_prefix, parameter)) if self.key is None else self.key


def read_inputs(parameters: Parameters, ins: Mapping[str, AssetIn] | None, of: str) -> tuple[AssetInput, ...]:
    """The assets that a function's parameters stand for.

    Raises:
        InvalidDefinitionError: `ins` names something that is no parameter.
    """
    renamed = check_mapping(ins, f"ins {of}")
    for name, entry in renamed.items():
        check_type(entry, AssetIn, f"ins[{name!r}] {of}", "an AssetIn")
        if name not in parameters.names and not parameters.takes_any:
            named = ", ".join(parameters.names) or "none"
            raise InvalidDefinitionError(
                f"ins {of} names {name!r}, which is no parameter of the function; its parameters are: {named}."
            )
    return tuple(
        _read_input(name, renamed.get(name), parameters.annotations)
        for name in dict.fromkeys((*parameters.names, *renamed))
    )


def _read_input(name: str, given: AssetIn | None, annotations: Mapping[str, Any]) -> AssetInput:
    entry = given or AssetIn()
    return AssetInput(
        name,
        entry.resolve(name),
        annotations.get(name, Any),
        mapped=given is not None,
        partition_mapping=entry.partition_mapping,
        metadata=entry.metadata,
        manager_key=entry.input_manager_key,
    )
