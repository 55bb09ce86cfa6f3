"""Many assets drawn as one: groups, and circles condensed to single nodes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Generic, TypeVar

import msgspec

from headwater.definitions.knots import find_knots, topological_order
from headwater.graph.asset_graph import AssetGraph, place

Label = TypeVar("Label", bound=Hashable)


class Quotient(msgspec.Struct, Generic[Label], frozen=True):
    """A graph of sets of assets; an edge is (from, to) with the number of dependencies that it stands for."""

    labels: list[Label]
    members: list[list[int]]
    edges: dict[tuple[int, int], int]

    def levels(self) -> list[int]:
        """Each set's column in a drawing; sets that depend on each other in a circle share one."""
        upstream: list[list[int]] = [[] for _ in self.labels]
        downstream: list[list[int]] = [[] for _ in self.labels]
        for up, down in self.edges:
            upstream[down].append(up)
            downstream[up].append(down)
        knots = find_knots(downstream)
        return place(upstream, topological_order(upstream, downstream, knots), knots)


def by_group(graph: AssetGraph) -> Quotient[str]:
    """The groups of assets, and how they are connected."""
    return quotient(graph, [node.definition.group for node in graph.nodes])


def condensed(graph: AssetGraph) -> Quotient[int]:
    """The graph with each circle as one node, labelled with its first asset; there are no circles left in it."""
    labels = list(range(len(graph.nodes)))
    for knot in graph.knots:
        for number in knot:
            labels[number] = knot[0]
    return quotient(graph, labels)


def quotient(graph: AssetGraph, labels: Sequence[Label]) -> Quotient[Label]:
    """The sets of assets that have one label, in the order in which labels first occur."""
    index: dict[Label, int] = {}
    members: list[list[int]] = []
    for number, label in enumerate(labels):
        place_of = index.setdefault(label, len(members))
        if place_of == len(members):
            members.append([])
        members[place_of].append(number)
    counted = Counter((index[labels[up]], index[labels[down]]) for up, down in graph.edges)
    edges = {pair: count for pair, count in sorted(counted.items()) if pair[0] != pair[1]}
    return Quotient(list(index), members, edges)
