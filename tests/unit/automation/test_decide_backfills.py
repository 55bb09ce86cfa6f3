"""What a backfill requests next, against a model that looks at each partition by itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec
import pytest
from builders import external, graph_of
from hypothesis import given, settings
from hypothesis import strategies as st

import headwater as hw
from headwater.automation.backfills.decide import Wanted, decide_backfill
from headwater.automation.backfills.state import BackfillState
from headwater.automation.backfills.targets import choose_targets
from headwater.definitions.partitions import Ordinals, PartitionMapping, PartitionsDefinition
from headwater.definitions.snapshot import AssetSnapshot, DefinitionsSnapshot
from headwater.errors import ExternalAssetError, InvalidParameterError, UnknownPartitionError
from headwater.graph.asset_graph import AssetGraph, build_graph
from headwater.graph.partition_links import PartitionLinks
from headwater.records.log.partition_states import PartitionStatus
from headwater.records.runs.backfills import BackfillRun, Target
from headwater.records.runs.runs import RunStatus

NOW = datetime(2026, 1, 15, tzinfo=UTC)
DAYS = hw.DailyPartitionsDefinition("2026-01-01")
WEEKS = hw.WeeklyPartitionsDefinition("2025-12-28")
LETTERS = hw.StaticPartitionsDefinition([*"abcdefgh"])
YESTERDAY = hw.TimeWindowPartitionMapping(start_offset=-1, end_offset=-1)
SINGLE = hw.BackfillPolicy.single_run()
Part = tuple[str, str]


def asset(
    key: str,
    *deps: str,
    by: PartitionsDefinition | None = DAYS,
    mappings: Mapping[str, PartitionMapping] | None = None,
    policy: hw.BackfillPolicy | None = None,
    op: str | None = None,
) -> AssetSnapshot:
    """A native asset."""
    return AssetSnapshot(
        key=key,
        kind="native",
        deps=deps,
        partitions=None if by is None else by.to_snapshot(),
        mappings={up: mapping.to_snapshot() for up, mapping in (mappings or {}).items()},
        backfill=policy,
        op=op,
    )


class Estate:
    """A backfill whose runs end as a test says, decided on from its records alone whenever that is asked for."""

    def __init__(
        self,
        graph: AssetGraph,
        keys: list[str],
        *,
        partitions: list[str] | None = None,
        policy: hw.BackfillPolicy | None = None,
    ) -> None:
        self.graph, self.policy = graph, policy
        self.links = PartitionLinks(graph, NOW)
        self.targets = choose_targets(graph, self.links, keys, partitions=partitions, policy=policy).targets
        self.runs: dict[str, BackfillRun] = {}
        self.restart()

    def restart(self) -> None:
        """Forget everything but what is kept."""
        self.links = PartitionLinks(self.graph, NOW)
        self.state = BackfillState(self.graph, self.links, self.targets, self.policy, self.runs.values())

    def request(self, room: int = 1_000) -> list[BackfillRun]:
        """Request what may begin."""
        begun = [self._run(wanted) for wanted in decide_backfill(self.state, room).requests]
        for run in begun:
            self.runs[run.run_id] = run
            self.state.add(run)
        return begun

    def _run(self, wanted: Wanted) -> BackfillRun:
        keys = self.links.parts(wanted.assets[0]).keys.select(wanted.numbers)
        self.count = getattr(self, "count", 0) + 1
        return BackfillRun(
            run_id=f"r{self.count}", assets=wanted.assets, partitions=tuple(keys), status=RunStatus.QUEUED
        )

    def end(self, run: BackfillRun, failing: set[Part] = frozenset()) -> None:  # type: ignore[assignment]
        """End a run: an asset fails with any of its partitions, and stops those of the run that read it."""
        made: list[str] = []
        failed: list[str] = []
        order = [node.key for node in (self.graph.nodes[number] for number in self.graph.order)]
        stopped: set[str] = set()
        for key in sorted(run.assets, key=order.index):
            if stopped & set(self.graph.upstream_keys(key)):
                stopped.add(key)
            elif any((key, partition) in failing for partition in run.partitions):
                failed.append(key)
                stopped.add(key)
            else:
                made.append(key)
        status = RunStatus.FAILURE if stopped else RunStatus.SUCCESS
        ended = msgspec.structs.replace(run, status=status, settled=True, made=tuple(made), failed=tuple(failed))
        self.runs[run.run_id] = ended
        self.state.add(ended)

    def retry(self) -> None:
        """Make again what failed."""
        self.runs = {name: msgspec.structs.replace(run, retried=run.settled) for name, run in self.runs.items()}
        self.restart()

    def standing(self, key: str) -> dict[str, list[str]]:
        """The partitions of an asset by how they stand."""
        found = self.state.standing(decide_backfill(self.state, 0).blocked)[key]
        keys = self.links.parts(key).keys
        fields = ("materialized", "failed", "in_progress", "queued", "waiting", "blocked")
        return {name: keys.select(getattr(found, name)) for name in fields if getattr(found, name)}


def shown(runs: list[BackfillRun]) -> list[tuple[str, str]]:
    """Assets and partitions of runs, in short."""
    return [
        (
            "+".join(run.assets),
            run.partitions[0] if len(run.partitions) == 1 else "...".join(run.partitions[:: len(run.partitions) - 1]),
        )
        for run in runs
    ]


def test_assets_that_go_together_are_one_run_for_each_partition() -> None:
    """Equal partitions, one location and nothing between them: one run makes both, partition by partition."""
    estate = Estate(
        graph_of(asset("a"), asset("b", "a"), asset("c")), ["a", "b", "c"], partitions=["2026-01-02...2026-01-03"]
    )
    assert {("a+b+c", "2026-01-02"), ("a+b+c", "2026-01-03")} == {
        ("+".join(sorted(run.assets)), run.partitions[0]) for run in estate.request()
    }


def test_a_week_waits_for_its_days_and_goes_before_the_days_of_the_next() -> None:
    """A downstream partition is requested as soon as what it reads is made, and what can be finished goes first."""
    estate = Estate(
        graph_of(asset("day"), asset("week", "day", by=WEEKS)), ["day", "week"], partitions=["2026-01-02...2026-01-14"]
    )
    first = estate.request(room=3)
    assert [("day", "2026-01-02"), ("day", "2026-01-03"), ("day", "2026-01-04")] == shown(first)
    estate.end(first[0])
    estate.end(first[1])
    # The week from 12-28 reads 01-01 too, which is no part of the backfill.
    assert [("week", "2025-12-28"), ("day", "2026-01-05")] == shown(estate.request(room=2))
    assert ["2026-01-04"] == estate.standing("week")["waiting"]


def test_batches_are_whole_and_ranges_have_no_gaps() -> None:
    """`multi_run(n)` divides each range; a batch downstream waits until none of it waits."""
    graph = graph_of(asset("a"), asset("b", "a", policy=hw.BackfillPolicy.multi_run(3)))
    estate = Estate(graph, ["a", "b"], partitions=["2026-01-01...2026-01-04", "2026-01-06"])
    runs = estate.request()
    assert ["2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04", "2026-01-06"] == [run.partitions[0] for run in runs]
    for run in runs[:2]:
        estate.end(run)
    assert [] == estate.request()
    for run in runs[2:]:
        estate.end(run, {("a", "2026-01-06")})
    assert {("b", "2026-01-01...2026-01-03"), ("b", "2026-01-04")} == set(shown(estate.request()))
    assert {"queued": ["2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04"], "blocked": ["2026-01-06"]} == (
        estate.standing("b")
    )


def test_single_run() -> None:
    """Each range without gaps is one run, and the policy of the request goes before the asset's."""
    estate = Estate(graph_of(asset("a")), ["a"], partitions=["2026-01-01...2026-01-09", "2026-01-11"], policy=SINGLE)
    assert [("a", "2026-01-01...2026-01-09"), ("a", "2026-01-11")] == shown(estate.request())


def test_a_failure_stops_only_what_is_below_it() -> None:
    """What reads a failed partition is blocked, also where others of the same run don't; a retry makes just that."""
    graph = graph_of(asset("a"), asset("b", "a"), asset("c"), asset("whole", "b", by=None))
    estate = Estate(graph, ["a", "b", "c", "whole"], partitions=["2026-01-01", "2026-01-02"])
    for run in estate.request():
        estate.end(run, {("a", "2026-01-02")})
    assert [] == estate.request()
    assert {"materialized": ["2026-01-01"], "failed": ["2026-01-02"]} == estate.standing("a")
    assert {"materialized": ["2026-01-01"], "blocked": ["2026-01-02"]} == estate.standing("b")
    assert {"materialized": ["2026-01-01", "2026-01-02"]} == estate.standing("c")
    assert {"blocked": [""]} == estate.standing("whole")
    estate.retry()
    again = estate.request()
    assert [{"a", "b"}] == [set(run.assets) for run in again]
    estate.end(again[0])
    assert [("whole", "")] == shown(estate.request())


def test_an_asset_that_reads_its_past_is_made_in_order() -> None:
    """One partition at a time; what comes after a failure is blocked; a range in one run needs no waiting."""
    graph = graph_of(asset("a", "a", mappings={"a": YESTERDAY}))
    estate = Estate(graph, ["a"], partitions=["2026-01-02...2026-01-05"])
    (first,) = estate.request()
    estate.end(first)
    (second,) = estate.request()
    assert ("2026-01-03",) == second.partitions
    estate.end(second, {("a", "2026-01-03")})
    assert [] == estate.request()
    assert ["2026-01-04", "2026-01-05"] == estate.standing("a")["blocked"]
    assert 1 == len(Estate(graph, ["a"], policy=SINGLE).request())


def test_what_one_function_makes_is_made_together() -> None:
    """Whoever asks for one output gets all of them."""
    graph = graph_of(asset("x", op="f"), asset("y", op="f"))
    estate = Estate(graph, ["x"], partitions=["2026-01-02"])
    assert [("x+y", "2026-01-02")] == shown(estate.request())


def test_assets_of_two_locations_between_each_other() -> None:
    """A run goes to one location; assets with another one's between them are made apart."""
    graph = build_graph(
        [
            ("one", DefinitionsSnapshot(assets=(asset("a"), asset("c", "b"), asset("d", "a")))),
            ("two", DefinitionsSnapshot(assets=(asset("b", "a"),))),
        ]
    )
    estate = Estate(graph, ["a", "b", "c", "d"], partitions=["2026-01-02"])
    made = []
    while runs := estate.request():
        for run in runs:
            made.append(tuple(sorted(run.assets)))
            estate.end(run)
    assert [("a", "d"), ("b",), ("c",)] == made


def test_what_can_not_be_asked_for() -> None:
    """Errors name the asset and the partition, and what is left to make."""
    graph = graph_of(asset("a"), external("e"), asset("p", "q"), asset("q", "p"))
    links = PartitionLinks(graph, NOW)
    with pytest.raises(UnknownPartitionError, match="a: There is no partition '2027-01-01'"):
        choose_targets(graph, links, ["a"], partitions=["2027-01-01"])
    with pytest.raises(ExternalAssetError):
        choose_targets(graph, links, ["e"])
    with pytest.raises(InvalidParameterError, match="in a circle"):
        choose_targets(graph, links, ["p", "q"])
    everything = {"a": {PartitionStatus.MATERIALIZED: links.parts("a").keys.all()}}
    with pytest.raises(UnknownPartitionError, match="no partition is failed or missing"):
        choose_targets(
            graph, links, ["a"], only=[PartitionStatus.MISSING, PartitionStatus.FAILED], standings=everything
        )
    with pytest.raises(UnknownPartitionError, match="not partitioned"):
        choose_targets(graph_of(asset("w", by=None)), links, ["w"], partitions=["x"])


def test_only_what_is_missing_or_failed() -> None:
    """The standing of each asset's own partitions decides."""
    graph = graph_of(asset("a"), asset("b", "a"))
    links = PartitionLinks(graph, NOW)
    standings = {
        "a": {PartitionStatus.MATERIALIZED: Ordinals.span(0, 12), PartitionStatus.FAILED: Ordinals([12])},
        "b": {PartitionStatus.MATERIALIZED: Ordinals.span(0, 14)},
    }
    plan = choose_targets(graph, links, ["a", "b"], only=[PartitionStatus.MISSING], standings=standings)
    assert (Target("a", ("2026-01-14",)),) == plan.targets
    plan = choose_targets(graph, links, ["a", "b"], only=[PartitionStatus.FAILED], standings=standings)
    assert (Target("a", ("2026-01-13",)),) == plan.targets


MAPPINGS: dict[str, PartitionMapping | None] = {
    "same": None,
    "all": hw.AllPartitionMapping(),
    "last": hw.LastPartitionMapping(),
    "shifted": hw.StaticPartitionMapping({"a": "b", "b": "c", "c": ["d", "e"], "f": "a"}),
}


@st.composite
def estates(draw: st.DrawFn) -> Estate:
    """Up to five assets in two locations, over letters or none, with all sorts of mappings and policies."""
    number = draw(st.integers(1, 5))
    by_location: dict[str, list[AssetSnapshot]] = {"one": [], "two": []}
    names: list[str] = []
    for place in range(number):
        key = f"k{place}"
        deps = draw(st.lists(st.sampled_from(names), unique=True, max_size=3)) if names else []
        mappings = {up: draw(st.sampled_from(list(MAPPINGS.values()))) for up in deps}
        made = asset(
            key,
            *deps,
            by=draw(st.sampled_from([LETTERS, LETTERS, None])),
            mappings={up: mapping for up, mapping in mappings.items() if mapping is not None},
            policy=draw(st.sampled_from([None, hw.BackfillPolicy.multi_run(3), SINGLE])),
        )
        by_location[draw(st.sampled_from(["one", "one", "two"]))].append(made)
        names.append(key)
    graph = build_graph([(name, DefinitionsSnapshot(assets=tuple(mine))) for name, mine in by_location.items()])
    return Estate(graph, names)


class Model:
    """What must hold, worked out for each partition by itself."""

    def __init__(self, estate: Estate, failing: set[Part]) -> None:
        self.wanted = {(target.asset, key) for target in estate.targets for key in target.partitions}
        self.reads = {
            part: {
                (up, key)
                for up in estate.graph.upstream_keys(part[0])
                for key in estate.links.keys_read(part[0], part[1], up)
            }
            & self.wanted
            for part in self.wanted
        }
        self.made: set[Part] = set()
        self.requested: list[Part] = []

    def check(self, run: BackfillRun) -> None:
        """Nothing is requested twice, or before what it reads."""
        mine = {(key, partition) for key in run.assets for partition in run.partitions}
        for part in mine:
            assert self.reads[part] <= self.made | mine, f"{part} was requested before what it reads"
            assert part not in self.requested
        self.requested += mine

    def end(self, run: BackfillRun) -> None:
        """Note what a run made."""
        self.made |= {(key, partition) for key in run.made for partition in run.partitions}


@settings(deadline=None)
@given(estates(), st.data())
def test_every_order_of_ends_is_right(estate: Estate, data: st.DataObject) -> None:
    """Order is kept, everything is made once, a failure stops what is below it alone, and restarts change nothing."""
    parts = sorted((target.asset, key) for target in estate.targets for key in target.partitions)
    failing = set(data.draw(st.lists(st.sampled_from(parts), max_size=3)))
    model = Model(estate, failing)
    under_way: list[BackfillRun] = []
    failed_with_run: set[Part] = set()
    while True:
        if data.draw(st.booleans()):
            estate.restart()
        most = data.draw(st.integers(1, 4))
        begun = estate.request(max(0, most - len(under_way)))
        assert len(under_way) + len(begun) <= max(most, len(under_way))
        for run in begun:
            model.check(run)
        under_way += begun
        if not under_way:
            break
        run = under_way.pop(data.draw(st.integers(0, len(under_way) - 1)))
        estate.end(run, failing)
        ended = estate.runs[run.run_id]
        model.end(ended)
        failed_with_run |= {(key, partition) for key in ended.failed for partition in ended.partitions}
    # Of what a failed run left unmade, some is below a failure only because one run makes all of it.
    left = model.wanted - model.made - failed_with_run
    below = set(failed_with_run)
    while more := {part for part in left - below if model.reads[part] & below}:
        below |= more
    assert left <= below

    estate.retry()
    model.requested = list(model.made)
    while begun := estate.request():
        for run in begun:
            model.check(run)
            estate.end(run)
            model.end(estate.runs[run.run_id])
    assert model.wanted == model.made
    assert estate.state.is_all_made()


def test_ten_thousand_partitions_are_decided_on_quickly_enough_to_count() -> None:
    """A decision looks at sets, so that all of a big backfill's decisions together are a matter of seconds."""
    hours = hw.HourlyPartitionsDefinition("2024-11-01-00:00")
    graph = graph_of(asset("a", by=hours), asset("b", "a", by=hours))
    estate = Estate(graph, ["a", "b"], partitions=["2024-11-01-00:00...2025-11-01-00:00"])
    made = 0
    while begun := estate.request(room=16):
        for run in begun:
            estate.end(run)
            made += 1
    assert 365 * 24 + 1 == made
