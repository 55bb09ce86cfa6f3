"""Partitions that are listed once and for all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from headwater.definitions.arguments import check_several
from headwater.definitions.partitions.definition import (
    DynamicPartitionsStore,
    PartitionsDefinition,
    check_partition_key,
)
from headwater.definitions.partitions.keys import ListedKeys, PartitionKeys
from headwater.definitions.partitions.snapshot import PartitionsSnapshot
from headwater.errors import InvalidParameterError


class StaticPartitionsDefinition(PartitionsDefinition):
    """A fixed list of partitions.

    Args:
        partition_keys: The keys in order, each once.

    Raises:
        InvalidParameterError: a key is no string, stands twice, or holds `...` or a character that can't be stored.

    Example:
        >>> StaticPartitionsDefinition(["eu", "us"]).get_last_partition_key()
        'us'
    """

    def __init__(self, partition_keys: Sequence[str]) -> None:
        keys = [check_partition_key(key) for key in check_several(partition_keys, "partition_keys")]
        twice = [key for key, count in Counter(keys).items() if count > 1]
        if twice:
            raise InvalidParameterError(f"These partition keys stand more than once: {', '.join(sorted(twice))}.")
        self._keys = ListedKeys(keys)

    def keys_at(
        self, current_time: datetime | None = None, dynamic_partitions_store: DynamicPartitionsStore | None = None
    ) -> PartitionKeys:
        """The keys as given, at any moment."""
        return self._keys

    def to_snapshot(self) -> PartitionsSnapshot:
        """The definition as plain values."""
        return PartitionsSnapshot(type="static", keys=tuple(self._keys))

    def __repr__(self) -> str:
        return f"StaticPartitionsDefinition({list(self._keys)!r})"
