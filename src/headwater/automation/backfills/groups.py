"""Which assets of a backfill one run makes: those of one location with the same partitions, where order allows."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from graphlib import CycleError, TopologicalSorter

from headwater.definitions.assets.backfill_policy import BackfillPolicy
from headwater.definitions.partitions import IdentityPartitionMapping, Ordinals, mapping_between
from headwater.errors import InvalidParameterError
from headwater.graph.asset_graph import AssetGraph
from headwater.graph.partition_links import PartitionLinks

Atom = tuple[str, ...]
"""Assets that one function makes all or none; most stand alone."""
_Link = tuple[str, str]


class RunGroup:
    """Assets of a backfill that are made together, partition by partition of the same target."""

    def __init__(self, location: str, most: int | None, target: Ordinals) -> None:
        self.location = location
        self.most = most
        """How many partitions one run makes; None for each range in one."""
        self.target = target
        self.atoms: list[Atom] = []
        """Each after those that it depends on."""
        self.reads: list[_Link] = []
        """(upstream, downstream) for what members read of other groups."""
        self.inside: list[_Link] = []
        """The same for what they read of each other, which is always the same partition."""
        self.past: list[str] = []
        """Those that read earlier partitions of themselves."""

    @property
    def assets(self) -> list[str]:
        """All members."""
        return [key for atom in self.atoms for key in atom]

    @cached_property
    def _starts(self) -> list[int]:
        most = self.most
        return [
            start
            for first, stop in self.target.ranges()
            for start in (range(first, stop, most) if most is not None else (first,))
        ]

    @cached_property
    def _stops(self) -> dict[int, int]:
        """Where the range ends that a start lies in, for the starts that are the last ones of their ranges."""
        ends: dict[int, int] = {}
        for first, stop in self.target.ranges():
            last = first if self.most is None else first + (stop - first - 1) // self.most * self.most
            ends[last] = stop
        return ends

    def batch_of(self, number: int) -> tuple[int, int]:
        """The half-open range of partitions that one run makes with this one."""
        if self.most == 1:
            return number, number + 1
        start = self._starts[bisect_right(self._starts, number) - 1]
        return start, self._stops.get(start, start + (self.most or 0))

    def count_runs(self) -> int:
        """How many runs make the whole target, if all goes well."""
        return len(self.target) if self.most == 1 else len(self._starts)


def group_assets(
    graph: AssetGraph, links: PartitionLinks, targets: Mapping[str, Ordinals], policy: BackfillPolicy | None
) -> list[RunGroup]:
    """The groups, each after those that it reads.

    Args:
        graph: All assets.
        links: Its partitions.
        targets: What to make of each asset.
        policy: In place of what the assets say.

    Raises:
        InvalidParameterError: the assets depend on each other in a circle.
    """
    groups: list[RunGroup] = []
    group_of: dict[str, RunGroup] = {}
    for atom in _ordered_atoms(graph, targets):
        upstream = [(up, key) for key in atom for up in graph.earlier_keys(key) if up in targets and up not in atom]
        joined = _group_for(atom, upstream, groups, group_of, graph, links, targets, policy)
        if joined not in groups:
            groups.append(joined)
        joined.atoms.append(atom)
        group_of.update(dict.fromkeys(atom, joined))
        for up, key in upstream:
            (joined.inside if group_of[up] is joined else joined.reads).append((up, key))
        joined.past += [key for key in atom if key in graph.node(key).definition.mappings]
    sorter = TopologicalSorter(
        {number: {groups.index(group_of[up]) for up, _ in group.reads} for number, group in enumerate(groups)}
    )
    return [groups[number] for number in sorter.static_order()]


def _ordered_atoms(graph: AssetGraph, targets: Collection[str]) -> Iterable[Atom]:
    made_with = graph.selection_index.made_with
    atom_of: dict[str, Atom] = {}
    for key in targets:
        together = {key, *(graph.nodes[other].key for other in made_with.get(graph.ids[key], ()))}
        atom_of[key] = tuple(sorted(together & set(targets)))
    above = {
        atom: {atom_of[up] for key in atom for up in graph.earlier_keys(key) if up in atom_of} - {atom}
        for atom in atom_of.values()
    }
    try:
        return list(TopologicalSorter(above).static_order())
    except CycleError as error:
        circle = ", ".join(key for atom in error.args[1] for key in atom)
        raise InvalidParameterError(
            f"These assets depend on each other in a circle, so none can be made first: {circle}. Leave one out."
        ) from error


def _group_for(
    atom: Atom,
    upstream: Sequence[_Link],
    groups: Sequence[RunGroup],
    group_of: Mapping[str, RunGroup],
    graph: AssetGraph,
    links: PartitionLinks,
    targets: Mapping[str, Ordinals],
    policy: BackfillPolicy | None,
) -> RunGroup:
    """A group that there is, where the atom can be made along with it, else a new one."""
    node = graph.node(atom[0])
    most = (policy or node.definition.backfill or BackfillPolicy()).max_partitions_per_run
    mine = RunGroup(node.location or "", most, targets[atom[0]])
    if any(key in graph.node(key).definition.mappings for key in atom):
        # It goes by its own past, which nothing else is to wait for.
        return mine
    definition = links.parts(atom[0]).definition
    for group in reversed(groups):
        alike = (group.location, group.most, group.target) == (mine.location, mine.most, mine.target)
        if not alike or group.past or links.parts(group.atoms[0][0]).definition != definition:
            continue
        inner = [link for link in upstream if group_of[link[0]] is group]
        outer = [group_of[up] for up, _ in upstream if group_of[up] is not group]
        if all(_same_partition(links, *link) for link in inner) and not _reaches(outer, group, group_of):
            return group
    return mine


def _same_partition(links: PartitionLinks, upstream: str, downstream: str) -> bool:
    """Whether each partition reads the one of the same number, for two assets of the same definition."""
    definition = links.parts(upstream).definition
    if definition is None:
        return True
    return isinstance(
        mapping_between(links.mapping(upstream, downstream), definition, definition), IdentityPartitionMapping
    )


def _reaches(starts: Iterable[RunGroup], goal: RunGroup, group_of: Mapping[str, RunGroup]) -> bool:
    """Whether one of some groups reads, directly or not, what another one makes."""
    waiting, seen = list(starts), set()
    while waiting:
        group = waiting.pop()
        if group is goal:
            return True
        if id(group) not in seen:
            seen.add(id(group))
            waiting += [group_of[up] for up, _ in group.reads]
    return False
