"""Which versions of its inputs a step reads, as it begins."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

import msgspec

from headwater.errors import InvalidInvocationError
from headwater.execution.steps.steps import Step
from headwater.graph.asset_graph import AssetGraph
from headwater.graph.partition_links import PartitionLinks
from headwater.records.log.events import EventKind
from headwater.records.log.fold import telling_kinds
from headwater.records.log.versions import Version

Made = tuple[str, str]
"""An asset and a partition of it, '' for an asset without."""


class Versions(Protocol):
    """Where versions are looked up: told of by events of some kinds."""

    def version(self, key: str, kinds: Collection[EventKind]) -> Version | None:
        """The newest version of an asset."""
        ...

    def partition_versions(
        self, key: str, partitions: Sequence[str], kinds: Collection[EventKind]
    ) -> dict[str, Version]:
        """The newest version of each of some partitions that has one."""
        ...


class Began(msgspec.Struct, frozen=True):
    """How far the log reached as a step began, and for each upstream asset its version then.

    `parts` has by what is made the versions of single partitions that it reads, for inputs that have partitions.
    """

    seq: int
    inputs: Mapping[str, Version]
    parts: Mapping[Made, Mapping[str, Mapping[str, Version]]] = {}


def look(
    versions: Versions, graph: AssetGraph, links: PartitionLinks, step: Step, partitions: Sequence[str], seq: int
) -> Began:
    """What a step can read.

    Args:
        versions: Where to look, in the transaction in which the step begins.
        graph: All assets.
        links: Which of their partitions go together.
        step: Which; one that carries out checks reads the assets that they judge.
        partitions: Those that it makes.
        seq: How far the log reaches.
    """
    upstream = {} if step.checks else {key: graph.input_keys(key) for key in step.assets}
    made = (EventKind.MATERIALIZATION,)
    wanted = (
        dict.fromkeys(step.assets, made)
        if step.checks
        else {up: telling_kinds(graph.node(up).definition.observable) for ups in upstream.values() for up in ups}
    )
    inputs = {key: version for key, kinds in wanted.items() if (version := versions.version(key, kinds)) is not None}
    return Began(seq, inputs, _look_at_partitions(versions, graph, links, upstream, partitions))


def _look_at_partitions(
    versions: Versions,
    graph: AssetGraph,
    links: PartitionLinks,
    upstream: Mapping[str, Iterable[str]],
    partitions: Sequence[str],
) -> dict[Made, dict[str, Mapping[str, Version]]]:
    found: dict[Made, dict[str, Mapping[str, Version]]] = {}
    read: dict[tuple[str, tuple[str, ...]], Mapping[str, Version]] = {}
    for key, inputs in upstream.items():
        own = partitions if graph.node(key).definition.partitions is not None else ("",)
        for up in inputs:
            definition = graph.node(up).definition
            if definition.partitions is None:
                continue
            for partition in own:
                try:
                    wanted = tuple(links.keys_read(key, partition, up))
                except InvalidInvocationError:
                    # Dynamic keys that nothing here knows: then the newest version is all that is told.
                    continue
                if (up, wanted) not in read:
                    read[(up, wanted)] = versions.partition_versions(up, wanted, telling_kinds(definition.observable))
                found.setdefault((key, partition), {})[up] = read[(up, wanted)]
    return found
