"""Which runs begin: limits hold, nothing waits for nothing, priorities come first, and no location starves."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.errors import SettingsError
from headwater.records.runs.coalesce import coalesce
from headwater.records.runs.decide_queue import QueueDecision, decide_queue
from headwater.records.runs.limits import Limit, priority_of
from headwater.records.runs.runs import Cause, Run, RunStatus

POOLS = {"a": "warehouse", "b": "warehouse", "c": "api"}


def run(number: int, *, location: str = "main", assets: tuple[str, ...] = ("a",), **given: object) -> Run:
    """A run that waits; the number is its age, the smaller the older."""
    return Run(
        run_id=f"run{number:04}",
        location=location,
        assets=assets,
        status=RunStatus.QUEUED,
        cause=Cause(kind="app"),
        created_at=number,
        **given,  # type: ignore[arg-type]
    )


runs = st.lists(
    st.builds(
        lambda location, asset, priority, team, job: run(
            0,
            location=location,
            assets=(asset,),
            tags={"headwater/priority": str(priority), **({"team": team} if team else {})},
            job_name=job,
        ),
        st.sampled_from(["main", "other", "third"]),
        st.sampled_from(["a", "b", "c", "d"]),
        st.integers(-1, 1),
        st.sampled_from([None, "x", "y"]),
        st.sampled_from([None, "nightly"]),
    ),
    max_size=25,
).map(lambda made: [_numbered(each, number) for number, each in enumerate(made)])
few = st.integers(0, 3)
limits = st.lists(
    st.one_of(
        st.builds(Limit, kind=st.just("all"), most=st.integers(0, 4)),
        st.builds(Limit, kind=st.just("tag"), name=st.sampled_from(["team", "team=x", "team=*"]), most=few),
        st.builds(Limit, kind=st.just("pool"), name=st.sampled_from(["*", "warehouse"]), most=few),
        st.builds(Limit, kind=st.just("asset"), name=st.sampled_from(["*", "a"]), most=few),
        st.builds(Limit, kind=st.just("job"), name=st.just("*"), most=few),
        st.builds(Limit, kind=st.just("location"), name=st.sampled_from(["*", "main"]), most=few),
    ),
    max_size=4,
    unique_by=lambda limit: (limit.kind, limit.name),
)


def _numbered(each: Run, number: int) -> Run:
    return run(number, location=each.location, assets=each.assets, tags=each.tags, job_name=each.job_name)


def decide(queued: list[Run], started: list[Run], bounds: list[Limit], room: int) -> QueueDecision:
    """The decision over the pools of this file."""
    return decide_queue(queued, started, limits=bounds, pools=POOLS, room=room)


def taken(going_on: list[Run], bounds: list[Limit]) -> Counter[tuple[Limit, str]]:
    """How many runs stand in each place of each limit."""
    return Counter((limit, name) for each in going_on for limit in bounds for name in limit.slots(each, POOLS))


@given(runs, limits, st.integers(0, 6), st.integers(0, 8))
def test_limits_hold_and_nothing_waits_for_nothing(
    all_runs: list[Run], bounds: list[Limit], going_on: int, room: int
) -> None:
    """No limit is exceeded by what begins; and whatever waits would exceed one, or there is no room."""
    started, queued = all_runs[:going_on], all_runs[going_on:]
    decision = decide(queued, started, bounds, room)
    by_id = {each.run_id: each for each in queued}
    begun = [by_id[run_id] for run_id in decision.start]
    before, after = taken(started, bounds), taken([*started, *begun], bounds)

    assert set(by_id) == set(decision.start) | set(decision.waiting)
    assert len(by_id) == len(decision.start) + len(decision.waiting)
    assert len(begun) <= room
    assert all(count <= slot[0].most or count == before[slot] for slot, count in after.items())
    for run_id in decision.waiting:
        own = taken([by_id[run_id]], bounds)
        assert len(begun) == room or any(after[slot] >= slot[0].most for slot in own)


@given(runs, limits, st.integers(0, 8))
def test_of_runs_alike_the_one_with_priority_begins_then_the_older(
    queued: list[Run], bounds: list[Limit], room: int
) -> None:
    """A run never begins while one of its location and limits waits that comes before it."""
    decision = decide(queued, [], bounds, room)
    begun = set(decision.start)

    for first in queued:
        for second in queued:
            alike = first.location == second.location and taken([first], bounds) == taken([second], bounds)
            earlier = (-priority_of(first.tags), first.created_at) < (-priority_of(second.tags), second.created_at)
            assert not (alike and earlier and second.run_id in begun and first.run_id not in begun)


@given(st.integers(1, 60), st.integers(1, 8), st.integers(0, 6))
def test_a_flood_does_not_starve_another_location(flood: int, room: int, going_on: int) -> None:
    """However many runs of one location came first, the other's only run begins among the first two."""
    started = [run(1_000 + number, location="flooded") for number in range(going_on)]
    queued = [*(run(number, location="flooded") for number in range(flood)), run(500, location="quiet")]
    decision = decide(queued, started, [], room)

    assert "run0500" in decision.start[:2] or room == 1


def test_what_a_run_waits_for_is_said() -> None:
    """The limit with its number, the missing location, or a free place."""
    decision = decide_queue(
        [run(0), run(1), run(2, assets=("d",)), run(3, assets=("d",)), run(4, location="gone")],
        [],
        limits=[Limit(kind="pool", name="warehouse", most=1)],
        pools=POOLS,
        room=2,
        locations={"main"},
    )

    assert ("run0000", "run0002") == decision.start
    assert {
        "run0001": "the limit of 1 for pool warehouse",
        "run0003": "a free place",
        "run0004": "its code location gone, which no engine has loaded",
    } == decision.waiting


def test_a_pool_counts_steps_and_holds_back_only_runs_that_need_it_at_once() -> None:
    """Two steps of one run fill it: a run of that pool alone waits, one that can begin elsewhere does not."""
    bounds = [Limit(kind="pool", name="*", most=2)]
    decision = decide_queue(
        [run(1), run(2, assets=("a", "d")), run(3, assets=("c",))],
        [run(0, assets=("a", "b", "d"))],
        limits=bounds,
        pools=POOLS,
        room=8,
        steps={("run0000", "warehouse"): 2},
    )

    assert ("run0002", "run0003") == decision.start
    assert {"run0001": "the limit of 2 for pool *"} == decision.waiting


@pytest.mark.parametrize(
    ("tags", "priority"),
    [
        ({}, 0),
        ({"headwater/priority": "3"}, 3),
        ({"dagster/priority": "-2"}, -2),
        ({"headwater/priority": "high", "dagster/priority": "1"}, 1),
    ],
)
def test_priorities_are_tags(tags: dict[str, str], priority: int) -> None:
    """Either name; what is no number counts as none."""
    assert priority == priority_of(tags)


def test_a_request_joins_the_waiting_run_for_the_same() -> None:
    """With the same assets, partition, tags and config; anything else is a run of its own."""
    waiting = [run(0, partition="2024-01-01"), run(1, assets=("b",), tags={"team": "x"})]
    new, joins = coalesce(
        [run(2, partition="2024-01-01"), run(3, partition="2024-01-02"), run(4, assets=("b",))], waiting
    )

    assert ["run0003", "run0004"] == [each.run_id for each in new]
    assert ["run0000"] == [join.run.run_id for join in joins]


@pytest.mark.parametrize("given", [{"kind": "pool", "most": 1}, {"kind": "all", "name": "x", "most": 1}])
def test_a_limit_that_makes_no_sense_is_refused(given: dict[str, object]) -> None:
    """A name where there must be one, and nowhere else; no negative number."""
    with pytest.raises(SettingsError):
        Limit(**given)  # type: ignore[arg-type]
    with pytest.raises(SettingsError):
        Limit(kind="all", most=-1)
