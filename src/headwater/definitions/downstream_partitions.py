"""Which partitions of an asset read a partition of another, as the user's own code asks it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from headwater.definitions.assets.specs import AssetSpec
from headwater.definitions.partitions import DynamicPartitionsStore, Ordinals, Parts, partitions_concerned
from headwater.errors import InvalidParameterError
from headwater.keys import AssetKey


def downstream_partition_keys(
    specs: Mapping[AssetKey, AssetSpec],
    upstream: AssetKey,
    partition: str,
    downstream: AssetKey,
    now: datetime,
    dynamic_partitions_store: DynamicPartitionsStore | None,
) -> list[str]:
    """The keys of `downstream` that read one partition of `upstream`; none if that does not exist.

    Args:
        specs: What both are defined among.
        upstream: What is read.
        partition: Its partition.
        downstream: What reads it.
        now: The moment, with a time zone.
        dynamic_partitions_store: Where dynamic keys are kept.

    Raises:
        InvalidParameterError: one of them is unknown or has no partitions, or one does not depend on the other.
        InvalidInvocationError: partitions are dynamic and there is no store.
    """
    parts = []
    for key in (upstream, downstream):
        if key not in specs:
            raise InvalidParameterError(f"There is no asset {key.to_user_string()!r} in these definitions.")
        if (partitions := specs[key].partitions_def) is None:
            raise InvalidParameterError(f"The asset {key.to_user_string()!r} has no partitions.")
        parts.append(Parts.at(partitions, now, dynamic_partitions_store))
    if all(dep.asset_key != upstream for dep in specs[downstream].deps):
        raise InvalidParameterError(
            f"The asset {downstream.to_user_string()!r} does not depend on {upstream.to_user_string()!r}."
        )
    above, below = parts
    number = above.keys.number_of(partition)
    if number is None:
        return []
    mapping = specs[downstream].partition_mappings.get(upstream)
    concerned = partitions_concerned(mapping, above, Ordinals.span(number, number + 1), below)
    return list(below.keys.select(concerned))
