"""Sensors that are called for events: what they take, and the contexts that tests build for them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

import headwater as hw
from headwater.definitions.build_snapshot import build_snapshot
from headwater.definitions.snapshot import WatchSnapshot


@hw.asset
def orders() -> int:
    """An asset."""
    return 1


raw = hw.AssetSpec("raw")
NIGHTLY = hw.define_asset_job("nightly", selection=["orders"])


def watch_of(sensor: hw.SensorDefinition) -> WatchSnapshot:
    """What calls a sensor, as the engine knows it."""
    (found,) = build_snapshot(hw.Definitions(assets=[orders, raw], jobs=[NIGHTLY], sensors=[sensor])).sensors
    assert found.watch is not None
    assert 0 == found.minimum_interval
    return found.watch


def test_an_asset_sensor_takes_context_and_event_by_position() -> None:
    """Neither, one or both, whatever they are called; further parameters are resources."""
    bare = hw.asset_sensor("raw")(lambda: None)
    one = hw.asset_sensor("raw", name="one")(lambda anything: anything.cursor)

    @hw.asset_sensor("raw", target=["orders"])
    def both(first: Any, second: Any, db: hw.ResourceParam[str]) -> Any:
        return first.cursor, second, db

    assert [0, 1, 2] == [bare.arguments, one.arguments, both.arguments]
    assert ("c", "event", "db") == both(hw.build_sensor_context(cursor="c"), "event", db="db")
    watch = watch_of(bare)
    assert (("materialization",), ("raw",), True) == (watch.kinds, watch.assets, watch.from_latest)
    with pytest.raises(hw.InvalidInvocationError, match="a context and an event"):
        both(hw.build_sensor_context(), db="db")


def test_a_run_status_sensor_watches_runs_of_jobs() -> None:
    """By definition or name; runs of other code locations only where it says so."""
    sensor = hw.run_status_sensor(hw.RunStatus.SUCCESS, monitored_jobs=[NIGHTLY, "weekly"])(lambda: None)
    watch = watch_of(sensor)

    assert (("run_succeeded",), ("nightly", "weekly"), False) == (watch.kinds, watch.jobs, watch.everywhere)
    with pytest.raises(hw.InvalidParameterError, match="run_status"):
        hw.run_status_sensor("SUCCESS")  # type: ignore[arg-type]
    with pytest.raises(hw.InvalidParameterError, match="monitored_jobs"):
        hw.run_status_sensor(hw.RunStatus.SUCCESS, monitored_jobs=[5])  # type: ignore[list-item]


def test_a_run_failure_sensor_stands_without_parentheses() -> None:
    """Both forms watch failures."""
    bare = hw.run_failure_sensor(lambda context: None)
    dressed = hw.run_failure_sensor(monitored_assets=["orders"])(lambda context: None)

    assert ("run_failed",) == watch_of(bare).kinds
    assert ("orders",) == watch_of(dressed).assets


def test_a_selection_may_be_watched() -> None:
    """It means all assets that it selects, external ones too."""
    sensor = hw.multi_asset_sensor("*")(lambda context: None)

    assert (("orders", "raw"), False) == (watch_of(sensor).assets, watch_of(sensor).one_by_one)
    with pytest.raises(hw.InvalidDefinitionError, match="empty"):
        hw.multi_asset_sensor([])


def test_an_unknown_option_is_refused() -> None:
    """What has no meaning is never swallowed."""
    with pytest.raises(hw.InvalidDefinitionError, match="cron_schedule"):
        hw.asset_sensor("raw", cron_schedule="x")  # type: ignore[call-arg]


def test_a_multi_asset_context_advances_what_it_is_told() -> None:
    """The cursor holds the place of each asset; what was not advanced stays."""
    first, second = SimpleNamespace(seq=3, partition="p"), SimpleNamespace(seq=5, partition="q")
    context = hw.build_multi_asset_sensor_context(["raw", "orders"], records={"raw": [first, second]})

    assert {hw.AssetKey("raw"): second, hw.AssetKey("orders"): None} == context.latest_materialization_records_by_key()
    assert [first] == context.get_trailing_unconsumed_events("raw")
    assert {"p": first, "q": second} == context.latest_materialization_records_by_partition("raw")
    context.advance_cursor({"raw": first})
    assert '{"raw": 3}' == context.cursor
    context.advance_all_cursors()
    assert '{"raw": 5}' == context.cursor


def test_a_failure_context_tells_of_the_steps() -> None:
    """As the one of a failed run has it."""
    run = SimpleNamespace(run_id="r", job_name="nightly", partition="p")
    event = SimpleNamespace(message="no luck")
    context = hw.build_run_status_sensor_context("s", event, run, step_failures=["step"]).for_run_failure()

    assert (run, event, "p", ["step"]) == (
        context.dagster_run,
        context.failure_event,
        context.partition_key,
        context.get_step_failure_events(),
    )
    with pytest.raises(hw.InvalidInvocationError, match="instance="):
        context.instance  # noqa: B018
