"""Which partitions of an input a step reads."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from headwater.definitions.partitions import DynamicPartitionsStore, Parts, partitions_read
from headwater.definitions.specs import AssetSpec
from headwater.errors import MissingInputError


def input_partitions(
    upstream: AssetSpec | None,
    own: AssetSpec | None,
    partitions: Iterable[str] | None,
    *,
    now: datetime,
    dynamic_partitions_store: DynamicPartitionsStore | None = None,
) -> tuple[str, ...] | None:
    """The partitions of an input that belong to the partitions that are being made; None for an input without.

    Args:
        upstream: The input.
        own: What is being made, or judged.
        partitions: Which partitions of it; None where it has none.
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
    mapping = own.partition_mappings.get(upstream.key) if own is not None else None
    reads = partitions_read(mapping, below, numbers, above)
    if not reads.complete:
        first = numbers.first()
        made = "" if first is None else below.keys.key_at(first) + (" (and others)" if len(numbers) > 1 else "")
        raise MissingInputError(
            f"Partition {made} of "
            f"{own.key.to_user_string() if own is not None else 'the asset'!r} reads partitions of "
            f"{upstream.key.to_user_string()!r} that do not exist. {above.keys.extent()} Make another partition, or "
            "allow it with TimeWindowPartitionMapping(allow_nonexistent_upstream_partitions=True)."
        )
    return tuple(above.keys.select(reads.numbers))
