"""What a running function can ask of its parameters and outputs by name, and of the partitions that go with them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

import headwater as hw

DAYS = hw.DailyPartitionsDefinition("2026-01-01", end_date="2026-01-05")
BOTH = hw.MultiPartitionsDefinition({"day": DAYS, "region": hw.StaticPartitionsDefinition(["eu", "us"])})


def values(definition: hw.PartitionsDefinition | None) -> hw.AssetsDefinition:
    """An upstream asset with a value for each partition."""

    @hw.asset(name="raw", partitions_def=definition)
    def raw() -> int:
        return 1

    return raw


def test_inputs_of_a_partition() -> None:
    """The partition mapping says what is read of a parameter: keys, range, span of time and definition."""
    said: dict[str, Any] = {}
    week = hw.TimeWindowPartitionMapping(start_offset=-1)

    @hw.asset(partitions_def=DAYS, ins={"earlier": hw.AssetIn("raw", partition_mapping=week)})
    def report(context: hw.AssetExecutionContext, earlier: dict[str, int]) -> None:
        said.update(
            keys=context.asset_partition_keys_for_input("earlier"),
            range=context.asset_partition_key_range_for_input("earlier"),
            window=context.asset_partitions_time_window_for_input("earlier"),
            definition=context.asset_partitions_def_for_input("earlier"),
            asset=context.asset_key_for_input("earlier"),
            own=(context.asset_key_for_output(), context.asset_partitions_def_for_output()),
            made=(context.asset_partition_keys_for_output(), context.asset_partition_key_for_output()),
            outputs=(context.selected_output_names, context.output_for_asset_key(context.asset_key)),
        )
        with pytest.raises(hw.InvalidInvocationError, match=r"asset_partition_keys_for_input\('earlier'\)"):
            context.asset_partition_key_for_input("earlier")
        with pytest.raises(hw.InvalidParameterError, match="'late'"):
            context.asset_key_for_input("late")
        with pytest.raises(hw.InvalidParameterError, match="'other'"):
            context.asset_key_for_output("other")

    raw = values(DAYS)
    with hw.HeadwaterInstance.ephemeral() as instance:
        for day in ("2026-01-01", "2026-01-02"):
            hw.materialize([raw], instance=instance, partition_key=day)
        hw.materialize([report, raw], selection=[report], instance=instance, partition_key="2026-01-02")
    assert said == {
        "keys": ("2026-01-01", "2026-01-02"),
        "range": hw.PartitionKeyRange("2026-01-01", "2026-01-02"),
        "window": hw.TimeWindow(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 3, tzinfo=UTC)),
        "definition": DAYS,
        "asset": hw.AssetKey("raw"),
        "own": (hw.AssetKey("report"), DAYS),
        "made": (("2026-01-02",), "2026-01-02"),
        "outputs": (frozenset({report.outputs[0].name}), report.outputs[0].name),
    }


def test_several_dimensions() -> None:
    """A key with several dimensions is known by its parts, and by the window of the one that is time."""
    said: list[Any] = []

    @hw.asset(partitions_def=BOTH)
    def sales(context: hw.AssetExecutionContext) -> None:
        said.append((context.multi_partition_key.keys_by_dimension, context.partition_time_window.start))

    @hw.asset_check(asset=sales)
    def fine(context: hw.AssetCheckExecutionContext) -> bool:
        said.append((context.multi_partition_key.keys_by_dimension, context.partition_time_window.start))
        return True

    hw.materialize([sales, fine], partition_key=hw.MultiPartitionKey({"day": "2026-01-02", "region": "us"}))
    assert [({"day": "2026-01-02", "region": "us"}, datetime(2026, 1, 2, tzinfo=UTC))] * 2 == said


def test_without_partitions_or_run() -> None:
    """What there is not is an error that says so."""

    @hw.asset
    def report(context: hw.AssetExecutionContext, raw: int) -> None:
        with pytest.raises(hw.InvalidInvocationError, match="'raw' has no partitions"):
            context.asset_partition_keys_for_input("raw")
        with pytest.raises(hw.InvalidInvocationError, match="'report' has no partitions"):
            context.asset_partitions_def_for_output()
        assert context.has_assets_def
        assert not context.selected_asset_check_keys

    assert hw.materialize([values(None), report]).success
    built = hw.build_asset_context(asset_key="report")
    assert not built.has_assets_def
    with pytest.raises(hw.InvalidInvocationError, match="built by a test"):
        built.asset_key_for_input("raw")
    with pytest.raises(hw.InvalidInvocationError, match="no dimensions"):
        built.multi_partition_key  # noqa: B018 - asking raises
