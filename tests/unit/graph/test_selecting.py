"""Selections over a graph, against an evaluation that looks at each asset alone."""

from __future__ import annotations

from typing import Literal

from hypothesis import given
from hypothesis import strategies as st
from selections import GROUPS, KEYS, KINDS, OWNERS, TAGS, naive, simple_nodes

from headwater.definitions.selection import AssetSelection, SelectionIndex
from headwater.definitions.selection.nodes import Node
from headwater.definitions.snapshot import AssetSnapshot
from headwater.graph.asset_graph import AssetGraph, AssetNode

_ASSET_KINDS: list[Literal["native", "external", "stub"]] = ["native", "external", "stub"]


@st.composite
def graphs(draw: st.DrawFn) -> AssetGraph:
    """Some assets that differ in everything that can be asked for, connected in any way."""
    texts = [key.to_escaped_user_string() for key in KEYS]
    nodes = []
    for text in texts:
        kind = draw(st.sampled_from(_ASSET_KINDS))
        definition = AssetSnapshot(
            key=text,
            kind=kind,
            group=draw(st.sampled_from(GROUPS)),
            owners=tuple(draw(st.sets(st.sampled_from(OWNERS)))),
            kinds=tuple(draw(st.sets(st.sampled_from(KINDS)))),
            tags=dict(draw(st.lists(st.sampled_from(TAGS), max_size=2))),
        )
        nodes.append(AssetNode(key=text, kind=kind, definition=definition))
    return AssetGraph(nodes, draw(st.sets(st.tuples(st.sampled_from(texts), st.sampled_from(texts)), max_size=14)))


@given(graphs(), simple_nodes)
def test_a_selection_means_what_a_naive_evaluation_says(graph: AssetGraph, node: Node) -> None:
    """Whatever is combined, on graphs with circles too, the same assets are found."""
    assert naive(graph, node) == {graph.nodes[number].key for number in graph.selection_index.select(node)}


def test_what_one_function_makes_is_made_together() -> None:
    """Whoever asks for one of several assets that come all or none gets the others named; nobody else does."""
    assets = [AssetSnapshot(key=key, kind="native") for key in "abc"]
    index = SelectionIndex(assets, [[], [], []], [[], [], []], made_together=[{0, 1}])

    assert [{0, 1}, {2}] == [
        index.select(AssetSelection.assets(key).required_multi_asset_neighbors().node) for key in "ac"
    ]
