"""Conditions of jobs: what they ask of the job's first assets, and how that stands beside the job's runs."""

from __future__ import annotations

import re

import msgspec
import pytest
from builders import external, made, native, run_event, step_event

import headwater as hw
from headwater.automation.conditions.decide import Conditions
from headwater.automation.conditions.decide_step import ASK_AGAIN_AFTER
from headwater.automation.conditions.decisions import Request
from headwater.automation.conditions.jobs import job_node_key, with_checks_and_jobs
from headwater.automation.conditions.requests import plan_requests
from headwater.automation.conditions.restore import restore_states
from headwater.automation.conditions.switches import followed
from headwater.definitions.build_snapshot import build_snapshot
from headwater.definitions.conditions.condition import AutomationCondition as Condition
from headwater.definitions.partitions import DailyPartitionsDefinition
from headwater.definitions.partitions.snapshot import PartitionsSnapshot
from headwater.definitions.snapshot import DefinitionsSnapshot, JobSnapshot
from headwater.graph.asset_graph import AssetGraph, build_graph
from headwater.records.log.events import Event, EventKind, NewEvent
from headwater.records.runs.runs import Run
from headwater.storage.automation.kept import Kept, OpenRun

NOW = 1_772_000_000_000_000
SECOND = 1_000_000
NODE = job_node_key("nightly")
EAGER = Condition.eager()
DAILY = DailyPartitionsDefinition(start_date="2026-02-01").to_snapshot()


ANY_EAGER = Condition.any_job_root_assets_match(EAGER)


def graph(condition: Condition = ANY_EAGER, partitions: PartitionsSnapshot | None = None) -> AssetGraph:
    """A job of two assets that begin it, each from an outside one, and of one that is made from both."""
    assets = (
        external("orders", partitions=partitions),
        external("people", partitions=partitions),
        native("clean_orders", "orders", partitions=partitions),
        native("clean_people", "people", partitions=partitions),
        native("mart", "clean_orders", "clean_people", partitions=partitions),
    )
    job = JobSnapshot(
        name="nightly",
        assets=("clean_orders", "clean_people", "mart"),
        selection="*",
        run_tags={"team": "ops"},
        condition=condition,
    )
    return with_checks_and_jobs(build_graph([("code", DefinitionsSnapshot(assets=assets, jobs=(job,)))]))


class World:
    """Conditions and a log, moved on by commits of one event each."""

    def __init__(self, graph: AssetGraph) -> None:
        self.conditions = Conditions(graph, now=NOW)
        self.began = list(self.conditions.begin().requests)
        self.seq = 0
        self.requested_at = 0

    def happen(self, new: NewEvent) -> list[Request]:
        """Commit an event and decide."""
        self.seq += 1
        fields = {name: getattr(new, name) for name in new.__struct_fields__}
        moment = NOW + self.seq
        event = Event(seq=self.seq, recorded_at=moment, **{**fields, "timestamp": new.timestamp or moment})
        return list(self.conditions.commit([event]).requests)

    def request(self, requests: list[Request]) -> Run:
        """The run that is asked for is requested."""
        (run,) = plan_requests(self.conditions.graph, requests, self.conditions)
        self.conditions.await_run(run.run_id, run.assets, run.partition_keys or (), run.checks, run.job_name)
        assert [] == self.happen(run.event(EventKind.RUN_REQUESTED))
        self.requested_at = self.seq
        return run

    def make(self, run: Run, *keys: str) -> list[Request]:
        """Some of the run's assets are made, one after the other."""
        found: list[Request] = []
        for key in keys:
            found += self.begin(run, key)
            new = made(key, partition=run.partition, read_seq=self.seq)
            found += self.happen(msgspec.structs.replace(new, run_id=run.run_id))
        return found

    def begin(self, run: Run, key: str) -> list[Request]:
        """The step of an asset begins."""
        return self.happen(step_event(EventKind.STEP_STARTED, run.run_id, key, partition=run.partition))

    def end(self, run: Run, kind: EventKind = EventKind.RUN_SUCCEEDED) -> list[Request]:
        """The run ends."""
        new = run_event(kind, run.run_id, *run.assets)
        return self.happen(msgspec.structs.replace(new, partition=run.partition))


def asked(requests: list[Request]) -> list[tuple[str, tuple[str | None, ...]]]:
    """What was requested."""
    return [(request.asset_key, request.partitions) for request in requests]


def test_news_of_what_a_job_begins_with_ask_for_one_run_of_all_of_it() -> None:
    """With the job's tags and name, for the reason that the first assets have."""
    world = World(graph())

    run = world.request(world.happen(made("orders")))

    assert ("nightly", ("clean_orders", "clean_people", "mart"), "code") == (run.job_name, run.assets, run.location)
    assert ({"team": "ops"}, "orders was updated") == (run.tags, run.cause.reason)
    assert [] == world.make(run, "clean_orders", "clean_people", "mart")
    assert [] == world.end(run)
    assert [(NODE, (None,))] == asked(world.happen(made("people")))


def test_news_that_come_while_it_works_ask_for_one_more_run_afterwards() -> None:
    """What the first asset has read is handled; what came after that is not."""
    world = World(graph())
    run = world.request(world.happen(made("orders")))
    world.begin(run, "clean_orders")
    assert [] == world.happen(made("orders"))
    assert [] == world.make(run, "clean_people", "mart")
    new = made("clean_orders", read_seq=world.requested_at)
    assert [] == world.happen(msgspec.structs.replace(new, run_id=run.run_id))

    assert [(NODE, (None,))] == asked(world.end(run))


def test_all_of_them_must_be_due_where_it_says_so() -> None:
    """A job that waits for every first asset is asked for once the last one has news."""
    world = World(graph(Condition.all_job_root_assets_match(Condition.any_deps_updated().since_last_handled())))

    assert [] == world.happen(made("orders"))
    assert [] == world.happen(made("orders"))
    assert [(NODE, (None,))] == asked(world.happen(made("people")))


def test_partitions_one_by_one() -> None:
    """Of a job with partitions, the one with news is asked for."""
    condition = Condition.any_job_root_assets_match(Condition.any_deps_updated().since_last_handled())
    world = World(graph(condition, DAILY))

    requests = world.happen(made("orders", partition="2026-02-03"))
    run = world.request(requests)

    assert ([(NODE, ("2026-02-03",))], "2026-02-03") == (asked(requests), run.partition)


def test_what_simply_stays_true_waits_after_a_failure_also_after_a_restart() -> None:
    """A job that failed is asked for again 30 seconds later, by whoever goes on from what is kept."""
    world = World(graph(Condition.any_job_root_assets_match(Condition.missing())))
    run = world.request(world.began)
    world.begin(run, "clean_orders")
    assert [] == world.end(run, EventKind.RUN_FAILED)

    after = Conditions(
        world.conditions.graph,
        seq=world.conditions.seq,
        now=world.conditions.now,
        memory=dict(world.conditions.memory.items()),
        automated=world.conditions.automated,
    )
    restore_states(after, Kept())
    for conditions in (world.conditions, after):
        assert () == conditions.begin().requests
        assert () == conditions.pass_time(NOW + ASK_AGAIN_AFTER - SECOND).requests
        assert [(NODE, (None,))] == asked(list(conditions.pass_time(NOW + ASK_AGAIN_AFTER + SECOND).requests))


def test_a_run_that_was_under_way_is_known_after_a_restart() -> None:
    """It is not asked for beside itself, and its end counts."""
    world = World(graph(Condition.any_job_root_assets_match(Condition.missing())))
    run = world.request(world.began)
    after = Conditions(
        world.conditions.graph,
        seq=world.seq,
        now=world.conditions.now,
        memory=dict(world.conditions.memory.items()),
        automated=world.conditions.automated,
    )
    restore_states(after, Kept(open_runs=[OpenRun(run, world.requested_at)]))
    world.conditions = after

    assert () == after.begin().requests
    assert [] == world.begin(run, "clean_orders")
    assert [] == world.end(run, EventKind.RUN_FAILED)
    assert [(NODE, (None,))] == asked(list(after.pass_time(NOW + ASK_AGAIN_AFTER + SECOND).requests))


def job_of_two(condition: Condition | None, switch: bool = False) -> hw.Definitions:
    """A small project with a job, and where asked for a switch that is off."""

    @hw.asset(deps=["orders"])
    def clean() -> None: ...

    @hw.asset(deps=[clean])
    def mart() -> None: ...

    off = hw.AutomationConditionSensorDefinition("slow", target=[clean], default_status=hw.DefaultSensorStatus.STOPPED)
    job = hw.define_asset_job("nightly", selection=[clean, mart], automation_condition=condition)
    return hw.Definitions([hw.AssetSpec("orders"), clean, mart], jobs=[job], sensors=[off] if switch else [])


def test_users_can_try_conditions_of_jobs_out() -> None:
    """A report of what the job begins with asks for the job once."""
    defs = job_of_two(ANY_EAGER)
    instance = hw.HeadwaterInstance.ephemeral()
    first = hw.evaluate_automation_conditions(defs, instance)
    instance.report_runless_asset_event(hw.AssetMaterialization("orders"))
    second = hw.evaluate_automation_conditions(defs, instance, cursor=first.cursor)
    third = hw.evaluate_automation_conditions(defs, instance, cursor=second.cursor)

    assert ({None}, 1) == (second.get_requested_partitions_of_job("nightly"), second.total_requested)
    assert (0, 0) == (first.total_requested, third.total_requested)


def test_a_switch_that_is_off_for_one_of_its_assets_holds_a_job_back() -> None:
    """It has no condition then."""
    graphs = [build_graph([("code", build_snapshot(job_of_two(ANY_EAGER, switch)))]) for switch in (False, True)]

    assert [True, False] == [followed(each, {}).jobs["nightly"][0].condition is not None for each in graphs]


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        (EAGER, "any_job_root_assets_match(AutomationCondition.eager())"),
        (ANY_EAGER & Condition.missing(), "asks 'missing' of the job itself"),
        (Condition.any_job_root_assets_match(ANY_EAGER), "inside another one"),
    ],
)
def test_a_condition_that_says_nothing_of_a_job_is_refused(condition: Condition, reason: str) -> None:
    """With the mend."""
    with pytest.raises(hw.InvalidDefinitionError, match=re.escape(reason)):
        job_of_two(condition)


def test_a_condition_of_jobs_on_an_asset_is_refused() -> None:
    """It would look at roots that an asset has not."""

    @hw.asset(automation_condition=ANY_EAGER)
    def clean() -> None: ...

    with pytest.raises(hw.InvalidDefinitionError, match=r"'clean' has the automation condition .* is for jobs"):
        hw.Definitions([clean]).resolve()


def test_a_job_of_assets_with_different_partitions_has_no_condition() -> None:
    """No run would be for one partition of all."""

    @hw.asset(deps=["orders"], partitions_def=hw.StaticPartitionsDefinition(["x"]))
    def clean() -> None: ...

    @hw.asset(deps=[clean])
    def mart() -> None: ...

    job = hw.define_asset_job("nightly", automation_condition=ANY_EAGER)
    with pytest.raises(hw.InvalidDefinitionError, match="'clean' and 'mart' have different partitions"):
        build_snapshot(hw.Definitions([clean, mart], jobs=[job]))
