"""Conditions: what is requested after which events, and that nothing is lost or repeated."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from builders import checked, external, graph_of, made, native, run_event, step_event
from hypothesis import given
from hypothesis import strategies as st

from headwater.automation.conditions.decide import Conditions
from headwater.automation.conditions.decide_step import ASK_AGAIN_AFTER
from headwater.automation.conditions.decisions import Request
from headwater.definitions.conditions.condition import AutomationCondition
from headwater.definitions.partitions import DailyPartitionsDefinition, TimeWindowPartitionMapping
from headwater.definitions.snapshot import CheckSnapshot, DefinitionsSnapshot
from headwater.graph.asset_graph import AssetGraph, build_graph
from headwater.records.log.events import BackfillEvent, Event, EventKind, Materialization, NewEvent, RunEvent
from headwater.records.runs.backfills import Rests, Target
from headwater.records.runs.runs import BACKFILL_TAG

NOW = int(datetime(2026, 3, 10, 12, tzinfo=UTC).timestamp()) * 1_000_000
EAGER = AutomationCondition.eager()
DAILY = DailyPartitionsDefinition(start_date="2026-03-01").to_snapshot()


class World:
    """A graph, a log and the decisions taken on it, one commit at a time; runs are carried out when told."""

    def __init__(self, graph: AssetGraph) -> None:
        self.graph = graph
        self.conditions = Conditions(graph, now=NOW)
        self.conditions.begin()
        self.log: list[Event] = []
        self.requests: list[Request] = []
        self.open: dict[str, tuple[tuple[str, ...], str | None]] = {}
        self.started: dict[tuple[str, str], int] = {}

    def happen(self, *news: NewEvent) -> list[Request]:
        """Commit events together, decide, and queue what was decided."""
        moment = NOW + len(self.log) + 1
        decided = list(self.conditions.commit([self._append(new, moment) for new in news]).requests)
        self.requests += decided
        grouped: dict[str | None, list[str]] = {}
        for request in decided:
            for partition in request.partitions:
                grouped.setdefault(partition, []).append(request.asset_key)
        for partition, assets in grouped.items():
            run_id = f"run{len(self.log)}"
            self.open[run_id] = (tuple(assets), partition)
            self.conditions.await_run(run_id, assets, [partition])
            requested = run_event(EventKind.RUN_REQUESTED, run_id, *assets)
            self.happen(msgspec.structs.replace(requested, partition=partition))
        return decided

    def work(self) -> None:
        """Carry out the oldest queued run to its good end."""
        run_id = next(iter(self.open))
        self.begin(run_id)
        self.finish(run_id)

    def begin(self, run_id: str) -> None:
        """Start a run, which starts its first step."""
        self._start(run_id, self.open[run_id][0][0], self.open[run_id][1])

    def finish(self, run_id: str) -> list[Request]:
        """Make every asset of a run, one after another, and end it."""
        assets, partition = self.open.pop(run_id)
        for key in assets:
            if (run_id, key) not in self.started:
                self._start(run_id, key, partition)
            new = made(key, partition=partition, read_seq=self.started[(run_id, key)])
            self.happen(msgspec.structs.replace(new, run_id=run_id))
        ended = run_event(EventKind.RUN_SUCCEEDED, run_id, *assets)
        return self.happen(msgspec.structs.replace(ended, partition=partition))

    def _start(self, run_id: str, key: str, partition: str | None = None) -> None:
        self.happen(step_event(EventKind.STEP_STARTED, run_id, key, partition=partition))
        self.started[(run_id, key)] = len(self.log)

    def _append(self, new: NewEvent, moment: int) -> Event:
        seq = len(self.log) + 1
        fields = {name: getattr(new, name) for name in new.__struct_fields__}
        fields["timestamp"] = moment if new.timestamp is None else new.timestamp
        event = Event(seq=seq, recorded_at=moment, **fields)
        self.log.append(event)
        return event


def keys(requests: list[Request]) -> list[str]:
    """What was requested."""
    return [request.asset_key for request in requests]


def chain() -> World:
    """Raw → a → b, the last two automated."""
    return World(graph_of(external("raw"), native("a", "raw", condition=EAGER), native("b", "a", condition=EAGER)))


def test_a_report_requests_everything_below_in_one_decision() -> None:
    """What is downstream of what is requested is requested with it, upstream first."""
    world = chain()

    decided = world.happen(made("raw"))

    assert [("a", ("raw",)), ("b", ("a",))] == [(request.asset_key, tuple(request.because_of)) for request in decided]


def test_reports_while_a_run_waits_are_covered_by_it() -> None:
    """However many reports come before the run begins, it is requested once, and no more runs follow."""
    world = chain()
    world.happen(made("raw"))

    assert [] == world.happen(made("raw"))
    world.begin("run1")
    assert [] == world.finish("run1")


def test_a_report_while_a_run_works_leads_to_one_more() -> None:
    """An update that arrives after the step began to read is not lost: the asset is made again afterwards."""
    world = chain()
    world.happen(made("raw"))
    world.begin("run1")
    world.happen(made("raw"), made("raw"))

    assert ["a", "b"] == keys(world.finish("run1"))


def test_a_failed_run_is_not_repeated_until_something_changes() -> None:
    """A failure counts as an attempt; the next update leads to the next one."""
    world = chain()
    world.happen(made("raw"))
    world.begin("run1")

    assert [] == world.happen(run_event(EventKind.RUN_FAILED, "run1", "a", "b"))
    assert ["a", "b"] == keys(world.happen(made("raw")))


@pytest.mark.parametrize("kind", [EventKind.RUN_FAILED, EventKind.RUN_CANCELED])
def test_a_run_that_never_began_is_not_repeated_for_ever(kind: EventKind) -> None:
    """A run that was canceled, or could not begin, settles the assets that it names."""
    world = chain()
    world.happen(made("raw"))

    assert [] == world.happen(run_event(kind, "run1", "a", "b", settles=("a", "b")))


def test_a_skipped_asset_is_made_when_another_input_changed() -> None:
    """An asset that was skipped because one input failed is made for the sake of the other."""
    world = World(
        graph_of(
            external("raw"),
            external("other"),
            native("a", "raw", condition=EAGER),
            native("b", "a", "other", condition=EAGER),
        )
    )
    world.happen(made("a"), made("other"))
    world.work()
    world.happen(made("raw"), made("other"))
    run_id = next(iter(world.open))
    world.happen(step_event(EventKind.STEP_STARTED, run_id, "a"))

    assert ["b"] == keys(world.happen(run_event(EventKind.RUN_FAILED, run_id, "a", "b")))


def test_nothing_is_made_while_an_input_is_missing() -> None:
    """An asset waits until each of its inputs exists."""
    world = World(graph_of(external("x"), external("y"), native("a", "x", "y", condition=EAGER)))

    assert [] == world.happen(made("x"))
    assert ["a"] == keys(world.happen(made("y")))


def test_an_asset_waits_for_an_input_that_is_being_made() -> None:
    """A diamond whose sides are made in different runs is closed once, after both."""
    world = World(
        graph_of(external("raw"), native("l", "raw", condition=EAGER), native("b", "raw", "l", condition=EAGER))
    )
    world.happen(made("raw"), made("l"), made("b"))
    world.happen(run_event(EventKind.RUN_REQUESTED, "manual", "l"))

    assert [] == world.happen(made("raw"))
    world.happen(step_event(EventKind.STEP_STARTED, "manual", "l"), made("l"))
    assert ["b"] == keys(world.happen(run_event(EventKind.RUN_SUCCEEDED, "manual", "l")))


def test_assets_of_other_locations_wait_for_the_run_to_end() -> None:
    """What another location makes can't be in the same run, so what is below it comes afterwards."""
    graph = build_graph(
        [
            ("one", DefinitionsSnapshot(assets=(external("raw"), native("a", "raw", condition=EAGER)))),
            ("two", DefinitionsSnapshot(assets=(native("b", "a", condition=EAGER),))),
        ]
    )
    world = World(graph)

    assert ["a"] == keys(world.happen(made("raw")))
    world.work()
    assert ["a", "b"] == keys(world.requests)


def test_a_backdated_report_starts_nothing() -> None:
    """A report of something older than the newest version is history, not an update."""
    world = chain()
    world.happen(made("raw", timestamp=NOW + 1_000_000))
    world.work()

    assert [] == world.happen(made("raw", timestamp=5))


def test_what_a_sensor_notices_is_news_however_old() -> None:
    """A file that was delivered with an old modification time is read all the same."""
    world = chain()
    world.happen(made("raw", timestamp=NOW + 1_000_000))
    world.work()

    assert ["a", "b"] == keys(world.happen(made("raw", timestamp=5, via="sensor")))


def test_a_backdated_report_that_asks_for_it_is_news() -> None:
    """A load of the past starts what reads it where the reporter says that it is an update."""
    world = chain()
    world.happen(made("raw", timestamp=NOW + 1_000_000))
    world.work()
    told = NewEvent(kind=EventKind.MATERIALIZATION, payload=Materialization(news=True), asset_key="raw", timestamp=5)

    assert ["a", "b"] == keys(world.happen(told))


def test_a_backfill_is_in_progress_for_what_it_has_not_requested_yet() -> None:
    """It holds for each partition from the request of the backfill until the run for it, or the backfill, has ended."""
    condition = AutomationCondition.backfill_in_progress()
    graph = graph_of(native("a", condition=condition, partitions=DAILY), native("b", partitions=DAILY))
    conditions, days = Conditions(graph, now=NOW), ("2026-03-01", "2026-03-02", "2026-03-03")
    conditions.begin()
    seq = 0

    def happen(new: NewEvent, rests: Rests | None = None) -> list[tuple[int, int]]:
        nonlocal seq
        seq += 1
        fields = {name: getattr(new, name) for name in new.__struct_fields__} | {"timestamp": NOW + seq}
        conditions.commit([Event(seq=seq, recorded_at=NOW + seq, **fields)], rests=rests)
        return list(conditions.explain("a").holds)

    def backfill(kind: EventKind) -> NewEvent:
        return NewEvent(kind=kind, payload=BackfillEvent(backfill="x", assets=("a",), amount=3))

    def run(kind: EventKind) -> NewEvent:
        payload = RunEvent(assets=("a",), tags={BACKFILL_TAG: "x"})
        return NewEvent(kind=kind, payload=payload, run_id="r", partition=days[0])

    asked = happen(backfill(EventKind.BACKFILL_REQUESTED), {"x": (Target("a", days),)})
    running = happen(run(EventKind.RUN_REQUESTED))
    made_one = happen(run(EventKind.RUN_SUCCEEDED))
    ended = happen(backfill(EventKind.BACKFILL_COMPLETED))

    assert [[(0, 3)], [(0, 3)], [(1, 3)], []] == [asked, running, made_one, ended]


def test_what_waits_for_nothing_is_not_asked_for_at_each_look() -> None:
    """A partition that reads nothing upstream simply is so: it is asked for once, not again while it is being made."""
    condition = AutomationCondition.all_deps_match(AutomationCondition.missing().newly_true())
    yesterday = TimeWindowPartitionMapping(start_offset=-1, end_offset=-1).to_snapshot()
    below = msgspec.structs.replace(
        native("a", "up", condition=condition, partitions=DAILY), mappings={"up": yesterday}
    )
    conditions = Conditions(graph_of(external("up", partitions=DAILY), below), now=NOW)
    conditions.begin()
    asked: list[Request] = []
    for seq, new in enumerate(
        (run_event(EventKind.RUN_REQUESTED, "r", "a"), step_event(EventKind.STEP_STARTED, "r", "a"), made("up")), 1
    ):
        placed = msgspec.structs.replace(new, partition="2026-03-01", timestamp=NOW)
        fields = {name: getattr(placed, name) for name in placed.__struct_fields__}
        asked += conditions.commit([Event(seq=seq, recorded_at=NOW + seq, **fields)]).requests

    assert [] == [request.partitions for request in asked if "2026-03-01" in request.partitions]


def test_the_code_of_what_has_no_condition_is_followed_too() -> None:
    """`code_version_changed` asked of an upstream asset holds when that changes, though nobody automates it."""
    condition = AutomationCondition.any_deps_match(AutomationCondition.code_version_changed())

    def graph(version: str) -> AssetGraph:
        up = msgspec.structs.replace(native("up"), code_version=version)
        return graph_of(up, native("a", "up", condition=condition))

    conditions = Conditions(graph("1"), now=NOW)
    before = conditions.begin().requests
    conditions.use_graph(graph("2"))

    assert ([], ["a"]) == (keys(list(before)), keys(list(conditions.begin().requests)))


def test_other_definitions_do_not_forget_what_is_to_be_asked_again() -> None:
    """What simply stays true is asked again after its time, though a deployment came in between."""
    graph = graph_of(native("a", condition=AutomationCondition.missing()), native("b"))
    conditions = Conditions(graph, now=NOW)
    conditions.begin()
    conditions.await_run("r", ["a"], [None])
    for seq, new in enumerate(
        (
            run_event(EventKind.RUN_REQUESTED, "r", "a"),
            step_event(EventKind.STEP_STARTED, "r", "a"),
            step_event(EventKind.STEP_FAILED, "r", "a"),
            run_event(EventKind.RUN_FAILED, "r", "a"),
        ),
        1,
    ):
        fields = {name: getattr(new, name) for name in new.__struct_fields__} | {"timestamp": NOW}
        conditions.commit([Event(seq=seq, recorded_at=NOW + seq, **fields)])
    conditions.use_graph(graph_of(native("a", condition=AutomationCondition.missing()), native("c")))
    at_once = conditions.begin().requests
    due = conditions.due()

    assert ((), NOW + ASK_AGAIN_AFTER) == (at_once, due)
    assert ["a"] == keys(list(conditions.pass_time(NOW + ASK_AGAIN_AFTER).requests))


def test_a_result_about_the_whole_asset_is_about_later_partitions_too() -> None:
    """A check that failed for the asset as a whole also stands for a partition that comes afterwards."""
    condition = AutomationCondition.any_checks_match(AutomationCondition.check_failed())
    asset = native("a", condition=condition, partitions=DAILY)
    conditions = Conditions(graph_of(asset, checks=(CheckSnapshot(asset_key="a", name="ok"),)), now=NOW)
    conditions.begin()
    new = checked("a", "ok", passed=False)
    fields = {name: getattr(new, name) for name in new.__struct_fields__} | {"timestamp": NOW}
    conditions.commit([Event(seq=1, recorded_at=NOW, **fields)])
    before = conditions.explain("a").holds
    conditions.pass_time(NOW + 24 * 3600 * 1_000_000)

    assert (((0, 9),), ((0, 10),)) == (before, conditions.explain("a").holds)


def test_what_happened_before_the_condition_starts_nothing() -> None:
    """A condition that comes into force looks at what happens from then on."""
    world = World(graph_of(external("raw")))
    world.happen(made("raw"))

    world.conditions.use_graph(graph_of(external("raw"), native("a", "raw", condition=EAGER)))

    assert [] == keys(list(world.conditions.begin().requests))
    assert ["a"] == keys(world.happen(made("raw")))


def test_eager_follows_the_newest_partition_only() -> None:
    """Of a daily asset, eager makes the newest day; without the window it makes whichever day was reported."""
    older = EAGER.without(AutomationCondition.in_latest_time_window())
    world = World(
        graph_of(
            external("lake", partitions=DAILY),
            native("newest", "lake", condition=EAGER, partitions=DAILY),
            native("every", "lake", condition=older, partitions=DAILY),
        )
    )

    decided = world.happen(made("lake", partition="2026-03-02"), made("lake", partition="2026-03-09"))

    assert {("every", "2026-03-02"), ("every", "2026-03-09"), ("newest", "2026-03-09")} == {
        (request.asset_key, partition) for request in decided for partition in request.partitions
    }


@pytest.mark.parametrize("partition", ["2026-03-10", "2026-04-01", "banana", None])
def test_a_partition_that_does_not_exist_starts_nothing(partition: str | None) -> None:
    """A report for a day that has not ended, or is no day, makes nothing; one without a day concerns every day."""
    condition = EAGER.without(AutomationCondition.in_latest_time_window())
    world = World(
        graph_of(external("lake", partitions=DAILY), native("a", "lake", condition=condition, partitions=DAILY))
    )

    decided = world.happen(made("lake", partition=partition))

    assert [] == decided


def test_an_unknown_operand_is_an_error_that_names_the_asset() -> None:
    """A condition of a newer release is refused, not guessed; other assets go on."""
    odd = native("a", "raw", condition=AutomationCondition("full_moon"))
    world = World(graph_of(external("raw"), odd, native("b", "raw", condition=EAGER)))

    assert ["b"] == keys(world.happen(made("raw")))
    assert {"a": "a: the condition 'full_moon' is not known to this release."} == world.conditions.plan.refused


@st.composite
def worlds(draw: st.DrawFn) -> tuple[World, list[str]]:
    """A random graph of up to eight assets, all but the roots automated."""
    count = draw(st.integers(2, 8))
    assets = []
    for number in range(count):
        deps = [f"n{up}" for up in range(number) if draw(st.booleans())]
        assets.append(native(f"n{number}", *deps, condition=EAGER) if deps else external(f"n{number}"))
    return World(graph_of(*assets)), [asset.key for asset in assets if asset.kind == "external"]


@given(made_world=worlds(), data=st.data())
def test_whatever_the_order_everything_ends_fresh(made_world: tuple[World, list[str]], data: st.DataObject) -> None:
    """Reports and runs interleaved in any way end with each asset made after the newest version of its inputs."""
    world, roots = made_world
    world.happen(*(made(key) for key in roots))
    begun: list[str] = []
    for _ in range(data.draw(st.integers(0, 12))):
        move = data.draw(st.sampled_from(["report", "begin", "finish"]))
        waiting = [run_id for run_id in world.open if run_id not in begun]
        if move == "report":
            world.happen(made(data.draw(st.sampled_from(roots))))
        elif move == "begin" and waiting:
            begun.append(data.draw(st.sampled_from(waiting)))
            world.begin(begun[-1])
        elif move == "finish" and begun:
            world.finish(begun.pop(data.draw(st.integers(0, len(begun) - 1))))
    for _ in range(200):
        if not world.open:
            break
        run_id = next(iter(world.open))
        if run_id not in begun:
            world.begin(run_id)
        world.finish(run_id)

    assert not world.open
    newest = {event.asset_key: event for event in world.log if event.kind is EventKind.MATERIALIZATION}
    for node in world.graph.nodes:
        for up in world.graph.upstream_keys(node.key):
            below, above = newest[node.key], newest[up]
            in_one_run = below.run_id is not None and below.run_id == above.run_id
            assert in_one_run or world.started[(below.run_id or "", node.key)] > above.seq


@pytest.mark.parametrize(
    ("condition", "asked"),
    [
        (EAGER, ["b", "a"]),
        (EAGER.allow("a"), ["a"]),
        (EAGER.ignore("a"), ["b"]),
        (EAGER.ignore("key:a").ignore("key:b"), []),
        (EAGER.allow("a or b").ignore("b"), ["a"]),
    ],
)
def test_a_condition_looks_at_what_it_is_allowed_to(condition: AutomationCondition, asked: list[str]) -> None:
    """Updates of other upstream assets lead to nothing, and it does not wait for them."""
    graph = graph_of(external("a"), external("b"), native("c", "a", "b", condition=condition))
    world = World(graph)
    if condition is EAGER:
        world.happen(made("a"), made("b"))
        world.work()

    found = []
    for key in ("b", "a"):
        if world.happen(made(key)):
            found.append(key)
            world.work()

    assert asked == found
