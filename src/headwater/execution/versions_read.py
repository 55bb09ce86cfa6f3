"""Which versions of partitioned inputs each partition that a step makes reads, as the step begins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy.engine import Connection

from headwater.errors import InvalidInvocationError
from headwater.graph.asset_graph import AssetGraph
from headwater.graph.partition_links import PartitionLinks
from headwater.storage import states

_MOST = 1_000
"""Versions of one input that are kept, the newest: an asset may read all partitions of another, each time."""

Made = tuple[str, str]
"""An asset and a partition of it, '' for an asset without."""


def read_partition_versions(
    connection: Connection,
    graph: AssetGraph,
    links: PartitionLinks,
    upstream: Mapping[str, Iterable[str]],
    partitions: Sequence[str],
) -> dict[Made, dict[str, tuple[int, ...]]]:
    """By what is made and partitioned input, the `seq` of each version that is read, the oldest first.

    Args:
        connection: Where to look, in the transaction in which the step begins.
        graph: All assets.
        links: Which of their partitions go together.
        upstream: The inputs of each asset that the step makes.
        partitions: Those that it makes.
    """
    found: dict[Made, dict[str, tuple[int, ...]]] = {}
    for key, inputs in upstream.items():
        own = partitions if graph.node(key).definition.partitions is not None else ("",)
        for up in inputs:
            if graph.node(up).definition.partitions is None:
                continue
            for partition in own:
                try:
                    wanted = links.keys_read(key, partition, up)
                except InvalidInvocationError:
                    # Dynamic keys that nothing here knows: then the newest version is all that is told.
                    continue
                seqs = sorted(states.read_partition_versions(connection, up, wanted))
                found.setdefault((key, partition), {})[up] = tuple(seqs[-_MOST:])
    return found
