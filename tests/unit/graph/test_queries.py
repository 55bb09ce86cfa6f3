"""What the graph answers, against networkx."""

from __future__ import annotations

from itertools import pairwise

import networkx as nx
import pytest
from builders import external, graph_of, native
from hypothesis import given
from hypothesis import strategies as st

from headwater.definitions.reach import levels, reach
from headwater.definitions.snapshot import AssetSnapshot, CheckSnapshot, DefinitionsSnapshot, WireValue
from headwater.errors import UnknownAssetError
from headwater.graph.asset_graph import AssetGraph, AssetNode, build_graph
from headwater.graph.columns import Column, Deps, deps_of, find_columns
from headwater.graph.diff import compare
from headwater.graph.grouping import by_group, condensed
from headwater.graph.impact import find_impact
from headwater.graph.makeable import choose_makeable
from headwater.graph.neighbourhood import find_neighbourhood
from headwater.graph.paths import find_paths, shortest_path

Shape = tuple[int, set[tuple[int, int]]]


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    """How many nodes, and which edges; circles and self-references included."""
    count = draw(st.integers(1, 9))
    numbers = st.integers(0, count - 1)
    return count, draw(st.sets(st.tuples(numbers, numbers), max_size=24))


def graph_from(shape: Shape) -> AssetGraph:
    """A graph of external assets whose ids are their numbers."""
    nodes = [
        AssetNode(key=str(number), kind="external", definition=AssetSnapshot(key=str(number), kind="external"))
        for number in range(shape[0])
    ]
    return AssetGraph(nodes, [(str(up), str(down)) for up, down in shape[1]])


def peer(shape: Shape) -> nx.DiGraph:
    """The same graph there."""
    graph = nx.DiGraph()
    graph.add_nodes_from(range(shape[0]))
    graph.add_edges_from(shape[1])
    return graph


@given(shapes(), st.none() | st.integers(0, 4))
def test_ancestors_and_descendants(shape: Shape, depth: int | None) -> None:
    """They are the nodes within a distance, and all of them where no depth is given."""
    graph, other = graph_from(shape), peer(shape)
    for number in range(shape[0]):
        below = set(nx.single_source_shortest_path_length(other, number, cutoff=depth)) - {number}
        above = set(nx.single_source_shortest_path_length(other.reverse(), number, cutoff=depth)) - {number}

        assert below == graph.descendants(str(number), depth)
        assert above == graph.ancestors(str(number), depth)


@given(st.integers(20, 60), st.integers(0, 3))
def test_wide_and_narrow_graphs_are_walked_alike(width: int, depth: int) -> None:
    """A fan, where whole levels are taken at once, and a chain, where nodes are, reach what they should."""
    fan = [list(range(1, width)), *[[width] for _ in range(width - 1)], []]
    chain = [[number + 1] for number in range(width)] + [[]]

    assert set(range(width + 1)) == reach(fan, (0,)) == reach(chain, (0,))
    assert set(range(depth + 1)) == reach(chain, (0,), depth)
    assert [set(range(1, width)), {width}] == list(levels(fan, (0,)))


@given(shapes(), st.data())
def test_all_paths(shape: Shape, data: st.DataObject) -> None:
    """Every way on which no asset stands twice is found, the shortest first, and none that is too long."""
    graph, other = graph_from(shape), peer(shape)
    source, target = (data.draw(st.integers(0, shape[0] - 1)) for _ in range(2))
    longest = data.draw(st.integers(1, 5))
    found = find_paths(graph, str(source), str(target), limit=1_000, longest=longest)
    expected = (
        set(map(tuple, nx.all_simple_paths(other, source, target, cutoff=longest))) if source != target else set()
    )

    assert (expected or ({(source,)} if source == target else set())) == set(found.items)
    assert all(len(one) <= len(two) for one, two in pairwise(found.items))
    assert not found.truncated
    if nx.has_path(other, source, target):
        shortest = shortest_path(graph, str(source), str(target))
        assert shortest is not None
        assert nx.shortest_path_length(other, source, target) == len(shortest) - 1
    else:
        assert shortest_path(graph, str(source), str(target)) is None


def test_many_paths_are_bounded() -> None:
    """Of a trillion ways through forty forks the first few come at once, and it is told that there are more."""
    edges = {(3 * n, 3 * n + k) for n in range(40) for k in (1, 2)} | {
        (3 * n + k, 3 * n + 3) for n in range(40) for k in (1, 2)
    }
    graph = graph_from((121, edges))
    found = find_paths(graph, "0", "120", limit=5)

    assert [81] * 5 == [len(path) for path in found.items]
    assert found.truncated


@given(shapes())
def test_a_condensed_graph_has_no_circles(shape: Shape) -> None:
    """Its nodes are the strongly connected components, and its edges those between them."""
    graph, other = graph_from(shape), peer(shape)
    found = condensed(graph)
    expected = nx.condensation(other)

    assert {frozenset(c["members"]) for _, c in expected.nodes(data=True)} == set(map(frozenset, found.members))
    assert nx.is_directed_acyclic_graph(nx.DiGraph(list(found.edges)))
    assert expected.number_of_edges() == len(found.edges)
    levels_of = found.levels()
    assert all(levels_of[up] < levels_of[down] for up, down in found.edges)


@given(shapes(), st.none() | st.integers(0, 3), st.none() | st.integers(0, 3))
def test_a_neighbourhood_is_what_is_near(shape: Shape, up: int | None, down: int | None) -> None:
    """Each asset within reach is there with its distance; the limit cuts off what is far, never what is near."""
    graph, other = graph_from(shape), peer(shape)
    below = nx.single_source_shortest_path_length(other, 0, cutoff=down)
    above = nx.single_source_shortest_path_length(other.reverse(), 0, cutoff=up)
    found = find_neighbourhood(graph, "0", up=up, down=down)

    assert {*below, *above} == set(found.depth_of)
    assert all(depth == (below[n] if depth > 0 else -above[n]) for n, depth in found.depth_of.items())
    cut = find_neighbourhood(graph, "0", up=up, down=down, limit=2)
    assert list(found.depth_of)[:2] == list(cut.depth_of)
    assert cut.truncated == (len(found.depth_of) > 2)


def test_impact_tells_what_breaks_and_whose_it_is() -> None:
    """Everything below, nearest first; an asset with two owners counts for both, one without for nobody."""
    owned = AssetSnapshot(key="b", kind="native", deps=("a",), owners=("team:x", "team:y"), group="g")
    check = CheckSnapshot(asset_key="b", name="rows")
    graph = graph_of(external("a"), owned, native("c", "b"), native("d"), checks=(check,))
    found = find_impact(graph, [graph.ids["a"]])

    assert [("b", 1), ("c", 2)] == [(graph.nodes[each.id].key, each.depth) for each in found.assets]
    assert [("team:x", 1), ("team:y", 1), (None, 1)] == found.owners
    assert [("default", 1), ("g", 1)] == found.groups
    assert 1 == found.checks


def test_groups_that_need_each_other_share_a_level() -> None:
    """Edges between groups are counted; two groups may depend on each other though no asset does."""
    assets = [
        AssetSnapshot(key="a", kind="external", group="one"),
        AssetSnapshot(key="b", kind="native", deps=("a",), group="two"),
        AssetSnapshot(key="c", kind="native", deps=("a", "b"), group="one"),
        AssetSnapshot(key="d", kind="native", deps=("c",), group="three"),
    ]
    found = by_group(graph_of(*assets))

    assert ["one", "two", "three"] == found.labels
    assert {(0, 1): 1, (1, 0): 1, (0, 2): 1} == found.edges
    assert [0, 0, 1] == found.levels()


def test_a_diff_names_what_is_new_gone_and_different() -> None:
    """Edges are told apart from what is said of an asset; where it stands in a file is not compared."""
    before = graph_of(external("a"), native("b", "a"), external("gone"))
    after = graph_of(external("a", "new"), AssetSnapshot(key="b", kind="native", group="g"), external("new"))
    found = compare(before, after)

    assert (["new"], ["gone"]) == (found.added, found.removed)
    assert {"b": ["group"]} == found.changed
    assert ([("new", "a")], [("a", "b")]) == (found.added_edges, found.removed_edges)


@given(shapes())
def test_nothing_changed_from_a_graph_to_itself(shape: Shape) -> None:
    """And whatever is added one way is removed the other way."""
    graph, empty = graph_from(shape), AssetGraph((), ())

    assert [[], [], {}, [], []] == [
        getattr(compare(graph, graph), name) for name in compare(graph, graph).__struct_fields__
    ]
    assert compare(empty, graph).added == compare(graph, empty).removed == sorted(graph.ids)


LINEAGE: dict[str, Deps] = {
    "clean": {"id": [("raw", "id")], "name": [("raw", "first"), ("raw", "last")]},
    "report": {"people": [("clean", "id"), ("clean", "name")], "loop": [("report", "loop")]},
}


def find(start: Column, up: int | None = None, down: int | None = None, limit: int = 100) -> dict[Column, int]:
    """The columns around one."""
    graph = graph_of(external("raw"), native("clean", "raw"), native("report", "clean", "report"))
    return find_columns(
        graph, start, lambda keys: {key: LINEAGE.get(key, {}) for key in keys}, up=up, down=down, limit=limit
    ).depth_of


def test_columns_are_followed_up_and_down() -> None:
    """Only what a column is made from, and what is made from that column, not its neighbours."""
    assert {("clean", "id"): 0, ("raw", "id"): -1, ("report", "people"): 1} == find(("clean", "id"))
    assert {("raw", "first"): 0, ("clean", "name"): 1, ("report", "people"): 2} == find(("raw", "first"))
    assert {("raw", "first"): 0, ("clean", "name"): 1} == find(("raw", "first"), down=1)
    assert 2 == len(find(("report", "people"), limit=2))
    assert {("report", "loop"): 0} == find(("report", "loop"))
    with pytest.raises(UnknownAssetError):
        find(("nope", "id"))


def test_column_lineage_is_read_from_any_entry() -> None:
    """Whatever the entry is called, its kind says what it is; others are left alone."""
    value = {"deps_by_column": {"a": [{"asset_key": "raw", "column_name": "b"}]}}
    metadata = {"lineage": WireValue("column_lineage", value), "rows": WireValue("int", 5)}

    assert {"a": [("raw", "b")]} == deps_of(metadata)


def test_a_stub_of_one_location_is_the_asset_of_another() -> None:
    """What crosses code locations is one graph."""
    one = DefinitionsSnapshot(assets=(external("a"),))
    two = DefinitionsSnapshot(assets=(AssetSnapshot(key="a", kind="stub"), native("b", "a")))

    assert {1} == build_graph([("one", one), ("two", two)]).descendants("a")


def test_what_others_make_is_left_out_of_a_selection_but_not_of_a_name() -> None:
    """A selection leaves external assets out, and says which; one that is named stays, to be refused."""
    graph = graph_of(external("a"), native("b", "a"))

    assert (["b"], ["a"]) == tuple(getattr(choose_makeable(graph, ["a+"]), name) for name in ("keys", "left_out"))
    assert ["a"] == choose_makeable(graph, ["a"]).keys
