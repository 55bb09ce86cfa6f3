"""What `@asset_check` takes besides the asset: values, partitions, resources, tags and pools."""

from __future__ import annotations

import pytest

import headwater as hw
from headwater.definitions.build_snapshot import build_snapshot
from headwater.execution.in_process.run import graph_of
from headwater.execution.steps.plan import plan_steps
from headwater.records.runs.requests import plan_check_runs
from headwater.records.runs.runs import Cause

DAYS = hw.DailyPartitionsDefinition("2026-11-01")
NOW = 1_795_000_000_000_000


@hw.asset
def orders() -> list[int]:
    """Numbers of orders."""
    return [1, 2, 3]


@hw.asset
def refunds() -> list[int]:
    """Numbers of refunded orders."""
    return [2]


def test_values_of_other_assets_and_own_resources() -> None:
    """A check gets its asset's value, those that additional_ins name, and resources that only it has."""

    @hw.asset_check(
        asset=orders, additional_ins={"back": hw.AssetIn("refunds")}, resource_defs={"most": 1}, op_tags={"team": "x"}
    )
    def few_refunds(orders: list[int], back: list[int], most: hw.ResourceParam[int]) -> hw.AssetCheckResult:
        return hw.AssetCheckResult(passed=len(back) <= most, metadata={"share": len(back) / len(orders)})

    result = hw.materialize([orders, refunds, few_refunds])

    (found,) = result.get_asset_check_evaluations()
    assert (True, {"share": 1 / 3}) == (found.passed, {name: value.value for name, value in found.metadata.items()})
    assert ["refunds"] == [dep.asset_key.to_user_string() for dep in few_refunds.spec.additional_deps]
    steps = plan_steps(graph_of(hw.Definitions([orders, refunds], asset_checks=[few_refunds])), ["orders", "refunds"])
    assert {"orders__few_refunds": {"team": "x"}} == {
        step.name.replace(":", "__"): step.tags for step in steps if step.checks
    }


def test_a_parameter_that_is_no_asset_is_named() -> None:
    """additional_ins must name parameters, and other parameters than the asset's own must be in it."""
    with pytest.raises(hw.InvalidDefinitionError, match="additional_ins of check 'c' names other"):

        @hw.asset_check(asset=orders, additional_ins={"other": hw.AssetIn("refunds")})
        def c(orders: list[int]) -> bool:
            return True

    with pytest.raises(hw.InvalidDefinitionError, match="Add them there"):

        @hw.asset_check(asset=orders)
        def d(orders: list[int], refunds: list[int]) -> bool:
            return True


def test_a_check_of_partitions_needs_one() -> None:
    """A check with partitions judges one of its asset's at a time; others may judge the whole."""
    daily = hw.AssetSpec("daily", partitions_def=DAYS)

    @hw.asset_check(asset=daily, partitions_def=DAYS, pool="slow", automation_condition=hw.AutomationCondition.eager())
    def each_day() -> bool:
        return True

    @hw.asset_check(asset=daily)
    def whole() -> bool:
        return True

    definitions = hw.Definitions([daily], asset_checks=[each_day, whole])
    graph = graph_of(definitions)
    snapshot = {check.name: check for check in build_snapshot(definitions).checks}

    assert ("slow", True) == (snapshot["each_day"].pool, snapshot["each_day"].condition is not None)
    cause = Cause(kind="app")
    (run,) = plan_check_runs(graph, [("daily", "each_day")], cause=cause, now=NOW, partition="2026-11-02")
    assert "2026-11-02" == run.partition
    with pytest.raises(hw.UnknownPartitionError, match="say which partition"):
        plan_check_runs(graph, [("daily", "each_day")], cause=cause, now=NOW)
    assert plan_check_runs(graph, [("daily", "whole")], cause=cause, now=NOW)[0].partition is None


def test_partitions_of_a_check_are_those_of_its_asset() -> None:
    """A check whose partitions are others than its asset's can't be carried out, so it does not load."""

    @hw.asset_check(asset="raw", partitions_def=DAYS)
    def each_day() -> bool:
        return True

    with pytest.raises(hw.InvalidDefinitionError, match="partitions_def"):
        hw.Definitions([hw.AssetSpec("raw")], asset_checks=[each_day]).resolve()


def test_dynamic_keys_that_the_graph_does_not_know() -> None:
    """A run of checks may be of a key that was added since the graph was read."""
    from headwater.definitions.partitions import DynamicKeys

    daily = hw.AssetSpec("daily", partitions_def=hw.DynamicPartitionsDefinition(name="days"))

    @hw.asset_check(asset=daily)
    def good() -> bool:
        return True

    graph = graph_of(hw.Definitions([daily], asset_checks=[good]))
    wanted, cause = [("daily", "good")], Cause(kind="app")
    with pytest.raises(hw.UnknownPartitionError):
        plan_check_runs(graph, wanted, cause=cause, now=NOW, partition="new")
    keys = DynamicKeys({"days": ["new"]})
    assert (
        "new" == plan_check_runs(graph, wanted, cause=cause, now=NOW, partition="new", dynamic_keys=keys)[0].partition
    )


def test_partitions_that_would_be_read_must_exist() -> None:
    """A run that would read days before the first one is refused before anything begins, unless that is allowed."""
    before = hw.TimeWindowPartitionMapping(start_offset=-1, end_offset=-1)
    allowed = hw.TimeWindowPartitionMapping(start_offset=-1, end_offset=-1, allow_nonexistent_upstream_partitions=True)
    raw = hw.AssetSpec("raw", partitions_def=DAYS)
    began: list[str] = []

    def made(name: str, mapping: hw.PartitionMapping) -> hw.AssetsDefinition:
        @hw.asset(name=name, deps=[hw.AssetDep("raw", partition_mapping=mapping)], partitions_def=DAYS)
        def make() -> None:
            began.append(name)

        return make

    with pytest.raises(hw.MissingInputError, match="reads partitions of 'raw' that do not exist"):
        hw.materialize([raw, made("strict", before)], partition_key="2026-11-01")
    assert [] == began
    hw.materialize([raw, made("strict", before)], partition_key="2026-11-02")
    hw.materialize([raw, made("lax", allowed)], partition_key="2026-11-01")
    assert ["strict", "lax"] == began
