"""The steps of a run and their order."""

from __future__ import annotations

import pytest
from builders import external, graph_of, native

from headwater.definitions.snapshot import CheckSnapshot
from headwater.errors import InvalidDefinitionError, UnknownAssetError
from headwater.execution.steps.plan import plan_steps
from headwater.execution.steps.steps import Step, grace_of


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


@pytest.mark.parametrize(("text", "seconds"), [("0", 0.0), ("2.5", 2.5), (None, 3.0)])
def test_how_long_a_step_may_take_to_end(text: str | None, seconds: float) -> None:
    """What its tag says, else what everybody has."""
    tags = {} if text is None else {"headwater/cancel_grace": text}
    assert seconds == grace_of(Step(name="a", assets=("a",), tags=tags), 3.0)


@pytest.mark.parametrize("text", ["soon", "-1", "inf", "nan"])
def test_a_grace_is_a_number_of_seconds(text: str) -> None:
    """Anything else is shown with an example."""
    with pytest.raises(InvalidDefinitionError, match="seconds such as '30', but is"):
        grace_of(Step(name="a", assets=("a",), tags={"headwater/cancel_grace": text}), 3.0)
