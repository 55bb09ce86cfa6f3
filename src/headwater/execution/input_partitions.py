"""Which partitions of an input a step reads."""

from __future__ import annotations

from headwater.definitions.specs import AssetSpec


def input_partitions(
    upstream: AssetSpec | None, own: AssetSpec | None, partitions: tuple[str, ...] | None
) -> tuple[str, ...] | None:
    """The partitions of an input that belong to those that are being made; None for an input without.

    Args:
        upstream: The input.
        own: What is being made, or judged.
        partitions: Which partitions of it; None where it has none.
    """
    if upstream is None or upstream.partitions_def is None:
        return None
    if partitions is not None and own is not None and own.partitions_def == upstream.partitions_def:
        return partitions
    return tuple(upstream.partitions_def.get_partition_keys())
