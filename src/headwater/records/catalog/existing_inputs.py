"""Whether the partitions exist that what is to be made would be made from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from headwater.clock import to_datetime
from headwater.definitions.partitions import DynamicPartitionsStore
from headwater.errors import MissingInputError
from headwater.graph.asset_graph import AssetGraph
from headwater.graph.partition_links import PartitionLinks


def check_reads(
    graph: AssetGraph,
    keys: Iterable[str],
    partitions: Sequence[str],
    now: int,
    dynamic_keys: DynamicPartitionsStore | None = None,
) -> None:
    """See that the partitions exist which some partitions of assets are made from.

    What an asset reads of itself is left out: its first partition has none before it.

    Args:
        graph: All assets.
        keys: What is made.
        partitions: Which partitions of those that have any.
        now: When, in microseconds.
        dynamic_keys: The keys of dynamic partitions, where they are others than when the graph was read.

    Raises:
        MissingInputError: a partition would be read that does not exist.
    """
    links = PartitionLinks(graph, to_datetime(now), graph.dynamic_keys if dynamic_keys is None else dynamic_keys)
    for key in keys if partitions else ():
        node = graph.nodes[graph.ids[key]]
        if node.definition.partitions is None:
            continue
        below = links.parts(key).keys
        numbers = below.numbers(partitions)
        for up in graph.upstream_keys(key):
            has_parts = up != key and graph.node(up).definition.partitions is not None
            if has_parts and not links.read(key, numbers, up).complete:
                raise MissingInputError(missing_input_message(key, partitions, up, links.parts(up).keys.extent()))


def missing_input_message(key: str, partitions: Sequence[str], upstream: str, extent: str) -> str:
    """Why partitions can't be made that would read what does not exist, and what to do."""
    made = "" if not partitions else partitions[0] + (" (and others)" if len(partitions) > 1 else "")
    return (
        f"Partition {made} of {key!r} reads partitions of {upstream!r} that do not exist. {extent} Make another "
        "partition, or allow it with TimeWindowPartitionMapping(allow_nonexistent_upstream_partitions=True)."
    )
