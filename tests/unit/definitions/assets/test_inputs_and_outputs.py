"""`AssetIn` and `AssetOut`, and definitions whose attributes are changed afterwards."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

import headwater as hw


class Reader(hw.IOManager):
    """Loads a text that names it."""

    def handle_output(self, context: hw.OutputContext, obj: Any) -> None:
        """Never called."""
        raise NotImplementedError

    def load_input(self, context: hw.InputContext) -> Any:
        """For which asset it was asked."""
        return f"read {context.asset_key.to_user_string()}"


class OnlyLoads:
    """Has no way to store."""

    def load_input(self, context: hw.InputContext) -> str:
        """Its own text."""
        return f"loaded {context.name}"


@hw.asset
def orders() -> str:
    """Stored by the default."""
    return "stored"


def test_input_manager_of_a_parameter() -> None:
    """The value of one parameter is loaded by the resource that it names, whoever stored it; others as before."""
    seen: list[tuple[str, str]] = []

    @hw.asset(ins={"other": hw.AssetIn("orders", input_manager_key="reader")})
    def report(orders: str, other: str) -> None:
        seen.append((orders, other))

    @hw.asset_check(asset=orders, additional_ins={"again": hw.AssetIn("orders", input_manager_key="loads")})
    def same(orders: str, again: str) -> bool:
        seen.append((orders, again))
        return True

    done = hw.materialize([orders, report, same], resources={"reader": Reader(), "loads": OnlyLoads()})
    assert done.success
    assert {("stored", "read orders"), ("stored", "loaded again")} == set(seen)


def test_input_manager_must_be_there() -> None:
    """One that nobody defined is found when definitions are checked, by its parameter; it is not an unused one."""

    @hw.asset(ins={"orders": hw.AssetIn(input_manager_key="raeder")})
    def report(orders: str) -> None: ...

    with pytest.raises(hw.InvalidDefinitionError, match=r"loads 'orders' with the resource 'raeder'.*'reader'"):
        hw.Definitions([orders, report], resources={"reader": Reader()}).resolve()
    assert not hw.Definitions([orders, report], resources={"raeder": Reader()}).resolve().warnings


def test_out_says_what_a_spec_says() -> None:
    """An out may be virtual, and names the backfill policy of its function; two policies contradict each other."""
    one, all_in_one = hw.BackfillPolicy.multi_run(1), hw.BackfillPolicy.single_run()

    @hw.multi_asset(outs={"a": hw.AssetOut(is_virtual=True, backfill_policy=all_in_one), "b": hw.AssetOut()})
    def both() -> tuple[int, int]:
        return 1, 2

    assert (all_in_one, [True, False]) == (both.backfill_policy, [spec.is_virtual for spec in both.specs])
    with pytest.raises(hw.InvalidDefinitionError, match="backfill policies"):
        hw.multi_asset(outs={"a": hw.AssetOut(backfill_policy=one), "b": hw.AssetOut(backfill_policy=all_in_one)})(both)


def test_out_from_a_spec() -> None:
    """An out from a spec makes the asset of that spec, all attributes kept; partitions are the function's."""
    policy = hw.FreshnessPolicy.time_window(fail_window=timedelta(hours=1))
    spec = hw.AssetSpec(
        ["lake", "orders"],
        deps=["raw"],
        description="Clean.",
        metadata={"rows": 1},
        skippable=True,
        group_name="sales",
        code_version="7",
        automation_condition=hw.AutomationCondition.eager(),
        owners=["team:sales"],
        tags={"tier": "gold"},
        kinds={"table"},
        freshness_policy=policy,
        is_virtual=True,
    )

    @hw.multi_asset(outs={"orders": hw.AssetOut.from_spec(spec)})
    def made() -> int:
        return 1

    assert spec == made.spec
    assert not made.outputs[0].is_required
    days = hw.DailyPartitionsDefinition("2026-01-01")
    with pytest.raises(hw.InvalidDefinitionError, match="partitions_def to @multi_asset"):
        hw.AssetOut.from_spec(spec.replace_attributes(partitions_def=days))


def test_attributes_given_afterwards() -> None:
    """One condition or policy is for those that have none; one by key is for those that it names."""
    eager, cron = hw.AutomationCondition.eager(), hw.AutomationCondition.on_cron("@daily")
    fresh = hw.FreshnessPolicy.time_window(fail_window=timedelta(hours=1))

    @hw.multi_asset(specs=[hw.AssetSpec("a", automation_condition=cron, deps=["raw"]), hw.AssetSpec("b")])
    def both() -> None: ...

    shared = both.with_attributes(automation_condition=eager, freshness_policy=fresh)
    assert [(cron, fresh), (eager, fresh)] == [(s.automation_condition, s.freshness_policy) for s in shared.specs]
    single = hw.BackfillPolicy.single_run()
    by_key = both.with_attributes(automation_condition={hw.AssetKey("a"): eager}, backfill_policy=single)
    assert [eager, None] == [spec.automation_condition for spec in by_key.specs]
    assert (single, None) == (by_key.backfill_policy, both.backfill_policy)
    assert both.with_attributes().specs == both.specs
    assert ({hw.AssetKey("raw")}, {hw.AssetKey("a"): {hw.AssetKey("raw")}, hw.AssetKey("b"): set()}) == (
        set(both.dependency_keys),
        both.asset_deps,
    )
