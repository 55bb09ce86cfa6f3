"""What every partition mapping can do: say which partitions of one asset go with which of another."""

from __future__ import annotations

from abc import abstractmethod
from datetime import datetime
from typing import NamedTuple

from headwater.definitions.partitions.definition import DynamicPartitionsStore, PartitionsDefinition
from headwater.definitions.partitions.keys import ListedKeys, PartitionKeys
from headwater.definitions.partitions.ordinals import Ordinals
from headwater.definitions.partitions.snapshot import MappingSnapshot
from headwater.definitions.values import Frozen

_WHOLE = ListedKeys([""])


class Parts(NamedTuple):
    """The partitions that an asset has at a moment. One without partitions is one part, whose key is empty."""

    definition: PartitionsDefinition | None
    keys: PartitionKeys

    @classmethod
    def at(
        cls,
        definition: PartitionsDefinition | None,
        current_time: datetime,
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
    ) -> Parts:
        """The parts of an asset with this definition, or with none.

        Raises:
            InvalidInvocationError: the keys are dynamic and no store is given.
        """
        if definition is None:
            return cls(None, _WHOLE)
        return cls(definition, definition.keys_at(current_time, dynamic_partitions_store))


class Reads(NamedTuple):
    """Which upstream partitions are read; `complete` is False if more would be, which don't exist."""

    numbers: Ordinals
    complete: bool = True


class PartitionMapping(Frozen):
    """Which partitions of an upstream asset a partition of a downstream asset is made from.

    Give one to `AssetDep(partition_mapping=...)` or `AssetIn(partition_mapping=...)`. Without one, equal definitions go
    partition by partition, windows of time by the time that they share, several dimensions with one by the dimension
    that both have, and everything else reads all partitions.

    Example:
        >>> from headwater import AssetDep, LastPartitionMapping
        >>> AssetDep("prices", partition_mapping=LastPartitionMapping()).partition_mapping
        LastPartitionMapping()
    """

    __slots__ = ()

    @property
    def looks_back(self) -> bool:
        """Whether it reads only partitions that come before, so that an asset may depend on itself."""
        return False

    @abstractmethod
    def read(self, downstream: Parts, numbers: Ordinals, upstream: Parts) -> Reads:
        """The upstream partitions that some downstream partitions read."""

    @abstractmethod
    def concerned(self, upstream: Parts, numbers: Ordinals, downstream: Parts) -> Ordinals:
        """The downstream partitions that read one of some upstream partitions."""

    @abstractmethod
    def to_snapshot(self) -> MappingSnapshot:
        """The mapping as plain values."""

    @abstractmethod
    def objection(self, upstream: PartitionsDefinition | None, downstream: PartitionsDefinition | None) -> str | None:
        """Why it can't work between two definitions, as the rest of a sentence that begins with the mapping."""
