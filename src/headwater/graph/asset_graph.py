"""The graph of all assets: adjacency lists over integer ids, built once for each set of definitions."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from typing import Literal

import msgspec

from headwater.definitions.knots import find_knots, topological_order
from headwater.definitions.metadata.datasets import DATASETS, DatasetName, declared_datasets
from headwater.definitions.near import nearest
from headwater.definitions.partitions import DynamicKeys, mapping_from_snapshot
from headwater.definitions.reach import reach
from headwater.definitions.selection import AssetSelection, SelectionIndex
from headwater.definitions.selection.index import Facts, is_runnable
from headwater.definitions.selection.nodes import tolerant
from headwater.definitions.snapshot import (
    AssetSnapshot,
    CheckSnapshot,
    DefinitionsSnapshot,
    JobSnapshot,
    ResourceSnapshot,
    ScheduleSnapshot,
    SensorSnapshot,
)
from headwater.errors import UnknownAssetError, UnknownJobError

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

    @property
    def is_runnable(self) -> bool:
        """Whether a run can make it or look at it."""
        return is_runnable(self.definition)


def undefined_node(key: str) -> AssetNode:
    """An asset of which only its key is known."""
    return AssetNode(key=key, kind="undefined", definition=AssetSnapshot(key=key, kind="stub"))


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
        self.order = topological_order(self.upstream, self.downstream, self.knots)
        self._selected: dict[str, frozenset[int]] = {}
        self._allowed: dict[str, frozenset[int]] = {}
        self.checks: dict[str, list[CheckSnapshot]] = {}
        self.check_locations: dict[tuple[str, str], str] = {}
        self.sensors: dict[str, tuple[SensorSnapshot, str]] = {}
        self.schedules: dict[str, tuple[ScheduleSnapshot, str]] = {}
        self.jobs: dict[str, tuple[JobSnapshot, str]] = {}
        self.resources: dict[str, tuple[ResourceSnapshot, ...]] = {}
        """What the resources of each location take."""
        self.dynamic_keys = DynamicKeys()
        """The keys of dynamic partitions, as they were when the graph was read."""

    def node(self, key: str) -> AssetNode:
        """The asset of a key.

        Raises:
            UnknownAssetError: there is none.
        """
        number = self.ids.get(key)
        if number is None:
            near = nearest(key, self.ids)
            hint = f"Did you mean {near[0]!r}?" if near else "`headwater asset list` or the catalog shows all."
            raise UnknownAssetError(f"There is no asset {key!r}. {hint}")
        return self.nodes[number]

    @cached_property
    def ticking(self) -> dict[str, tuple[SensorSnapshot | ScheduleSnapshot, str]]:
        """Sensors and schedules by name, and the location that each comes from."""
        return {**self.sensors, **self.schedules}

    @cached_property
    def datasets(self) -> tuple[tuple[DatasetName, str], ...]:
        """The datasets of OpenLineage that assets claim, each with the asset's key."""
        return tuple(
            (dataset, node.key)
            for node in self.nodes
            if DATASETS in node.definition.metadata
            for dataset in declared_datasets({DATASETS: node.definition.metadata[DATASETS].value}, node.key)
        )

    def job(self, name: str) -> tuple[JobSnapshot, str]:
        """The job of a name, and the location that it comes from.

        Raises:
            UnknownJobError: there is none.
        """
        if name not in self.jobs:
            near = nearest(name, self.jobs)
            hint = f" Did you mean {near[0]!r}?" if near else " `headwater job list` shows all."
            raise UnknownJobError(f"There is no job {name!r}.{hint}")
        return self.jobs[name]

    def check(self, key: str, name: str) -> CheckSnapshot:
        """A check of an asset.

        Raises:
            UnknownAssetError: there is no such asset, or it has no such check.
        """
        mine = self.checks.get(self.node(key).key, ())
        found = next((check for check in mine if check.name == name), None)
        if found is None:
            names = ", ".join(sorted(check.name for check in mine))
            known = f" Its checks are: {names}." if names else " It has no checks; add one with @asset_check."
            raise UnknownAssetError(f"{key} has no check {name!r}.{known}")
        return found

    def upstream_keys(self, key: str) -> list[str]:
        """The keys that an asset depends on directly."""
        return [self.nodes[number].key for number in self.upstream[self.ids[key]]]

    def downstream_keys(self, key: str) -> list[str]:
        """The keys that depend on an asset directly."""
        return [self.nodes[number].key for number in self.downstream[self.ids[key]]]

    @cached_property
    def inputs(self) -> Sequence[Sequence[int]]:
        """Whose data each asset shows or is made from: its upstream, where virtual assets give way to their own."""
        virtual = {number for number, node in enumerate(self.nodes) if node.definition.virtual}
        if not any(self.downstream[number] for number in virtual):
            return self.upstream
        return [self._look_through(above, virtual) for above in self.upstream]

    def _look_through(self, above: Iterable[int], virtual: Collection[int]) -> list[int]:
        found, seen, ahead = set(), set(), list(above)
        while ahead:
            number = ahead.pop()
            if number not in virtual:
                found.add(number)
            elif number not in seen:
                seen.add(number)
                ahead += self.upstream[number]
        return sorted(found)

    def input_keys(self, key: str) -> list[str]:
        """The keys of `inputs` of an asset."""
        return [self.nodes[number].key for number in self.inputs[self.ids[key]]]

    def without_views(self) -> AssetGraph:
        """The graph in which each asset stands below its `inputs`; the same one if no asset is virtual."""
        if self.inputs is self.upstream:
            return self
        edges = [(self.nodes[up].key, self.nodes[down].key) for down, ups in enumerate(self.inputs) for up in ups]
        return self.connected(self.nodes, edges)

    def connected(self, nodes: Sequence[AssetNode], edges: Iterable[tuple[str, str]]) -> AssetGraph:
        """Other assets, connected otherwise, with all else that this graph knows."""
        graph = AssetGraph(nodes, edges)
        graph.checks, graph.check_locations = self.checks, self.check_locations
        graph.sensors, graph.schedules, graph.jobs = self.sensors, self.schedules, self.jobs
        graph.resources, graph.dynamic_keys = self.resources, self.dynamic_keys
        return graph

    def earlier_keys(self, key: str) -> list[str]:
        """The keys of what is made before an asset in one run: its upstream, virtual or not, and its inputs."""
        return list(dict.fromkeys((*self.upstream_keys(key), *self.input_keys(key))))

    @cached_property
    def selection_index(self) -> SelectionIndex:
        """What selections are evaluated over."""
        return SelectionIndex(
            [node.definition for node in self.nodes],
            self.upstream,
            self.downstream,
            knots=self.knots,
            checks=((key, check.name) for key, checks in self.checks.items() for check in checks),
            made_together=self._made_together(),
            facts={"code_location": lambda: [node.location for node in self.nodes]},
            reported=[number for number, node in enumerate(self.nodes) if node.kind == "undefined"],
        )

    def _made_together(self) -> Iterable[set[int]]:
        """The assets of each function that makes several of them, all or none."""
        groups: dict[tuple[str | None, str], set[int]] = {}
        for number, node in enumerate(self.nodes):
            if node.definition.op is not None and not node.definition.can_subset:
                groups.setdefault((node.location, node.definition.op), set()).add(number)
        return groups.values()

    def select(self, selection: str | AssetSelection, facts: Facts | None = None) -> list[int]:
        """The ids of the assets that a selection means, in the order of their keys.

        Args:
            selection: A selection, or its text.
            facts: By field, what gives a value for each id of what no definition says, such as `status`.

        Raises:
            SelectionSyntaxError: the text is not a selection.
            UnknownAssetError: it names a key that is not there.
            SelectionError: it asks for what is not known here.
        """
        return sorted(self.selection_index.select(AssetSelection.from_coercible(selection).node, facts))

    def selected(self, selection: str) -> frozenset[int]:
        """The ids that a selection's text means, worked out once; for what asks again and again."""
        if selection not in self._selected:
            self._selected[selection] = frozenset(self.select(selection))
        return self._selected[selection]

    def is_selected(self, selection: str, key: str) -> bool:
        """Whether a selection's text means an asset, where none of those that it names need be there.

        An asset that is not known yet is judged by its key alone.
        """
        node = tolerant(AssetSelection.from_string(selection).node)
        number = self.ids.get(key)
        if number is None:
            alone = AssetGraph([undefined_node(key)], ())
            return bool(alone.selection_index.select(node))
        if selection not in self._allowed:
            self._allowed[selection] = frozenset(self.selection_index.select(node))
        return number in self._allowed[selection]

    def ancestors(self, key: str, depth: int | None = None) -> set[int]:
        """The ids of all that an asset is made from, up to `depth` steps away, without itself."""
        start = self.ids[self.node(key).key]
        return reach(self.upstream, (start,), depth) - {start}

    def descendants(self, key: str, depth: int | None = None) -> set[int]:
        """The ids of all that is made from an asset, up to `depth` steps away, without itself."""
        start = self.ids[self.node(key).key]
        return reach(self.downstream, (start,), depth) - {start}

    def subgraph(self, ids: Iterable[int]) -> AssetGraph:
        """Some assets, and what connects them directly."""
        chosen = set(ids)
        edges = [
            (self.nodes[up].key, self.nodes[down].key)
            for up in chosen
            for down in self.downstream[up]
            if down in chosen
        ]
        smaller = AssetGraph([self.nodes[number] for number in chosen], edges)
        smaller.checks, smaller.sensors = self.checks, self.sensors
        smaller.check_locations = self.check_locations
        return smaller

    def levels(self) -> list[int]:
        """Each asset's column in a drawing: one more than the largest of its upstream; a knot shares one."""
        return place(self.upstream, self.order, self.knots)

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
            edges.update((dep, asset.key) for dep in asset.deps if dep != asset.key or not _reads_its_past(asset))
            known = nodes.get(asset.key)
            if known is None or _RANK[asset.kind] < _RANK[known.kind]:
                nodes[asset.key] = AssetNode(key=asset.key, kind=asset.kind, definition=asset, location=location)
    learned = list(learned_edges)
    edges.update(learned)
    for key in (*reported_keys, *(key for edge in learned for key in edge)):
        if key not in nodes:
            nodes[key] = undefined_node(key)
    graph = AssetGraph(list(nodes.values()), edges)
    for location, snapshot in loaded:
        for check in snapshot.checks:
            graph.checks.setdefault(check.asset_key, []).append(check)
            graph.check_locations[(check.asset_key, check.name)] = location
        graph.resources[location] = snapshot.resources
        graph.jobs.update({job.name: (job, location) for job in snapshot.jobs})
        graph.schedules.update({schedule.name: (schedule, location) for schedule in snapshot.schedules})
        graph.sensors.update({sensor.name: (sensor, location) for sensor in snapshot.sensors})
    return graph


def _reads_its_past(asset: AssetSnapshot) -> bool:
    """Whether it depends on earlier partitions of itself, which is no circle and no edge."""
    mapping = asset.mappings.get(asset.key)
    return mapping is not None and mapping_from_snapshot(mapping).looks_back


def place(upstream: Sequence[Sequence[int]], order: Sequence[int], knots: Iterable[Sequence[int]]) -> list[int]:
    """The column of each node in a drawing: one more than the largest of its upstream; a knot shares one."""
    columns = [0] * len(upstream)
    knot_of = {number: knot for knot in map(frozenset, knots) for number in knot}
    placed: set[int] = set()
    for number in order:
        if number not in knot_of:
            columns[number] = max((columns[up] + 1 for up in upstream[number]), default=0)
        elif number not in placed:
            knot = knot_of[number]
            above = (columns[up] + 1 for member in knot for up in upstream[member] if up not in knot)
            column = max(above, default=0)
            placed |= knot
            for member in knot:
                columns[member] = column
    return columns
