"""When a sensor is due, and what its run requests mean."""

from __future__ import annotations

import pytest
from builders import external, graph_of, native

from headwater.automation.decide_ticks import next_due, plan_requested
from headwater.automation.sensor_messages import RequestedRun
from headwater.definitions.snapshot import SensorSnapshot
from headwater.errors import ExternalAssetError, SensorResultError
from headwater.records.ticks import SensorState
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
