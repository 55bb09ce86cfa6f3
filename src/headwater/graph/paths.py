"""Ways from one asset down to another."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from itertools import islice

import msgspec

from headwater.definitions.reach import levels
from headwater.graph.asset_graph import AssetGraph

_MOST_STEPS = 200_000


class Paths(msgspec.Struct, frozen=True):
    """Ways as ids, shortest first; `truncated` says that there may be more."""

    items: list[tuple[int, ...]]
    truncated: bool


def find_paths(graph: AssetGraph, source: str, target: str, *, limit: int = 20, longest: int | None = None) -> Paths:
    """Ways from an asset down to another on which no asset stands twice.

    Args:
        graph: Where to look.
        source: Where they begin.
        target: Where they end.
        limit: How many at most.
        longest: Steps at most; None for any length.

    Raises:
        UnknownAssetError: there is no such asset.
    """
    first, last = (graph.ids[graph.node(key).key] for key in (source, target))
    distance = _distances(graph.upstream, last)
    if first not in distance:
        return Paths([], truncated=False)
    budget = [_MOST_STEPS]
    found = list(islice(_shortest_first(graph.downstream, first, last, distance, longest, budget), limit + 1))
    return Paths(found[:limit], truncated=len(found) > limit or budget[0] <= 0)


def shortest_path(graph: AssetGraph, source: str, target: str) -> list[str] | None:
    """The keys on a shortest way from an asset down to another; None where there is no way.

    Raises:
        UnknownAssetError: there is no such asset.
    """
    found = find_paths(graph, source, target, limit=1).items
    return [graph.nodes[number].key for number in found[0]] if found else None


def _distances(upstream: Sequence[Sequence[int]], last: int) -> dict[int, int]:
    """How many steps each asset is above the last one."""
    distance = {last: 0}
    for steps, level in enumerate(levels(upstream, (last,)), 1):
        distance.update(dict.fromkeys(level, steps))
    return distance


def _shortest_first(
    downstream: Sequence[Sequence[int]],
    first: int,
    last: int,
    distance: dict[int, int],
    longest: int | None,
    budget: list[int],
) -> Iterator[tuple[int, ...]]:
    """Always go on with the way that may end soonest; without circles that never leads astray."""
    waiting: list[tuple[int, tuple[int, ...]]] = [(distance[first], (first,))]
    while waiting and budget[0] > 0:
        total, way = heapq.heappop(waiting)
        if longest is not None and total > longest:
            return
        if way[-1] == last:
            yield way
            continue
        for below in downstream[way[-1]]:
            if below in distance and below not in way:
                budget[0] -= 1
                heapq.heappush(waiting, (len(way) + distance[below], (*way, below)))
