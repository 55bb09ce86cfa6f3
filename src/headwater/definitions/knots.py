"""Circles in a graph, and the order of the rest."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence


def find_knots(downstream: Sequence[Sequence[int]]) -> list[list[int]]:
    """Sets of nodes that all depend on each other, by Tarjan's algorithm, without recursion.

    Args:
        downstream: For each node, by number, the nodes that depend on it.

    Returns:
        Each set once; a node alone only if it depends on itself.
    """
    count = len(downstream)
    index, low = [-1] * count, [0] * count
    on_stack = [False] * count
    stack: list[int] = []
    knots: list[list[int]] = []
    visited = 0
    for root in _in_circles_or_below(downstream):
        work = [(root, 0)] if index[root] == -1 else []
        while work:
            node, position = work.pop()
            if position == 0:
                index[node] = low[node] = visited
                visited += 1
                stack.append(node)
                on_stack[node] = True
            following = downstream[node]
            while position < len(following):
                child = following[position]
                position += 1
                if index[child] == -1:
                    work += [(node, position), (child, 0)]
                    break
                if on_stack[child]:
                    low[node] = min(low[node], index[child])
            else:
                if low[node] == index[node]:
                    knot = _take(stack, node, on_stack)
                    if len(knot) > 1 or node in following:
                        knots.append(knot)
                if work:
                    parent = work[-1][0]
                    low[parent] = min(low[parent], low[node])
    return knots


def _in_circles_or_below(downstream: Sequence[Sequence[int]]) -> list[int]:
    """The nodes that no order puts behind all that they depend on: none in most graphs, which is found at once."""
    missing = [0] * len(downstream)
    for following in downstream:
        for child in following:
            missing[child] += 1
    placed = [node for node, count in enumerate(missing) if not count]
    for node in placed:  # It grows meanwhile.
        for child in downstream[node]:
            missing[child] -= 1
            if not missing[child]:
                placed.append(child)
    return [node for node, count in enumerate(missing) if count] if len(placed) < len(missing) else []


def _take(stack: list[int], last: int, on_stack: list[bool]) -> list[int]:
    """Everything on the stack down to a node, taken off."""
    taken = []
    while True:
        node = stack.pop()
        on_stack[node] = False
        taken.append(node)
        if node == last:
            return taken


def shortest_circle(downstream: Sequence[Sequence[int]], start: int, within: Collection[int]) -> list[int]:
    """A shortest way from a node back to itself.

    Args:
        downstream: As for `find_knots`.
        start: A node of a knot.
        within: All nodes of that knot.

    Returns:
        The nodes on the way, `start` first and not again at the end.
    """
    came_from: dict[int, int] = {}
    waiting = deque([start])
    while waiting:
        node = waiting.popleft()
        for child in downstream[node]:
            if child == start:
                return _way_back(came_from, node, start)
            if child in within and child not in came_from:
                came_from[child] = node
                waiting.append(child)
    return [start]


def _way_back(came_from: dict[int, int], node: int, start: int) -> list[int]:
    way = [node]
    while way[-1] != start:
        way.append(came_from[way[-1]])
    return way[::-1]


def topological_order(
    upstream: Sequence[Sequence[int]], downstream: Sequence[Sequence[int]], knots: Sequence[Sequence[int]]
) -> list[int]:
    """Every node after all that it depends on; the members of a knot stand together."""
    head = list(range(len(upstream)))
    members: dict[int, Sequence[int]] = {}
    for knot in knots:
        members[knot[0]] = knot
        for number in knot:
            head[number] = knot[0]
    missing = [0] * len(upstream)
    for number, above in enumerate(upstream):
        missing[head[number]] += sum(head[up] != head[number] for up in above) if knots else len(above)
    ready = [number for number in range(len(upstream) - 1, -1, -1) if head[number] == number and not missing[number]]
    order: list[int] = []
    while ready:
        first = ready.pop()
        group = members.get(first, (first,))
        order += group
        for member in group:
            for down in downstream[member]:
                below = head[down]
                if below != first:
                    missing[below] -= 1
                    if missing[below] == 0:
                        ready.append(below)
    return order
