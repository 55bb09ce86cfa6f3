"""Checks of several assets by one function, and ready-made ones that look at what is recorded; no data is read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

import headwater as hw

NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)
RAW = hw.AssetSpec("raw")


def carried_out(*items: Any, instance: hw.HeadwaterInstance, **options: Any) -> dict[str, hw.AssetCheckEvaluation]:
    """What checks found in a run in this process."""
    result = hw.materialize([RAW, *items], instance=instance, **options)
    return {each.asset_check_key.to_user_string(): each for each in result.get_asset_check_evaluations()}


def reported(*metadata: dict[str, Any]) -> hw.HeadwaterInstance:
    """A deployment in which another system has reported updates of `raw`."""
    instance = hw.HeadwaterInstance.ephemeral()
    for each in metadata:
        instance.report_runless_asset_event(hw.AssetMaterialization("raw", metadata=each))
    return instance


def columns(**types: str) -> dict[str, Any]:
    """An update that says which columns there are."""
    return {"dagster/column_schema": hw.TableSchema.from_name_type_dict(types)}


def test_a_change_of_columns_is_named() -> None:
    """Against the update before, whoever reported it; without two there is nothing to judge."""
    (check,) = hw.build_column_schema_change_checks(assets=["raw"])
    same = carried_out(check, instance=reported(columns(id="int"), columns(id="int")))
    assert same["raw:column_schema_change"].passed
    changed = carried_out(check, instance=reported(columns(id="int", a="text"), columns(id="text", b="text")))
    assert not changed["raw:column_schema_change"].passed
    assert "Added b; removed a; retyped id" == changed["raw:column_schema_change"].description
    assert hw.AssetCheckSeverity.WARN is changed["raw:column_schema_change"].severity
    plain = {"dagster/column_schema": {"columns": [{"name": "id", "type": "text"}]}}
    assert not carried_out(check, instance=reported(columns(id="int"), plain))["raw:column_schema_change"].passed
    assert carried_out(check, instance=reported(columns(id="int")))["raw:column_schema_change"].passed


@pytest.mark.parametrize(
    ("counts", "passed"),
    [((100, 120), True), ((100, 121), False), ((100, 79), False), ((0, 0), True), ((0, 1), False), ((7,), True)],
)
def test_a_change_in_the_number_of_rows_is_measured(counts: tuple[int, ...], passed: bool) -> None:
    """As a share of the update before."""
    (check,) = hw.build_row_count_change_checks(assets=["raw"], max_change=0.2)
    found = carried_out(check, instance=reported(*({"dagster/row_count": count} for count in counts)))
    assert passed is found["raw:row_count_change"].passed


def test_numbers_lie_between_bounds() -> None:
    """A metadata entry itself, or the ends of a column's range."""
    (rows,) = hw.build_metadata_bounds_checks(
        assets=["raw"], metadata_key="rows", min_value=1, max_value=10, exclusive_max=True
    )
    (amount,) = hw.build_column_range_checks(assets=["raw"], column="amount", min_value=0)
    good = reported({"rows": 9, "column_ranges": {"amount": {"min": 0, "max": 12.5}}})
    bad = reported({"rows": 10, "column_ranges": {"amount": {"min": -1, "max": 12.5}}})
    assert {"raw:rows_bounds": True, "raw:amount_range": True} == {
        key: each.passed for key, each in carried_out(rows, amount, instance=good).items()
    }
    found = carried_out(rows, amount, instance=bad)
    assert {"raw:rows_bounds": False, "raw:amount_range": False} == {key: e.passed for key, e in found.items()}
    assert "rows is 10; at least 1 and less than 10 is expected." == found["raw:rows_bounds"].description
    with pytest.raises(hw.InvalidParameterError, match="nothing to check"):
        hw.build_metadata_bounds_checks(assets=["raw"], metadata_key="rows")
    with pytest.raises(hw.InvalidParameterError, match="assets is empty"):
        hw.build_column_schema_change_checks(assets=[])


def test_an_update_is_recent_enough() -> None:
    """Counted from now, or from the last deadline; an observation may say when the asset was updated."""
    (hourly,) = hw.build_last_update_freshness_checks(assets=["raw"], lower_bound_delta=timedelta(hours=1))
    (nightly,) = hw.build_last_update_freshness_checks(
        assets=["raw"], lower_bound_delta=timedelta(hours=4), deadline_cron="0 6 * * *", timezone="Europe/Berlin"
    )
    instance = hw.HeadwaterInstance.ephemeral()
    with time_machine.travel(NOW, tick=False):
        assert not carried_out(hourly, instance=instance)["raw:freshness_check"].passed
    at_three = NOW.replace(hour=3)
    instance.report_runless_asset_event(hw.AssetMaterialization("raw", timestamp=at_three))
    with time_machine.travel(NOW, tick=False):
        assert not carried_out(hourly, instance=instance)["raw:freshness_check"].passed
        found = carried_out(nightly, instance=instance)["raw:freshness_check"]
    assert found.passed
    assert NOW.replace(hour=5).timestamp() == found.metadata["dagster/latest_cron_tick_timestamp"].value
    seen = {"dagster/last_updated_timestamp": hw.MetadataValue.timestamp(NOW - timedelta(minutes=59))}
    instance.report_runless_asset_event(hw.AssetObservation("raw", metadata=seen))
    with time_machine.travel(NOW, tick=False):
        assert carried_out(hourly, instance=instance)["raw:freshness_check"].passed


def test_the_newest_window_was_made_by_the_deadline() -> None:
    """The window that had ended then, not the one that has ended since."""
    daily = hw.AssetSpec("days", partitions_def=hw.DailyPartitionsDefinition("2026-01-01"))
    (check,) = hw.build_time_partition_freshness_checks(assets=[daily], deadline_cron="0 6 * * *")
    instance = hw.HeadwaterInstance.ephemeral()
    with time_machine.travel(NOW.replace(hour=5), tick=False):
        assert not carried_out(daily, check, instance=instance)["days:freshness_check"].passed
        instance.report_runless_asset_event(hw.AssetMaterialization("days", partition="2026-01-08"))
        assert carried_out(daily, check, instance=instance)["days:freshness_check"].passed
    with time_machine.travel(NOW, tick=False):
        late = carried_out(daily, check, instance=instance)["days:freshness_check"]
    assert (False, "Partition 2026-01-09 was not made; it is due since 2026-01-10 06:00 UTC.") == (
        late.passed,
        late.description,
    )
    with pytest.raises(hw.InvalidParameterError, match="partitioned by time"):
        hw.build_time_partition_freshness_checks(assets=[RAW], deadline_cron="0 6 * * *")


def test_one_function_carries_out_the_checks_of_several_assets() -> None:
    """After both were made, once; a blocking one stops what comes after it."""
    calls: list[set[str]] = []

    @hw.asset
    def a() -> int:
        return 1

    @hw.asset
    def b(a: int) -> int:
        return a + 1

    @hw.asset
    def c(b: int) -> int:
        return b + 1

    specs = [hw.AssetCheckSpec("small", asset="a"), hw.AssetCheckSpec("small", asset="b", blocking=True)]

    @hw.multi_asset_check(specs=specs)
    def both(context: hw.AssetCheckExecutionContext, a: int, b: int) -> Iterator[hw.AssetCheckResult]:
        calls.append({key.to_user_string() for key in context.selected_asset_check_keys})
        yield hw.AssetCheckResult(passed=a < 2, asset_key="a")
        yield hw.AssetCheckResult(passed=b < 2, asset_key="b")

    result = hw.materialize([a, b, c, both], raise_on_error=False)
    assert [{"a:small", "b:small"}] == calls
    assert not result.success
    assert {"a", "b"} == {event.asset_key.to_user_string() for event in result.get_asset_materialization_events()}  # type: ignore[union-attr]
    assert {"a:small": True, "b:small": False} == {
        each.asset_check_key.to_user_string(): each.passed for each in result.get_asset_check_evaluations()
    }


def test_a_function_that_can_is_asked_for_some_of_its_checks() -> None:
    """Those of the assets that the run makes; one that can't is asked for all."""
    specs = [hw.AssetCheckSpec("seen", asset=key) for key in ("a", "b")]
    asked: list[int] = []

    @hw.asset
    def a() -> int:
        return 1

    @hw.multi_asset_check(specs=specs, can_subset=True)
    def some(context: hw.AssetCheckExecutionContext) -> Iterator[hw.AssetCheckResult]:
        asked.append(len(context.selected_asset_check_keys))
        for key in context.selected_asset_check_keys:
            yield hw.AssetCheckResult(passed=True, asset_key=key.asset_key, check_name=key.name)

    chosen = hw.AssetSelection.assets("a")
    assert 1 == len(hw.materialize([a, hw.AssetSpec("b"), some], selection=chosen).get_asset_check_evaluations())
    assert 2 == len(hw.materialize([a, hw.AssetSpec("b"), some]).get_asset_check_evaluations())
    assert [1, 1, 1] == asked


def test_results_that_fit_no_check_are_an_error() -> None:
    """Two of one check, none of another, and what is no result."""
    specs = [hw.AssetCheckSpec("x", asset="raw"), hw.AssetCheckSpec("y", asset="raw")]

    def given(*results: Any) -> None:
        @hw.multi_asset_check(specs=specs)
        def both() -> list[Any]:
            return list(results)

        hw.materialize([RAW, both])

    good = hw.AssetCheckResult(passed=True, check_name="x")
    for results, said in [
        ((good, good), "still open"),
        ((good, hw.AssetCheckResult(passed=True, check_name="z")), "'z'.*raw:x, raw:y"),
        ((good,), "for each check"),
        ((good, "fine"), "for each check"),
        ((good, True), "'None'|None"),
    ]:
        with pytest.raises(hw.StepOutputError, match=said):
            given(*results)


def test_a_failed_blocking_check_from_inside_an_asset_stops_what_is_downstream() -> None:
    """The asset stays made; what reads it is not."""

    @hw.asset(check_specs=[hw.AssetCheckSpec("fine", asset="a", blocking=True)])
    def a() -> Iterator[Any]:
        yield hw.Output(1)
        yield hw.AssetCheckResult(passed=False)

    @hw.asset
    def b(a: int) -> int:
        return a

    result = hw.materialize([a, b], raise_on_error=False)
    assert not result.success
    assert ["a"] == [event.asset_key.to_user_string() for event in result.get_asset_materialization_events()]  # type: ignore[union-attr]


def test_checks_alone_are_carried_out_where_they_are_selected() -> None:
    """No asset is made, and the other checks wait."""

    @hw.asset_check(asset="raw")
    def first() -> bool:
        return True

    @hw.asset_check(asset="raw")
    def second() -> bool:
        return True

    instance = hw.HeadwaterInstance.ephemeral()
    found = carried_out(first, second, instance=instance, selection=hw.AssetSelection.checks(first))
    assert ["raw:first"] == list(found)
    assert {"raw:first", "raw:second"} == set(carried_out(first, second, instance=instance))
