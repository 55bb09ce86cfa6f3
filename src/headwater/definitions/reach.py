"""What can be reached in a graph, level by level; each level is one set operation over all of its nodes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import chain

_FEW = 16


def levels(following: Sequence[Sequence[int]], starts: Collection[int], depth: int | None = None) -> Iterator[set[int]]:
    """The nodes that are 1, 2, … steps away from the nearest start, up to `depth`; each node once, no start again.

    Args:
        following: For each node, by number, the nodes one step further.
        starts: Where to begin.
        depth: How many steps at most; None for all.
    """
    seen = set(starts)
    level: Collection[int] = seen.copy()
    steps = 0
    while level and (depth is None or steps < depth):
        found = set(chain.from_iterable(map(following.__getitem__, level)))
        found -= seen
        if found:
            yield found
        seen |= found
        level = found
        steps += 1


def reach(following: Sequence[Sequence[int]], starts: Collection[int], depth: int | None = None) -> set[int]:
    """The starts and everything up to `depth` steps away from them; None for all of it."""
    if depth is not None:
        return set(starts).union(*levels(following, starts, depth))
    seen = set(starts)
    waiting = list(seen)
    while waiting:
        if len(waiting) < _FEW:
            # A chain has a level for each node, so there one set operation a level would cost more than it saves.
            for node in following[waiting.pop()]:
                if node not in seen:
                    seen.add(node)
                    waiting.append(node)
        else:
            found = set(chain.from_iterable(map(following.__getitem__, waiting)))
            found -= seen
            seen |= found
            waiting = list(found)
    return seen
