"""Circles in graphs, against a plain definition of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from headwater.definitions.knots import find_knots, shortest_circle

Graph = list[list[int]]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """A graph of up to eight nodes, as adjacency lists."""
    count = draw(st.integers(0, 8))
    node = st.integers(0, max(count - 1, 0))
    return [draw(st.lists(node, max_size=3)) for _ in range(count)]


def reachable(graph: Graph, start: int) -> set[int]:
    """Every node that a way of at least one edge leads to."""
    seen: set[int] = set()
    waiting = [start]
    while waiting:
        following = set(graph[waiting.pop()]) - seen
        seen |= following
        waiting += following
    return seen


@given(graphs())
def test_knots_are_mutually_reachable(graph: Graph) -> None:
    """Two nodes are in one knot exactly if each leads to the other."""
    reach = [reachable(graph, node) for node in range(len(graph))]
    expected = {frozenset(b for b in reach[a] if a in reach[b]) for a in range(len(graph)) if a in reach[a]}
    found = find_knots(graph)
    assert expected == {frozenset(knot) for knot in found}
    assert len(found) == len(expected)


@given(graphs())
def test_shortest_circle_is_a_way_round(graph: Graph) -> None:
    """From every node of a knot there is a way back along edges, without repetition."""
    for knot in find_knots(graph):
        for start in knot:
            circle = shortest_circle(graph, start, knot)
            assert start == circle[0]
            assert len(circle) == len(set(circle))
            assert all(after in graph[before] for before, after in zip(circle, [*circle[1:], start], strict=True))


def test_long_chain_has_no_knot() -> None:
    """A long chain needs no recursion."""
    assert [] == find_knots([[n + 1] for n in range(50_000)] + [[]])


def test_many_knots_along_a_chain() -> None:
    """Twenty thousand pairs in a row are found one by one."""
    graph = [[n + 1, n - 1] if n % 2 else [n + 1] for n in range(40_000)] + [[]]
    assert 20_000 == len(find_knots(graph))
