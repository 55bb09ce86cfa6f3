"""The graph of all assets: adjacency lists over integer ids, built once for each set of definitions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from headwater.definitions.knots import find_knots
from headwater.definitions.snapshot import AssetSnapshot, CheckSnapshot, DefinitionsSnapshot, SensorSnapshot
from headwater.errors import UnknownAssetError

NodeKind = Literal["external", "native", "stub", "undefined"]
_RANK: dict[str, int] = {"native": 0, "external": 1, "stub": 2}


class AssetNode(msgspec.Struct, frozen=True, kw_only=True):
    """One asset: its definition if it has one, and the location that it comes from.

    `undefined` are assets that only events or outside lineage speak of.
    """

    key: str
    kind: NodeKind
    definition: AssetSnapshot
    location: str | None = None


class AssetGraph:
    """Every asset of a deployment and what depends on what; ids are positions in `nodes`, sorted by key."""

    def __init__(self, nodes: Sequence[AssetNode], edges: Iterable[tuple[str, str]]) -> None:
        """Connect nodes; an edge is (upstream key, downstream key), both of nodes."""
        self.nodes = tuple(sorted(nodes, key=lambda node: node.key))
        self.ids = {node.key: number for number, node in enumerate(self.nodes)}
        pairs = sorted({(self.ids[up], self.ids[down]) for up, down in edges})
        self.upstream: list[list[int]] = [[] for _ in self.nodes]
        self.downstream: list[list[int]] = [[] for _ in self.nodes]
        for up, down in pairs:
            self.downstream[up].append(down)
            self.upstream[down].append(up)
        self.edges = tuple(pairs)
        self.knots = [sorted(knot) for knot in find_knots(self.downstream)]
        self.order = _order(self.upstream, self.downstream, self.knots)
        self.checks: dict[str, list[CheckSnapshot]] = {}
        self.sensors: dict[str, tuple[SensorSnapshot, str]] = {}

    def node(self, key: str) -> AssetNode:
        """The asset of a key.

        Raises:
            UnknownAssetError: there is none.
        """
        number = self.ids.get(key)
        if number is None:
            raise UnknownAssetError(f"There is no asset {key!r}. `headwater asset list` or the catalog shows all.")
        return self.nodes[number]

    def upstream_keys(self, key: str) -> list[str]:
        """The keys that an asset depends on directly."""
        return [self.nodes[number].key for number in self.upstream[self.ids[key]]]

    def downstream_keys(self, key: str) -> list[str]:
        """The keys that depend on an asset directly."""
        return [self.nodes[number].key for number in self.downstream[self.ids[key]]]

    def levels(self) -> list[int]:
        """Each asset's column in a drawing: one more than the largest of its upstream; a knot shares one."""
        knot_of = {number: index for index, knot in enumerate(self.knots) for number in knot}
        levels = [0] * len(self.nodes)
        for number in self.order:
            knot = set(self.knots[knot_of[number]]) if number in knot_of else {number}
            above = (levels[up] + 1 for member in knot for up in self.upstream[member] if up not in knot)
            level = max(above, default=0)
            for member in knot:
                levels[member] = max(levels[member], level)
        return levels

    def hash(self) -> str:
        """A name for the shape of the graph, under which a layout may be kept."""
        digest = hashlib.sha256()
        for node in self.nodes:
            digest.update(f"{node.key}\0{node.kind}\0{node.definition.group}\n".encode())
        digest.update(repr(self.edges).encode())
        return digest.hexdigest()[:16]


def build_graph(
    locations: Iterable[tuple[str, DefinitionsSnapshot]],
    *,
    learned_edges: Iterable[tuple[str, str]] = (),
    reported_keys: Iterable[str] = (),
) -> AssetGraph:
    """The graph of some locations' definitions, and of what was only reported.

    A key that several locations know belongs to the one that makes it, else to one that declares it.

    Args:
        locations: Name and snapshot of each.
        learned_edges: (upstream, downstream) as outside systems told them.
        reported_keys: Assets that have events.
    """
    loaded = list(locations)
    nodes: dict[str, AssetNode] = {}
    edges: set[tuple[str, str]] = set()
    for location, snapshot in loaded:
        for asset in snapshot.assets:
            edges.update((dep, asset.key) for dep in asset.deps)
            known = nodes.get(asset.key)
            if known is None or _RANK[asset.kind] < _RANK[known.kind]:
                nodes[asset.key] = AssetNode(key=asset.key, kind=asset.kind, definition=asset, location=location)
    learned = list(learned_edges)
    edges.update(learned)
    for key in (*reported_keys, *(key for edge in learned for key in edge)):
        if key not in nodes:
            nodes[key] = AssetNode(key=key, kind="undefined", definition=AssetSnapshot(key=key, kind="stub"))
    graph = AssetGraph(list(nodes.values()), edges)
    for location, snapshot in loaded:
        for check in snapshot.checks:
            graph.checks.setdefault(check.asset_key, []).append(check)
        graph.sensors.update({sensor.name: (sensor, location) for sensor in snapshot.sensors})
    return graph


def _order(
    upstream: Sequence[Sequence[int]], downstream: Sequence[Sequence[int]], knots: Sequence[Sequence[int]]
) -> list[int]:
    """Every node after all that it depends on; the members of a knot stand together."""
    knot_of = {number: tuple(knot) for knot in knots for number in knot}
    group = [knot_of.get(number, (number,)) for number in range(len(upstream))]
    missing = [0] * len(upstream)
    for members in set(group):
        missing[members[0]] = sum(1 for member in members for up in upstream[member] if group[up] != members)
    ready = sorted({members[0] for members in group if missing[members[0]] == 0}, reverse=True)
    order: list[int] = []
    while ready:
        members = group[ready.pop()]
        order += members
        for member in members:
            for down in downstream[member]:
                head = group[down][0]
                if group[down] != members:
                    missing[head] -= 1
                    if missing[head] == 0:
                        ready.append(head)
    return order
