"""What is around an asset, nearest first and bounded, for drawing."""

from __future__ import annotations

import msgspec

from headwater.definitions.reach import levels
from headwater.graph.asset_graph import AssetGraph


class Neighbourhood(msgspec.Struct, frozen=True):
    """Ids with their distance (below 0 upstream), nearest first; `truncated` says that there is more in reach."""

    depth_of: dict[int, int]
    truncated: bool


def find_neighbourhood(
    graph: AssetGraph, key: str, *, up: int | None = None, down: int | None = None, limit: int = 1_000
) -> Neighbourhood:
    """The assets near one, in both directions by turns, until `limit` are found.

    Args:
        graph: Where to look.
        key: The asset in the middle.
        up: Steps upstream at most; None for all.
        down: Steps downstream at most; None for all.
        limit: How many assets at most, itself counted.

    Raises:
        UnknownAssetError: there is no such asset.
    """
    graph.node(key)
    start = graph.ids[key]
    depth_of = {start: 0}
    directions = {-1: levels(graph.upstream, (start,), up), 1: levels(graph.downstream, (start,), down)}
    distance = 0
    while directions:
        distance += 1
        for sign, following in list(directions.items()):
            level = next(following, None)
            if level is None:
                del directions[sign]
                continue
            # An asset in a circle is on both sides; it stands where it was found first.
            found = sorted(level.difference(depth_of))
            room = limit - len(depth_of)
            depth_of.update((number, sign * distance) for number in found[:room])
            if len(found) > room:
                return Neighbourhood(depth_of, truncated=True)
    return Neighbourhood(depth_of, truncated=False)
