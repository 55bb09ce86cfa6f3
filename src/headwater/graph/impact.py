"""What breaks if some assets do, and who owns it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

import msgspec

from headwater.definitions.reach import levels
from headwater.graph.asset_graph import AssetGraph


class Impacted(msgspec.Struct, frozen=True):
    """An asset that is made from others, `depth` steps below the nearest of them."""

    id: int
    depth: int


class Impact(msgspec.Struct, frozen=True):
    """All that is made from some assets, nearest first, and whose it is; None has what nobody owns."""

    assets: list[Impacted]
    owners: list[tuple[str | None, int]]
    groups: list[tuple[str, int]]
    checks: int


def find_impact(graph: AssetGraph, ids: Collection[int]) -> Impact:
    """All that is made from some assets, directly or not, and not itself one of them."""
    found = [
        Impacted(number, depth)
        for depth, level in enumerate(levels(graph.downstream, ids), 1)
        for number in sorted(level)
    ]
    owners: Counter[str | None] = Counter()
    groups: Counter[str] = Counter()
    checks = 0
    for each in found:
        definition = graph.nodes[each.id].definition
        owners.update(definition.owners or (None,))
        groups[definition.group] += 1
        checks += len(graph.checks.get(definition.key, ()))
    by_size = sorted(owners.items(), key=lambda item: (item[0] is None, -item[1], item[0] or ""))
    return Impact(found, by_size, sorted(groups.items(), key=lambda item: (-item[1], item[0])), checks)
