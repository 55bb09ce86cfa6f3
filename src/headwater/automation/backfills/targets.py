"""Which partitions of which assets a backfill is to make, from what a person asks for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from headwater.automation.backfills.state import NONE, BackfillState
from headwater.definitions.assets.backfill_policy import BackfillPolicy
from headwater.definitions.partitions import Ordinals, PartitionKeyRange, PartitionKeys
from headwater.errors import UnknownPartitionError
from headwater.graph.asset_graph import AssetGraph
from headwater.graph.partition_links import PartitionLinks
from headwater.records.log.partition_states import PartitionStatus
from headwater.records.runs.backfills import Target
from headwater.records.runs.requests import RANGE_MARK, native_node, with_made_together

Standings = Mapping[str, Mapping[PartitionStatus, Ordinals]]
"""For each asset, its partitions by how they stand."""


class TargetPlan(msgspec.Struct, frozen=True):
    """What a backfill would make, and in how many runs if all goes well."""

    targets: tuple[Target, ...]
    numbers: dict[str, Ordinals]
    runs: int

    @property
    def total(self) -> int:
        """How many partitions, over all assets."""
        return sum(len(target.partitions) for target in self.targets)


def choose_targets(
    graph: AssetGraph,
    links: PartitionLinks,
    keys: Iterable[str],
    *,
    partitions: Sequence[str] | None = None,
    only: Collection[PartitionStatus] = (),
    standings: Standings | None = None,
    policy: BackfillPolicy | None = None,
) -> TargetPlan:
    """What a backfill makes.

    Args:
        graph: All assets.
        links: Its partitions.
        keys: The assets; what one function makes along with one comes too.
        partitions: Keys, or `first...last` for a range, of the first assets in the selection; those downstream make
            what is made from these. None for all.
        only: Leave out partitions that stand otherwise; empty for none.
        standings: How partitions stand, where `only` asks for it.
        policy: In place of what the assets say.

    Raises:
        UnknownAssetError: a key is not known.
        ExternalAssetError: an asset is made by somebody else.
        UnknownPartitionError: a partition does not exist, or nothing is left to make.
        InvalidParameterError: the assets depend on each other in a circle.
    """
    chosen = {native_node(graph, key).key for key in with_made_together(graph, set(keys))}
    ordered = [graph.nodes[number].key for number in graph.order if graph.nodes[number].key in chosen]
    if partitions is None:
        scope = {key: links.parts(key).keys.all() for key in ordered}
    else:
        scope = _made_from(graph, links, ordered, partitions)
    if only:
        found = standings or {}
        scope = {key: _standing_so(numbers, found.get(key, {}), only) for key, numbers in scope.items()}
    made_with = graph.selection_index.made_with
    together = {
        key: [graph.nodes[number].key for number in made_with.get(graph.ids[key], ())] or [key] for key in ordered
    }
    numbers = {key: _union(scope[other] for other in together[key]) for key in ordered}
    numbers = {key: mine for key, mine in numbers.items() if mine}
    if not numbers:
        raise UnknownPartitionError(
            "There is nothing to make: of the selected assets, no partition is "
            + (" or ".join(sorted(_WORDS[each] for each in only)) + "." if only else "there yet.")
        )
    targets = tuple(Target(key, tuple(links.parts(key).keys.select(mine))) for key, mine in numbers.items())
    state = BackfillState(graph, links, targets, policy)
    return TargetPlan(targets, numbers, sum(group.count_runs() for group in state.groups))


_WORDS = {
    PartitionStatus.MISSING: "missing",
    PartitionStatus.FAILED: "failed",
    PartitionStatus.MATERIALIZED: "materialized",
    PartitionStatus.IN_PROGRESS: "in progress",
}


def numbers_of(keys: PartitionKeys, wanted: Iterable[str]) -> Ordinals:
    """The numbers of keys as a person writes them, with `first...last` for a range.

    Raises:
        UnknownPartitionError: one does not exist, or a range ends before it begins.
    """
    numbers = NONE
    singles: list[str] = []
    for text in wanted:
        first, is_range, last = text.partition(RANGE_MARK)
        if is_range:
            numbers |= keys.numbers_in(PartitionKeyRange(first, last))
        else:
            singles.append(text)
    return numbers | keys.numbers(singles)


def _made_from(
    graph: AssetGraph, links: PartitionLinks, ordered: Sequence[str], partitions: Sequence[str]
) -> dict[str, Ordinals]:
    """The partitions of the first partitioned assets, and what is made from them further down."""
    scope: dict[str, Ordinals] = {}
    is_partitioned = {key: graph.node(key).definition.partitions is not None for key in ordered}
    if not any(is_partitioned.values()):
        raise UnknownPartitionError(
            f"{ordered[0]} is not partitioned, so it has no partition {partitions[0]!r}. Leave the partitions out."
        )
    for key in ordered:
        above = [up for up in graph.upstream_keys(key) if up in scope and up != key]
        if any(is_partitioned[up] for up in above):
            scope[key] = _union(links.concerned(up, scope[up], key) for up in above if is_partitioned[up])
        elif is_partitioned[key]:
            try:
                scope[key] = numbers_of(links.parts(key).keys, partitions)
            except UnknownPartitionError as error:
                raise UnknownPartitionError(f"{key}: {error}") from error
        else:
            scope[key] = links.parts(key).keys.all()
    return scope


def _standing_so(
    numbers: Ordinals, standing: Mapping[PartitionStatus, Ordinals], only: Collection[PartitionStatus]
) -> Ordinals:
    known = _union(standing.values())
    found = _union(standing.get(status, NONE) for status in only)
    if PartitionStatus.MISSING in only:
        found |= numbers - known
    return numbers & found


def _union(sets: Iterable[Ordinals]) -> Ordinals:
    together = NONE
    for each in sets:
        together |= each
    return together
