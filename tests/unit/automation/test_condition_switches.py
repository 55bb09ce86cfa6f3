"""Switches for the conditions of some assets."""

from __future__ import annotations

import msgspec
import pytest
from builders import made, run_event, step_event

import headwater as hw
from headwater.automation.conditions.decide import Conditions
from headwater.automation.conditions.decisions import Request
from headwater.automation.conditions.requests import plan_requests
from headwater.automation.conditions.switches import followed
from headwater.clock import MICROSECONDS
from headwater.definitions.build_snapshot import build_snapshot
from headwater.graph.asset_graph import AssetGraph, build_graph
from headwater.records.automation.ticks import SensorState
from headwater.records.log.events import Event, EventKind, NewEvent

NOW = 1_790_000_000 * MICROSECONDS
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


def _nothing() -> None:
    """Makes nothing."""


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


def test_a_switch_lets_its_assets_wait_after_each_attempt() -> None:
    """What comes while they wait leads to one run when that is over, and nothing of it is lost; others do not wait."""
    switch = hw.AutomationConditionSensorDefinition("slow", target=["a"], minimum_interval_seconds=60)
    upstream = [hw.AssetSpec("raw")]
    slow, quick = (hw.asset(name=name, deps=upstream, automation_condition=EAGER)(_nothing) for name in ("a", "b"))
    whole = build_graph([("here", build_snapshot(hw.Definitions(assets=[slow, quick], sensors=[switch])))])
    conditions = Conditions(whole, now=NOW)
    conditions.begin()

    def happen(seconds: int, seq: int, *news: NewEvent) -> list[str]:
        at = NOW + seconds * MICROSECONDS
        events = [
            Event(seq=seq + place, recorded_at=at, **{**msgspec.structs.asdict(new), "timestamp": at})
            for place, new in enumerate(news)
        ]
        return sorted(request.asset_key for request in conditions.commit(events).requests)

    assert ["a", "b"] == happen(1, 1, made("raw"))
    happen(2, 2, *(run_event(EventKind.RUN_REQUESTED, f"of {key}", key) for key in ("a", "b")))
    for place, key in enumerate(("a", "b")):
        happen(3, 4 + 3 * place, step_event(EventKind.STEP_STARTED, f"of {key}", key))
        done = msgspec.structs.replace(made(key), run_id=f"of {key}")
        happen(4, 5 + 3 * place, done, run_event(EventKind.RUN_SUCCEEDED, f"of {key}", key))

    assert ["b"] == happen(5, 10, made("raw"))
    assert "a" not in happen(6, 11, made("raw"))
    assert () == conditions.pass_time(NOW + 63 * MICROSECONDS).requests
    assert ["a"] == [request.asset_key for request in conditions.pass_time(NOW + 64 * MICROSECONDS).requests]


def test_a_moment_does_not_wait() -> None:
    """A condition that holds for a moment only would not hold any more."""
    switch = hw.AutomationConditionSensorDefinition("slow", target=["a", "b"], minimum_interval_seconds=60)
    moment = hw.asset(name="a", automation_condition=hw.AutomationCondition.newly_updated())(_nothing)
    whole = build_graph([("here", build_snapshot(hw.Definitions(assets=[moment, b], sensors=[switch])))])

    assert {whole.ids["b"]: 60 * MICROSECONDS} == Conditions(whole, now=NOW).plan.pauses


def test_a_switch_refuses_what_conditions_do_not_do() -> None:
    """They ask for no backfills; whoever says that they should is told what to do."""
    with pytest.raises(hw.errors.InvalidDefinitionError, match=r"emit_backfills=True of sensor 'x'.*Leave it out"):
        hw.AutomationConditionSensorDefinition("x", target="*", emit_backfills=True)
    assert hw.AutomationConditionSensorDefinition("x", target="*", emit_backfills=False).kind == "conditions"
