"""Switches for the conditions of some assets."""

from __future__ import annotations

import headwater as hw
from headwater.automation.conditions.decide import Conditions
from headwater.automation.conditions.decisions import Request
from headwater.automation.conditions.loop import plan_requests
from headwater.automation.conditions.switches import followed
from headwater.definitions.build_snapshot import build_snapshot
from headwater.graph.asset_graph import AssetGraph, build_graph
from headwater.records.ticks import SensorState

EAGER = hw.AutomationCondition.eager()


@hw.asset(automation_condition=EAGER)
def a() -> None:
    """Has a condition."""


@hw.asset(automation_condition=EAGER)
def b() -> None:
    """Has a condition."""


@hw.asset
def c() -> None:
    """Has none of its own."""


def graph() -> AssetGraph:
    """Two switches: one for a and c, one that is off for a and b."""
    first = hw.AutomationConditionSensorDefinition("first", target=["a", "c"], default_condition=EAGER)
    second = hw.AutomationConditionSensorDefinition(
        "second", target=["a", "b"], default_status=hw.DefaultSensorStatus.STOPPED
    )
    defs = hw.Definitions(assets=[a, b, c], sensors=[first, second])
    return build_graph([("here", build_snapshot(defs))])


def with_condition(shown: AssetGraph) -> list[str]:
    """The assets whose conditions are followed."""
    return [node.key for node in shown.nodes if node.definition.condition is not None]


def test_conditions_of_a_switch_that_is_off_are_not_followed() -> None:
    """Unless another one is on for the asset; a person's switch goes before the definition's."""
    whole = graph()
    switched = {"first": SensorState(sensor="first", running=False), "second": SensorState(sensor="second")}

    assert ["a", "c"] == with_condition(followed(whole, {}))
    assert [] == with_condition(followed(whole, switched))
    assert ["a", "b", "c"] == with_condition(followed(whole, {"second": SensorState(sensor="second", running=True)}))
    assert ["a", "b", "c"] == with_condition(whole)


def test_runs_of_conditions_have_the_tags_that_their_switch_gives_them() -> None:
    """Assets whose runs have other tags are made by other runs."""
    switch = hw.AutomationConditionSensorDefinition("tagged", target=["a"], run_tags={"team": "finance"})
    whole = build_graph([("here", build_snapshot(hw.Definitions(assets=[a, b], sensors=[switch])))])
    requests = [Request(asset_key=key, partitions=(None,)) for key in ("a", "b")]

    runs = plan_requests(whole, requests, Conditions(whole, seq=1, now=1))

    assert [(("a",), {"team": "finance"}), (("b",), {})] == [(run.assets, run.tags) for run in runs]
