"""The steps of a run and their order."""

from __future__ import annotations

import pytest
from builders import external, graph_of, native

from headwater.definitions.snapshot import CheckSnapshot
from headwater.errors import UnknownAssetError
from headwater.execution.plan import plan_steps


def test_steps_follow_the_graph_within_the_run() -> None:
    """An asset waits for what the run makes above it, and for nothing else."""
    graph = graph_of(external("raw"), native("a", "raw"), native("b", "a"), native("c", "b", "raw"))

    steps = {step.name: step.after for step in plan_steps(graph, ["c", "a", "b"])}

    assert {"a": (), "b": ("a",), "c": ("b",)} == steps
    assert {"c": ()} == {step.name: step.after for step in plan_steps(graph, ["c"])}


@pytest.mark.parametrize("key", ["gone", "raw"])
def test_what_the_definitions_do_not_make_is_named(key: str) -> None:
    """A run is never planned without one of its assets: that would be a success that made nothing."""
    with pytest.raises(UnknownAssetError, match=f"do not make {key}"):
        plan_steps(graph_of(external("raw"), native("a")), ["a", key])


def test_checks_follow_their_asset_and_blocking_ones_hold_back_what_is_below() -> None:
    """A check that only hears of its result is no step."""
    checks = (
        CheckSnapshot(asset_key="a", name="blocks", blocking=True),
        CheckSnapshot(asset_key="a", name="told", executable=False),
        CheckSnapshot(asset_key="a", name="warns"),
    )
    graph = graph_of(native("a"), native("b", "a"), checks=checks)

    steps = {step.name: step.after for step in plan_steps(graph, ["a", "b"])}

    assert {"a": (), "a:blocks": ("a",), "a:warns": ("a",), "b": ("a", "a:blocks")} == steps
