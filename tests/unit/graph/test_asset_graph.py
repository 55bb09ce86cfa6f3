"""The graph: who depends on whom, in what order, and where it goes in circles."""

from __future__ import annotations

import msgspec
import networkx as nx
import pytest
from builders import external, graph_of, native
from hypothesis import given
from hypothesis import strategies as st

from headwater.definitions.snapshot import AssetSnapshot, DefinitionsSnapshot
from headwater.errors import UnknownAssetError
from headwater.graph.asset_graph import AssetGraph, AssetNode, build_graph


def graph_from(count: int, edges: set[tuple[int, int]]) -> AssetGraph:
    """A graph of external assets."""
    nodes = [
        AssetNode(key=f"{number:03}", kind="external", definition=AssetSnapshot(key=f"{number:03}", kind="external"))
        for number in range(count)
    ]
    return AssetGraph(nodes, [(f"{up:03}", f"{down:03}") for up, down in edges])


@st.composite
def shapes(draw: st.DrawFn, *, acyclic: bool = False) -> tuple[int, set[tuple[int, int]]]:
    """How many nodes, and which edges."""
    count = draw(st.integers(1, 12))
    numbers = st.integers(0, count - 1)
    edges = draw(st.sets(st.tuples(numbers, numbers), max_size=30))
    return count, {(up, down) for up, down in edges if up < down} if acyclic else edges


@given(shapes(acyclic=True))
def test_the_order_has_every_asset_after_its_inputs(shape: tuple[int, set[tuple[int, int]]]) -> None:
    """Each asset stands once, and after all that it depends on."""
    graph = graph_from(*shape)
    place = {number: position for position, number in enumerate(graph.order)}

    assert sorted(graph.order) == list(range(shape[0]))
    assert all(place[up] < place[down] for up, down in shape[1])


@given(shapes())
def test_the_order_holds_between_knots(shape: tuple[int, set[tuple[int, int]]]) -> None:
    """With circles, each asset still stands once, and after what it depends on outside of its own knot."""
    graph = graph_from(*shape)
    place = {number: position for position, number in enumerate(graph.order)}
    knot_of = {number: index for index, knot in enumerate(graph.knots) for number in knot}

    assert sorted(graph.order) == list(range(shape[0]))
    for up, down in shape[1]:
        assert place[up] < place[down] or (up in knot_of and knot_of[up] == knot_of.get(down))


@given(shapes())
def test_levels_rise_along_every_edge(shape: tuple[int, set[tuple[int, int]]]) -> None:
    """A drawing by levels has its edges going one way, but for those inside a knot."""
    graph = graph_from(*shape)
    levels = graph.levels()
    knot_of = {number: index for index, knot in enumerate(graph.knots) for number in knot}

    for up, down in shape[1]:
        inside = up in knot_of and knot_of[up] == knot_of.get(down)
        assert levels[up] == levels[down] if inside else levels[up] < levels[down]


def test_a_key_belongs_to_the_location_that_makes_it() -> None:
    """Of several locations that know a key, the one that makes it wins, then the one that declares it."""
    graph = build_graph(
        [
            ("user", DefinitionsSnapshot(assets=(AssetSnapshot(key="a", kind="stub"), external("b", "a")))),
            ("declarer", DefinitionsSnapshot(assets=(external("a"),))),
            ("maker", DefinitionsSnapshot(assets=(native("a"),))),
        ]
    )

    assert ("native", "maker") == (graph.node("a").kind, graph.node("a").location)
    assert ["b"] == graph.downstream_keys("a")


def test_what_is_only_told_is_in_the_graph_too() -> None:
    """Assets that have events, or that outside lineage names, stand there as undefined."""
    graph = build_graph([], learned_edges=[("x", "y")], reported_keys=["z"])

    assert {"x": "undefined", "y": "undefined", "z": "undefined"} == {node.key: node.kind for node in graph.nodes}
    assert ["x"] == graph.upstream_keys("y")


def test_an_unknown_key_is_named() -> None:
    """Asking for an asset that there is not names it."""
    with pytest.raises(UnknownAssetError, match="'nope'"):
        graph_of(external("a")).node("nope")


def test_the_hash_changes_with_the_shape() -> None:
    """Equal graphs have equal hashes; an edge more, or another kind, changes it."""
    one, same, edge, kind = (
        graph_of(external("a"), external("b")),
        graph_of(external("b"), external("a")),
        graph_of(external("a"), external("b", "a")),
        graph_of(external("a"), native("b")),
    )

    assert one.hash() == same.hash()
    assert 3 == len({one.hash(), edge.hash(), kind.hash()})


def test_a_long_chain_is_no_trouble() -> None:
    """Depth does not meet the interpreter's recursion limit."""
    graph = graph_from(5_000 // 5, {(number, number + 1) for number in range(999)})

    assert 999 == max(graph.levels())


@given(shapes(), st.sets(st.integers(0, 11)))
def test_virtual_assets_are_looked_through(shape: tuple[int, set[tuple[int, int]]], virtual: set[int]) -> None:
    """The inputs of an asset are those from which a way leads to it with virtual assets alone in between."""
    plain = graph_from(*shape)
    nodes = [
        msgspec.structs.replace(node, definition=msgspec.structs.replace(node.definition, virtual=number in virtual))
        for number, node in enumerate(plain.nodes)
    ]
    graph = AssetGraph(nodes, [(plain.nodes[up].key, plain.nodes[down].key) for up, down in plain.edges])
    onward = nx.DiGraph([edge for edge in shape[1] if edge[0] in virtual])
    onward.add_nodes_from(range(shape[0]))
    seen = graph.without_views()

    for number in range(shape[0]):
        ways = {up for up, down in shape[1] if up not in virtual and nx.has_path(onward, down, number)}
        assert set(graph.inputs[number]) == ways
        assert set(seen.upstream[number]) == ways
    assert seen.without_views() is seen
