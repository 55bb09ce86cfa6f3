"""Conditions of checks: when they are carried out by themselves, and how that stands beside the runs of their asset."""

from __future__ import annotations

import msgspec
import pytest
from builders import checked, external, made, native, run_event, step_event

from headwater.automation.conditions.checks import check_node_key, with_checks
from headwater.automation.conditions.decide import Conditions
from headwater.automation.conditions.decide_step import ASK_AGAIN_AFTER
from headwater.automation.conditions.decisions import Request
from headwater.automation.conditions.requests import plan_requests
from headwater.automation.conditions.restore import restore_states
from headwater.definitions.conditions.condition import AutomationCondition as Condition
from headwater.definitions.partitions import DailyPartitionsDefinition
from headwater.definitions.snapshot import AssetSnapshot, CheckSnapshot, DefinitionsSnapshot
from headwater.graph.asset_graph import AssetGraph, build_graph
from headwater.records.log.events import Event, EventKind, NewEvent, RunEvent, StepEvent
from headwater.records.log.fold import fold_checks
from headwater.storage.automation.kept import Kept

NOW = 1_772_000_000_000_000
SECOND = 1_000_000
NODE = check_node_key("orders", "ok")
EAGER = Condition.eager()
DAILY = DailyPartitionsDefinition(start_date="2026-02-01").to_snapshot()


def graph(asset: AssetSnapshot, condition: Condition = EAGER, *, partitioned: bool = False) -> AssetGraph:
    """One asset with a check that has a condition."""
    check = CheckSnapshot(asset_key="orders", name="ok", condition=condition, partitioned=partitioned)
    assets = (external("raw"), asset)
    return with_checks(build_graph([("code", DefinitionsSnapshot(assets=assets, checks=(check,)))]))


class World:
    """Conditions and a log, moved on by commits of one event each."""

    def __init__(self, graph: AssetGraph) -> None:
        self.conditions = Conditions(graph, now=NOW)
        self.conditions.begin()
        self.log: list[Event] = []

    def happen(self, new: NewEvent) -> list[Request]:
        """Commit an event and decide."""
        seq = len(self.log) + 1
        fields = {name: getattr(new, name) for name in new.__struct_fields__}
        event = Event(seq=seq, recorded_at=NOW + seq, **{**fields, "timestamp": new.timestamp or NOW + seq})
        self.log.append(event)
        return list(self.conditions.commit([event]).requests)

    def request(self, run_id: str) -> list[Request]:
        """A run of the check alone is requested."""
        return self.happen(of_checks(EventKind.RUN_REQUESTED, run_id))

    def step(self, kind: EventKind, run_id: str) -> list[Request]:
        """The check's step moves on."""
        payload = StepEvent(step="orders:ok", checks=("ok",))
        return self.happen(NewEvent(kind=kind, payload=payload, asset_key="orders", run_id=run_id))

    def result(self, run_id: str | None) -> list[Request]:
        """The check has a result."""
        return self.happen(msgspec.structs.replace(checked("orders", "ok", passed=True), run_id=run_id))

    def end(self, run_id: str, kind: EventKind = EventKind.RUN_SUCCEEDED) -> list[Request]:
        """The run of the check ends."""
        return self.happen(of_checks(kind, run_id))


def of_checks(kind: EventKind, run_id: str) -> NewEvent:
    """The move of a run that makes nothing."""
    return NewEvent(kind=kind, payload=RunEvent(assets=("orders",), checks=(("orders", "ok"),)), run_id=run_id)


def asked(requests: list[Request]) -> list[str]:
    """What was requested."""
    return [request.asset_key for request in requests]


def test_a_report_of_an_external_asset_asks_for_its_check() -> None:
    """Once, as a run that makes nothing."""
    world = World(graph(external("orders")))

    requests = world.happen(made("orders"))
    (run,) = plan_requests(world.conditions.graph, requests, world.conditions)

    assert [NODE] == asked(requests)
    assert (("orders",), (("orders", "ok"),), "code") == (run.assets, run.checks, run.location)
    assert "orders was updated" == run.cause.reason


def test_its_result_handles_what_it_saw_and_nothing_more() -> None:
    """A report that comes while the check is at work leads to one more run of it; one before leads to none."""
    world = World(graph(external("orders")))
    world.happen(made("orders"))
    assert [] == world.request("r1")
    assert [] == world.happen(made("orders"))
    assert [] == world.step(EventKind.STEP_STARTED, "r1")
    assert [] == world.happen(made("orders"))
    assert [] == world.result("r1")

    assert [NODE] == asked(world.end("r1"))
    world.request("r2")
    world.step(EventKind.STEP_STARTED, "r2")
    assert [] == world.result("r2")
    assert [] == world.end("r2")


def test_a_run_that_makes_the_asset_carries_out_its_check() -> None:
    """The check waits for it, and asks for nothing where it brought a result; where it brought none, it asks."""
    for brings_result in (True, False):
        world = World(graph(native("orders", "raw", condition=EAGER)))
        assert ["orders"] == asked(world.happen(made("raw")))
        world.conditions.await_run("r1", ["orders"], ())
        assert [] == world.happen(run_event(EventKind.RUN_REQUESTED, "r1", "orders"))
        assert [] == world.happen(step_event(EventKind.STEP_STARTED, "r1", "orders"))
        assert [] == world.happen(msgspec.structs.replace(made("orders", read_seq=1), run_id="r1"))
        if brings_result:
            world.step(EventKind.STEP_STARTED, "r1")
            assert [] == world.result("r1")
        assert ([] if brings_result else [NODE]) == asked(
            world.happen(run_event(EventKind.RUN_SUCCEEDED, "r1", "orders"))
        )


def test_a_run_of_checks_makes_nothing() -> None:
    """While it goes on, the asset is not in progress, and is requested beside it."""
    world = World(graph(native("orders", "raw", condition=EAGER), Condition.missing()))
    world.request("r1")

    assert ["orders"] == asked(world.happen(made("raw")))


def test_what_simply_stays_true_asks_again_a_while_after_a_failure_also_after_a_restart() -> None:
    """A check that fails to give a result is asked for again 30 seconds later, by whoever goes on from what is kept."""
    world = World(graph(external("orders"), Condition.missing() & ~Condition.any_deps_missing()))
    assert [NODE] == asked(world.happen(made("orders")))
    world.request("r1")
    world.step(EventKind.STEP_STARTED, "r1")
    assert [] == world.step(EventKind.STEP_FAILED, "r1")
    assert [] == world.end("r1", EventKind.RUN_FAILED)

    after = Conditions(
        world.conditions.graph,
        seq=world.conditions.seq,
        now=world.conditions.now,
        memory=dict(world.conditions.memory.items()),
        automated=world.conditions.automated,
    )
    restore_states(after, Kept(checks=fold_checks(world.log)))
    after.states[after.graph.ids["orders"]] = world.conditions.states[after.graph.ids["orders"]]
    for conditions in (world.conditions, after):
        assert () == conditions.begin().requests
        assert () == conditions.pass_time(NOW + ASK_AGAIN_AFTER - SECOND).requests
        assert [NODE] == asked(list(conditions.pass_time(NOW + ASK_AGAIN_AFTER + SECOND).requests))


def test_partitions_one_by_one() -> None:
    """A check of partitions is asked for the partition that was reported."""
    world = World(
        graph(external("orders", partitions=DAILY), EAGER.without(Condition.in_latest_time_window()), partitioned=True)
    )

    (request,) = world.happen(made("orders", partition="2026-02-03"))
    (run,) = plan_requests(world.conditions.graph, [request], world.conditions)

    assert (NODE, ("2026-02-03",)) == (request.asset_key, request.partitions)
    assert "2026-02-03" == run.partition


@pytest.mark.parametrize(("passed", "wanted"), [(False, [NODE]), (True, [])])
def test_a_check_asks_of_its_own_result(passed: bool, wanted: list[str]) -> None:
    """`check_failed` in a check's condition is about that check."""
    world = World(graph(external("orders"), Condition.check_failed() & Condition.any_deps_updated()))
    world.happen(checked("orders", "ok", passed=passed))

    assert wanted == asked(world.happen(made("orders")))
