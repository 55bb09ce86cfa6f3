"""Conditions compared with an evaluator that recomputes everything, over random worlds, and restarted anywhere."""

from __future__ import annotations

from hypothesis import given, note
from hypothesis import strategies as st
from naive_world import AT_LENGTH, World, graphs, shown

from headwater.graph.asset_graph import AssetGraph

MOVES = ["report", "report", "check", "wait", "begin", "begin", "finish", "finish", "fail", "run", "freshness"]
MOVES += ["names", "code", "wipe", "withdraw", "backfill", "backfill run", "backfill end", "backfill retry"]


@AT_LENGTH
@given(graph=graphs(), data=st.data())
def test_decisions_are_those_of_an_evaluator_that_recomputes_everything(graph: AssetGraph, data: st.DataObject) -> None:
    """Whatever the conditions, and whatever happens, each step decides what the definition says."""
    note("\n".join(map(shown, graph.nodes)))
    world = World(graph)
    for _ in range(data.draw(st.integers(1, 10))):
        world.act(data.draw(st.sampled_from(MOVES)), data.draw)

    assert world.expected == world.decided


@AT_LENGTH
@given(graph=graphs(), data=st.data())
def test_restarted_anywhere_the_decisions_are_the_same(graph: AssetGraph, data: st.DataObject) -> None:
    """Built anew from the log and what is kept after every step, it decides as if it had gone on; nothing twice."""
    note("\n".join(map(shown, graph.nodes)))
    world = World(graph, restarts=True)
    for _ in range(data.draw(st.integers(1, 10))):
        world.act(data.draw(st.sampled_from(MOVES)), data.draw)

    assert world.expected == world.decided
