"""Which partitions of two connected assets go together, as of a moment: for conditions, runs and backfills."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from headwater.definitions.partitions import (
    DynamicPartitionsStore,
    Ordinals,
    PartitionMapping,
    Parts,
    Reads,
    mapping_from_snapshot,
    partitions_concerned,
    partitions_from_snapshot,
    partitions_read,
)
from headwater.graph.asset_graph import AssetGraph


class PartitionLinks:
    """The mappings of a graph's dependencies over the partitions that exist at a moment, worked out once for each.

    An asset without partitions has one part, whose key is the empty string.

    Args:
        graph: The assets.
        now: The moment, with a time zone.
        dynamic_partitions_store: Where dynamic keys are kept.
    """

    def __init__(
        self, graph: AssetGraph, now: datetime, dynamic_partitions_store: DynamicPartitionsStore | None = None
    ) -> None:
        self._graph = graph
        self._now = now
        self._store = dynamic_partitions_store
        self._parts: dict[str, Parts] = {}

    def parts(self, key: str) -> Parts:
        """The partitions of an asset.

        Raises:
            InvalidInvocationError: they are dynamic and there is no store.
        """
        if key not in self._parts:
            snapshot = self._graph.node(key).definition.partitions
            definition = None if snapshot is None else partitions_from_snapshot(snapshot)
            self._parts[key] = Parts.at(definition, self._now, self._store)
        return self._parts[key]

    def mapping(self, upstream: str, downstream: str) -> PartitionMapping | None:
        """The mapping that a dependency was given; None for the default."""
        snapshot = self._graph.node(downstream).definition.mappings.get(upstream)
        return None if snapshot is None else mapping_from_snapshot(snapshot)

    def read(self, downstream: str, numbers: Ordinals, upstream: str) -> Reads:
        """Which partitions of `upstream` some partitions of `downstream` read."""
        mapping = self.mapping(upstream, downstream)
        return partitions_read(mapping, self.parts(downstream), numbers, self.parts(upstream))

    def concerned(self, upstream: str, numbers: Ordinals, downstream: str) -> Ordinals:
        """Which partitions of `downstream` read one of some partitions of `upstream`."""
        mapping = self.mapping(upstream, downstream)
        return partitions_concerned(mapping, self.parts(upstream), numbers, self.parts(downstream))

    def keys_read(self, downstream: str, partition: str, upstream: str) -> Sequence[str]:
        """The keys of `upstream` that one partition of `downstream` reads; none if that does not exist."""
        keys = self.parts(upstream).keys
        return keys.select(self.read(downstream, self._one(downstream, partition), upstream).numbers)

    def keys_concerned(self, upstream: str, partition: str, downstream: str) -> Sequence[str]:
        """The keys of `downstream` that read one partition of `upstream`.

        A partition that does not exist concerns none; an update of the whole, of an asset with partitions, all.
        """
        keys = self.parts(downstream).keys
        numbers = self._one(upstream, partition)
        if not partition and self.parts(upstream).definition is not None:
            numbers = self.parts(upstream).keys.all()
        return keys.select(self.concerned(upstream, numbers, downstream))

    def _one(self, key: str, partition: str) -> Ordinals:
        number = self.parts(key).keys.number_of(partition)
        return Ordinals() if number is None else Ordinals.span(number, number + 1)
