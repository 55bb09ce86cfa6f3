"""Which partitions of an input a step reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from headwater.definitions.assets.specs import AssetSpec
from headwater.definitions.partitions import DynamicPartitionsStore, PartitionMapping, Parts, partitions_read
from headwater.errors import MissingInputError
from headwater.records.catalog.existing_inputs import missing_input_message


class KeysOfInstance:
    """Dynamic partitions as the deployment has them, which is opened only when one is asked for."""

    def __init__(self, instance: Callable[[], Any]) -> None:
        self._instance = instance

    def get_dynamic_partitions(self, partitions_def_name: str) -> Sequence[str]:
        """The keys of a name."""
        keys: Sequence[str] = self._instance().get_dynamic_partitions(partitions_def_name)
        return keys

    def has_dynamic_partition(self, partitions_def_name: str, partition_key: str) -> bool:
        """Whether a name has a key."""
        return partition_key in self.get_dynamic_partitions(partitions_def_name)


def input_partitions(
    upstream: AssetSpec | None,
    own: AssetSpec | None,
    partitions: Iterable[str] | None,
    *,
    mapping: PartitionMapping | None = None,
    now: datetime,
    dynamic_partitions_store: DynamicPartitionsStore | None = None,
) -> tuple[str, ...] | None:
    """The partitions of an input that belong to the partitions that are being made; None for an input without.

    Args:
        upstream: The input.
        own: What is being made, or judged.
        partitions: Which partitions of it; None where it has none.
        mapping: Which of them go with which; as the dependency of what is made has it if left out.
        now: When.
        dynamic_partitions_store: Where dynamic keys are kept.

    Raises:
        UnknownPartitionError: one of `partitions` does not exist.
        MissingInputError: a partition of the input would be read that does not exist.
    """
    if upstream is None or upstream.partitions_def is None:
        return None
    above = Parts.at(upstream.partitions_def, now, dynamic_partitions_store)
    definition = own.partitions_def if own is not None and partitions is not None else None
    below = Parts.at(definition, now, dynamic_partitions_store)
    numbers = below.keys.all() if definition is None or partitions is None else below.keys.numbers(partitions)
    if mapping is None and own is not None:
        mapping = own.partition_mappings.get(upstream.key)
    reads = partitions_read(mapping, below, numbers, above)
    if not reads.complete:
        made = below.keys.select(numbers)
        key = own.key.to_user_string() if own is not None else "the asset"
        raise MissingInputError(missing_input_message(key, made, upstream.key.to_user_string(), above.keys.extent()))
    return tuple(above.keys.select(reads.numbers))
