"""Partitions in the caller's own process: named, checked, made one or several in one go, and read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import headwater as hw
from headwater.execution.in_process.run import InProcessRun

DAYS = hw.DailyPartitionsDefinition("2026-01-01", end_date="2026-01-04")


def test_partitions_are_named_and_checked() -> None:
    """A partitioned asset is made for one partition; what reads all of them gets a dict."""

    @hw.asset(partitions_def=DAYS)
    def daily(context: hw.AssetExecutionContext) -> str:
        assert context.partition_time_window.start.isoformat().startswith(context.partition_key)
        return context.partition_key

    @hw.asset(partitions_def=DAYS)
    def same(daily: str) -> str:
        return daily

    assert "2026-01-02" == hw.materialize([daily, same], partition_key="2026-01-02").asset_value("same")
    with pytest.raises(hw.UnknownPartitionError, match="say which partition"):
        hw.materialize([daily])
    with pytest.raises(hw.UnknownPartitionError, match="no partition '2027"):
        hw.materialize([daily], partition_key="2027-01-01")

    @hw.asset
    def all_days(daily: dict[str, str]) -> list[str]:
        return sorted(daily)

    with hw.HeadwaterInstance.ephemeral() as instance:
        for day in ("2026-01-01", "2026-01-02", "2026-01-03"):
            hw.materialize([daily], partition_key=day, instance=instance)
        result = hw.materialize([daily, all_days], selection=["all_days"], instance=instance)
        assert ["2026-01-01", "2026-01-02", "2026-01-03"] == result.asset_value("all_days")
        assert {"2026-01-01", "2026-01-02", "2026-01-03"} == instance.get_materialized_partitions("daily")


def test_a_range_of_partitions_is_made_in_one_go() -> None:
    """One call makes all of them: a value and a materialization for each, and what is below reads a dict of them."""
    calls: list[tuple[str, ...]] = []

    @hw.asset(partitions_def=DAYS)
    def daily(context: hw.AssetExecutionContext) -> dict[str, int]:
        calls.append(context.partition_keys)
        window = context.partition_time_window
        assert 2 == (window.end - window.start).days
        assert hw.PartitionKeyRange("2026-01-01", "2026-01-02") == context.partition_key_range
        with pytest.raises(hw.InvalidInvocationError, match="makes 2 partitions in one go"):
            _ = context.partition_key
        return {key: len(key) + number for number, key in enumerate(context.partition_keys)}

    @hw.asset(partitions_def=DAYS)
    def below(context: hw.AssetExecutionContext, daily: dict[str, int]) -> hw.MaterializeResult[Any]:
        return hw.MaterializeResult(metadata={"rows": sum(daily.values())})

    @hw.asset_check(asset=daily)
    def judged(daily: dict[str, int]) -> bool:
        return len(daily) == 2

    result = hw.materialize([daily, below, judged], partition_key="2026-01-01...2026-01-02")

    assert [("2026-01-01", "2026-01-02")] == calls == [result.run.partitions]
    events = result.get_asset_materialization_events()
    expected = [(key, day) for key in ("daily", "below") for day in ("2026-01-01", "2026-01-02")]
    assert expected == [(event.asset_key.path[0], event.partition) for event in events if event.asset_key]
    assert 11 == result.load_asset_value("daily", "2026-01-02")
    assert [True, True] == [check.passed for check in result.get_asset_check_evaluations()]


def test_a_function_that_returns_nothing_makes_several_partitions_too() -> None:
    """It has stored its data itself; each partition is made, and what reads one gets None, as of a single one."""

    @hw.asset(partitions_def=DAYS)
    def daily():  # type: ignore[no-untyped-def]
        """What it returns is not said."""

    result = hw.materialize([daily], partition_key="2026-01-01...2026-01-02")

    made = [event.partition for event in result.get_asset_materialization_events()]
    assert ["2026-01-01", "2026-01-02"] == made
    assert None is result.load_asset_value("daily", "2026-01-02")


def test_partitions_with_others_between_them_are_no_range(tmp_path: Path) -> None:
    """What asks for the range of such partitions is told so; what asks for each gets them."""
    seen: list[tuple[str, ...]] = []

    @hw.asset(partitions_def=DAYS)
    def daily(context: hw.AssetExecutionContext) -> None:
        seen.append(context.partition_keys)
        _ = context.partition_key_range

    definitions = hw.Definitions(assets=[daily])
    run = InProcessRun(definitions, ["daily"], partitions=["2026-01-01", "2026-01-03"])
    with pytest.raises(hw.InvalidInvocationError, match="do not follow each other"):
        run.carry_out(raise_on_error=True)
    assert [("2026-01-01", "2026-01-03")] == seen


@pytest.mark.parametrize("value", [7, {"2026-01-01": 1}, {"2026-01-01": 1, "2026-01-02": 2, "2026-01-09": 3}])
def test_a_value_of_several_partitions_says_what_belongs_to_which(value: Any) -> None:
    """Anything but a dict from each of them to its own is refused, and nothing of it is stored."""

    @hw.asset(partitions_def=DAYS)
    def daily() -> Any:
        return value

    with hw.HeadwaterInstance.ephemeral() as instance:
        with pytest.raises(hw.StepOutputError, match="a dict from each of context"):
            hw.materialize([daily], partition_key="2026-01-01...2026-01-02", instance=instance)
        assert set() == instance.get_materialized_partitions("daily")


def test_a_partition_reads_the_upstream_partitions_that_its_mapping_names(tmp_path: Path) -> None:
    """One value for one partition, a dict for several; what does not exist upstream is said, not passed over."""
    daily = hw.DailyPartitionsDefinition("2026-01-01", end_date="2026-01-15")
    weekly = hw.WeeklyPartitionsDefinition("2026-01-04", end_date="2026-01-12")
    seen: dict[str, Any] = {}

    @hw.asset(partitions_def=daily)
    def day(context: hw.AssetExecutionContext) -> str:
        return f"sales of {context.partition_key}"

    @hw.asset(partitions_def=weekly)
    def week(day: dict[str, str]) -> int:
        seen["week"] = sorted(day)
        return len(day)

    before = hw.TimeWindowPartitionMapping(start_offset=-1, end_offset=-1)

    @hw.asset(partitions_def=daily, ins={"earlier": hw.AssetIn("day", partition_mapping=before)})
    def change(earlier: str) -> None:
        seen["change"] = earlier

    assets = [day, week, change]
    resources = {"io_manager": hw.FilesystemIOManager(base_dir=str(tmp_path))}
    for number in range(4, 11):
        key = f"2026-01-{number:02}"
        assert hw.materialize(assets, partition_key=key, selection="day", resources=resources).success
    hw.materialize(assets, partition_key="2026-01-04", selection="week", resources=resources)
    hw.materialize(assets, partition_key="2026-01-09", selection="change", resources=resources)
    assert {"week": [f"2026-01-{n:02}" for n in range(4, 11)], "change": "sales of 2026-01-08"} == seen
    with pytest.raises(hw.MissingInputError, match="Partition 2026-01-01 of 'change' reads partitions of 'day'"):
        hw.materialize(assets, partition_key="2026-01-01", selection="change", resources=resources)
