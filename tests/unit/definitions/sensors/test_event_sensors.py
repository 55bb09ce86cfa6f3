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


def test_sensors_are_built_without_decorators_too() -> None:
    """Each class takes the arguments that its users know, and is what the decorator makes."""
    plain = hw.SensorDefinition("files", evaluation_fn=lambda context: context.cursor, job_name="nightly")
    asset = hw.AssetSensorDefinition("a", "raw", "nightly", lambda context, event: event, minimum_interval_seconds=5)
    several = hw.MultiAssetSensorDefinition("m", ["raw"], None, lambda context: None, request_assets=["orders"])
    run = hw.RunStatusSensorDefinition("r", hw.RunStatus.SUCCESS, lambda context: None, request_job=NIGHTLY)
    defs = hw.Definitions(assets=[orders, raw], jobs=[NIGHTLY], sensors=[plain, asset, several, run])

    made = {sensor.name: sensor for sensor in build_snapshot(defs).sensors}
    assert {"files": "interval", "a": "asset", "m": "multi_asset", "r": "run_status"} == {
        name: sensor.kind for name, sensor in made.items()
    }
    assert [("nightly",), ("nightly",), (), ("nightly",)] == [made[name].jobs for name in ("files", "a", "m", "r")]
    assert ("orders",) == made["m"].targets
    assert [30, 5, 0] == [made[name].minimum_interval for name in ("files", "a", "r")]
    assert "7" == plain(hw.build_sensor_context(cursor="7"))
    decorated = hw.asset_sensor("raw")(lambda: None), hw.run_status_sensor(hw.RunStatus.SUCCESS)(lambda: None)
    assert [hw.AssetSensorDefinition, hw.RunStatusSensorDefinition] == [type(each) for each in decorated]
    assert "nightly" == asset.job_name
    with pytest.raises(hw.InvalidInvocationError, match="no single job"):
        _ = several.job_name


def test_earlier_names_of_options_of_run_sensors_count() -> None:
    """`job_selection` and `monitor_all_repositories` mean what is called otherwise today; two at once is a mistake."""
    sensor = hw.run_failure_sensor(job_selection=["nightly"], monitor_all_repositories=True)(lambda: None)

    assert (("nightly",), True) == (watch_of(sensor).jobs, watch_of(sensor).everywhere)
    with pytest.raises(hw.InvalidDefinitionError, match="monitored_jobs and job_selection"):
        hw.run_failure_sensor(job_selection=["nightly"], monitored_jobs=["nightly"])


def test_a_context_of_a_run_has_the_partition_that_a_test_gives_it() -> None:
    """`partition_key` goes before the run's, also for a failure."""
    run = SimpleNamespace(run_id="r1", job_name=None, partition="a")
    told = [
        hw.build_run_status_sensor_context("s", None, run, partition_key=key).for_run_failure().partition_key
        for key in (None, "b")
    ]
    assert ["a", "b"] == told


def test_downstream_partitions_follow_the_mapping() -> None:
    """Of a dependency with one; what is unknown or unconnected is named."""
    letters = hw.StaticPartitionsDefinition(["a", "b"])
    numbers = hw.StaticPartitionsDefinition(["1", "2", "3"])
    mapping = hw.StaticPartitionMapping({"a": ["1", "2"], "b": "3"})
    up = hw.AssetSpec("up", partitions_def=letters)

    @hw.asset(partitions_def=numbers, deps=[hw.AssetDep("up", partition_mapping=mapping)])
    def down() -> None: ...

    context = hw.build_multi_asset_sensor_context(["up"], definitions=hw.Definitions(assets=[up, down, raw]))
    assert ["1", "2"] == context.get_downstream_partition_keys("a", "up", "down")
    assert [] == context.get_downstream_partition_keys("z", "up", "down")
    for keys, message in (
        (("up", "nope"), "no asset 'nope'"),
        (("up", "raw"), "no partitions"),
        (("down", "up"), "depend"),
    ):
        with pytest.raises(hw.InvalidParameterError, match=message):
            context.get_downstream_partition_keys("a", *keys)


def test_a_context_may_begin_after_all_that_was_made() -> None:
    """With its cursor at the newest materializations only what comes later is new; what was read can be advanced to."""
    instance = hw.HeadwaterInstance.ephemeral()
    instance.report_runless_asset_event(hw.AssetMaterialization("raw"))

    begun = hw.build_multi_asset_sensor_context(["raw"], instance=instance, cursor_from_latest_materializations=True)
    assert {hw.AssetKey("raw"): None} == begun.latest_materialization_records_by_key()
    fresh = hw.build_multi_asset_sensor_context(["raw"], instance=instance)
    fresh.advance_all_cursors()
    assert begun.cursor == fresh.cursor
    with pytest.raises(hw.InvalidParameterError, match="needs an instance"):
        hw.build_multi_asset_sensor_context(["raw"], cursor_from_latest_materializations=True)
