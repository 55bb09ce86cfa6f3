"""When a sensor is due, and what its run requests mean."""

from __future__ import annotations

import pytest
from builders import external, graph_of, native

from headwater.automation.ticks.decide import TickTimes, plan_failure, plan_success
from headwater.automation.ticks.decide_due import backoff, next_due
from headwater.automation.ticks.decide_requests import NO_FACTS, RequestFacts, plan_requested
from headwater.automation.ticks.messages import RequestedRun, TickReport
from headwater.definitions.snapshot import CheckSnapshot, JobSnapshot, SensorSnapshot
from headwater.errors import ExternalAssetError, SensorResultError
from headwater.records.automation.ticks import SensorState
from headwater.records.log.events import ErrorInfo
from headwater.testing import ManualClock

SENSOR = SensorSnapshot(name="s", minimum_interval=30)
GRAPH = graph_of(external("raw"), native("a", "raw"), native("b"))


def requested(*assets: str) -> RequestedRun:
    """A run request; without assets, of all targets."""
    return RequestedRun(run_key=None, assets=assets or None, partition=None, tags={})


def test_a_sensor_ticks_at_once_and_then_at_its_interval() -> None:
    """From the start of one tick to the start of the next is the minimum interval."""
    clock = ManualClock()
    first = next_due(SENSOR, SensorState(sensor="s"), clock.now())
    ticked = SensorState(sensor="s", last_tick_at=clock.now())
    clock.advance(10)

    assert clock.now() - 10_000_000 == first
    assert clock.now() + 20_000_000 == next_due(SENSOR, ticked, clock.now())


def test_a_sensor_that_is_off_ticks_only_when_asked() -> None:
    """A person's switch goes before the definition's, and a wish before both."""
    stopped = SensorState(sensor="s", running=False)
    by_default = SensorSnapshot(name="s", running_by_default=False)

    assert next_due(SENSOR, stopped, 5) is None
    assert next_due(by_default, SensorState(sensor="s"), 5) is None
    assert 5 == next_due(by_default, SensorState(sensor="s", running=True), 5)
    assert 5 == next_due(SENSOR, SensorState(sensor="s", running=False, tick_requested=True), 5)


def test_a_clock_that_was_set_back_stops_no_sensor() -> None:
    """A last tick in the future counts as one that was just now."""
    assert 40_000_000 == next_due(SENSOR, SensorState(sensor="s", last_tick_at=10**15), 10_000_000)


def test_a_request_without_assets_means_all_targets() -> None:
    """Targets are what a sensor may request, and what it means when it says nothing."""
    sensor = SensorSnapshot(name="s", targets=("a", "b"))

    assert ("a", "b") == plan_requested(GRAPH, sensor, requested(), 1)[0].assets
    assert ("b",) == plan_requested(GRAPH, sensor, requested("b"), 1)[0].assets


@pytest.mark.parametrize(
    ("targets", "assets", "error", "message"),
    [
        (None, (), SensorResultError, "without saying of what"),
        (("a",), ("b",), SensorResultError, "b, which is not among its targets"),
        (None, ("raw",), ExternalAssetError, "raw is an external asset"),
    ],
)
def test_a_request_that_cannot_be_fulfilled_is_refused(
    targets: tuple[str, ...] | None, assets: tuple[str, ...], error: type[Exception], message: str
) -> None:
    """The refusal names the sensor or the asset, and the mend."""
    sensor = SensorSnapshot(name="s", targets=targets)

    with pytest.raises(error, match=message):
        plan_requested(GRAPH, sensor, requested(*assets), 1)


def test_a_failed_tick_is_tried_again_later_and_later() -> None:
    """The wait doubles, give or take a quarter, up to five minutes or the sensor's own interval."""
    waits = [backoff(SENSOR, failures) for failures in range(1, 40)]

    assert all(0.75 * 2**n <= wait <= 1.25 * 2**n for n, wait in enumerate(waits[:8]))
    assert 225 <= waits[-1] <= 375
    assert 2_700 <= backoff(SensorSnapshot(name="s", minimum_interval=3_600), 40) <= 4_500


def test_what_failed_together_does_not_come_back_together() -> None:
    """The waits of different sensors differ."""
    waits = {backoff(SensorSnapshot(name=f"s{n}"), 3) for n in range(20)}

    assert 20 == len(waits)


def test_a_failure_keeps_the_cursor_and_a_success_forgets_it() -> None:
    """A failed tick changes nothing but when the next try is; the next good one starts from one interval again."""
    state = SensorState(sensor="s", cursor="5", version=3, failures=2)
    times = TickTimes(started_at=10, ended_at=1_000, due_at=10)

    failed = plan_failure(SENSOR, state, ErrorInfo(message="gone"), times)
    mended = plan_success(GRAPH, SENSOR, failed.leaves, TickReport(cursor="6"), times, NO_FACTS)

    assert ("5", 3, 1_000 + round(backoff(SENSOR, 3) * 1e6)) == (
        failed.leaves.cursor,
        failed.leaves.failures,
        failed.leaves.retry_at,
    )
    assert failed.leaves.retry_at == next_due(SENSOR, failed.leaves, 1_000)
    assert ("6", 0, None) == (mended.leaves.cursor, mended.leaves.failures, mended.leaves.retry_at)
    assert (3, 4) == (failed.ended.detail.attempt, mended.ended.detail.attempt)


def test_a_little_late_is_not_later_from_then_on() -> None:
    """A tick that began a little after it was due is followed by one that is on time again."""

    def after(started_at: int) -> int | None:
        times = TickTimes(started_at=started_at, ended_at=started_at, due_at=1_000_000)
        left = plan_success(GRAPH, SENSOR, SensorState(sensor="s"), TickReport(), times, NO_FACTS).leaves
        return next_due(SENSOR, left, started_at)

    assert 31_000_000 == after(2_000_000)
    assert 39_000_000 == after(9_000_000)


def test_a_run_key_counts_once() -> None:
    """Of requests with one key the first counts, and none whose key was used in an earlier tick."""
    sensor = SensorSnapshot(name="s", targets=("a", "b"))
    wanted = [("k", "a"), ("k", "b"), ("old", "a"), (None, "a"), (None, "a")]
    report = TickReport(runs=tuple(RequestedRun(run_key=key, assets=(asset,)) for key, asset in wanted))
    times = TickTimes(started_at=1, ended_at=2)

    planned = plan_success(GRAPH, sensor, SensorState(sensor="s"), report, times, RequestFacts(used_keys={"old"}))
    again = plan_success(GRAPH, sensor, planned.leaves, report, times, RequestFacts(used_keys={"old", "k"}))

    assert [("k", ("a",)), (None, ("a",)), (None, ("a",))] == [(key, run.assets) for key, run in planned.runs]
    assert "k" == planned.leaves.last_run_key
    assert 2 == len(again.runs)


def test_checks_may_be_asked_for() -> None:
    """Alone, or besides assets; those of assets that are made go with them."""
    checked = graph_of(
        native("a"),
        native("b"),
        checks=(CheckSnapshot(asset_key="a", name="c1"), CheckSnapshot(asset_key="b", name="c2")),
    )
    sensor = SensorSnapshot(name="s", targets=("a", "b"))
    alone = RequestedRun(checks=(("a", "c1"),))
    beside = RequestedRun(assets=("a",), checks=(("a", "c1"), ("b", "c2")))

    (run,) = plan_requested(checked, sensor, alone, 1)
    made, judged = plan_requested(checked, sensor, beside, 1)

    assert ((("a", "c1"),), ("a",)) == (run.checks, made.assets)
    assert ((), (("b", "c2"),)) == (made.checks, judged.checks)


def test_a_job_is_run_by_name() -> None:
    """The only one, or the one that the request names; of its assets perhaps a part."""
    graph = graph_of(native("a"), native("b"))
    graph.jobs.update({name: (JobSnapshot(name=name, assets=("a", "b"), selection="*"), "code") for name in "jk"})
    one, two = SensorSnapshot(name="s", jobs=("j",)), SensorSnapshot(name="s", jobs=("j", "k"))

    (run,) = plan_requested(graph, one, RequestedRun(run_config={"ops": {}}), 1)
    (part,) = plan_requested(graph, two, RequestedRun(job_name="k", assets=("b",)), 1)

    assert ("j", ("a", "b"), {"ops": {}}) == (run.job_name, run.assets, run.run_config)
    assert ("k", ("b",)) == (part.job_name, part.assets)
    for request, message in (
        (RequestedRun(), "give the RunRequest a job_name"),
        (RequestedRun(job_name="other"), "not among its jobs"),
    ):
        with pytest.raises(SensorResultError, match=message):
            plan_requested(graph, two, request, 1)


def test_what_is_fresh_is_left_out_on_request() -> None:
    """Where nothing is stale, there is no run."""
    sensor = SensorSnapshot(name="s", targets=("a", "b"))
    request = RequestedRun(stale_only=True)
    fresh = RequestFacts(is_fresh=lambda key, _partition: key == "a")

    (run,) = plan_requested(GRAPH, sensor, request, 1, fresh)
    assert ("b",) == run.assets
    assert [] == plan_requested(GRAPH, sensor, request, 1, RequestFacts(is_fresh=lambda *_: True))
