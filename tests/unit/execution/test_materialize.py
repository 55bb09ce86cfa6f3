"""Runs in the caller's own process: what is made, retried, skipped and refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from results import made_keys

import headwater as hw
from headwater.execution.in_process.run import InProcessRun, graph_of
from headwater.execution.steps.plan import plan_steps

DAYS = hw.DailyPartitionsDefinition("2026-01-01", end_date="2026-01-04")


class Window(hw.Config):
    days: int = 7


def titles(result: hw.ExecuteInProcessResult) -> list[tuple[str, str | None]]:
    """Kind and step of each event of steps."""
    return [(event.event_type, event.step_key) for event in result.all_events if event.step_key]


def test_values_flow_and_inputs_are_noted() -> None:
    """Assets are made in order; an external one is not; a check judges the value."""

    @hw.asset
    def orders(raw: list[int]) -> list[int]:
        return raw

    @hw.asset
    def raw() -> list[int]:
        return [1, 2]

    @hw.asset_check(asset=orders)
    def positive(orders: list[int]) -> bool:
        return min(orders) > 0

    result = hw.materialize([orders, raw, positive, hw.AssetSpec("outside", deps=[orders])])

    assert result.success
    assert [1, 2] == result.asset_value("orders") == result.output_for_node("orders") == result.load_asset_value("raw")
    assert {"raw", "orders"} == made_keys(result)
    assert [True] == [check.passed for check in result.get_asset_check_evaluations()]
    assert "path" in result.asset_materializations_for_node("raw")[0].metadata


def test_an_exception_is_raised_or_told() -> None:
    """By default a function's own exception comes out; else the run has failed and what is below was skipped."""

    @hw.asset
    def broken() -> int:
        raise ZeroDivisionError("by intent")

    @hw.asset
    def below(broken: int) -> int:
        return broken

    @hw.asset
    def beside() -> int:
        return 1

    with pytest.raises(ZeroDivisionError, match="by intent"):
        hw.materialize([broken, below])
    result = hw.materialize([broken, below, beside], raise_on_error=False)
    assert not result.success
    assert {"broken"} == result.get_failed_step_keys()
    assert ("step_skipped", "below") in titles(result)
    assert {"beside"} == made_keys(result)


def test_retries_follow_the_policy_and_failures_may_refuse_them() -> None:
    """A function is tried again as often as declared; `Failure(allow_retries=False)` ends it; a hook hears the end."""
    tries: dict[str, list[int]] = {"flaky": [], "asks": [], "hopeless": []}
    heard: list[tuple[str, str]] = []

    @hw.success_hook
    def good(context: hw.HookContext) -> None:
        heard.append(("good", context.step_key))

    @hw.failure_hook
    def bad(context: hw.HookContext) -> None:
        heard.append(("bad", context.step_key))

    @hw.asset(retry_policy=hw.RetryPolicy(max_retries=2), hooks=[good, bad])
    def flaky(context: hw.AssetExecutionContext) -> None:
        tries["flaky"].append(context.retry_number)
        if context.retry_number < 2:
            raise ValueError

    @hw.asset
    def asks(context: hw.AssetExecutionContext) -> None:
        tries["asks"].append(context.retry_number)
        if context.retry_number == 0:
            raise hw.RetryRequested(max_retries=3)

    @hw.asset(retry_policy=hw.RetryPolicy(max_retries=2), hooks=[good, bad])
    def hopeless(context: hw.AssetExecutionContext) -> None:
        tries["hopeless"].append(context.retry_number)
        raise hw.Failure("no use", allow_retries=False)

    result = hw.materialize([flaky, asks, hopeless], raise_on_error=False)

    assert {"flaky": [0, 1, 2], "asks": [0, 1], "hopeless": [0]} == tries
    assert {("good", "flaky"), ("bad", "hopeless")} == set(heard)
    assert {"flaky", "asks"} == made_keys(result)
    assert 2 == titles(result).count(("step_retried", "flaky"))


def test_config_is_checked_before_anything_runs() -> None:
    """A wrong field, or config for something that takes none, stops the run before its first step."""
    seen: list[int] = []

    @hw.asset
    def first() -> None:
        seen.append(0)

    @hw.asset(deps=[first], key_prefix="mart")
    def report(config: Window) -> None:
        seen.append(config.days)

    @hw.asset(config_schema={"size": hw.Field(int, default_value=3)})
    def old(context: hw.AssetExecutionContext) -> None:
        seen.append(context.op_config["size"])

    with pytest.raises(hw.InvalidConfigError, match=r"'mart__report'.*day is no field"):
        hw.materialize([first, report], run_config={"ops": {"mart__report": {"config": {"day": 3}}}})
    with pytest.raises(hw.InvalidConfigError, match="'first', which takes no config"):
        hw.materialize([first], run_config=hw.RunConfig(ops={"first": {"x": 1}}))
    with pytest.raises(hw.InvalidConfigError, match=r"names 'frist'.*Did you mean 'first'"):
        hw.materialize([first], run_config=hw.RunConfig(ops={"frist": {}}))
    assert [] == seen
    hw.materialize(
        [first, report, old], run_config=hw.RunConfig(ops={"mart/report": Window(days=2), "old": {"size": 9}})
    )
    assert {0, 2, 9} == set(seen)


def test_resources_are_set_up_once_for_a_run_and_configured_by_it() -> None:
    """Two assets share one open resource; a launch-time field comes from the run's config."""
    opened: list[str] = []

    class Database(hw.ConfigurableResource):
        url: str

        def setup_for_execution(self, context: hw.InitResourceContext) -> None:
            """Note it."""
            opened.append(self.url)

    @hw.asset
    def one(database: Database) -> str:
        return database.url

    @hw.asset(required_resource_keys={"database"}, deps=[one])
    def two(context: hw.AssetExecutionContext) -> str:
        return str(context.resources.database.url)

    result = hw.materialize(
        [one, two],
        resources={"database": Database.configure_at_launch()},
        run_config={"resources": {"database": {"config": {"url": "db://x"}}}},
    )
    assert ["db://x"] == opened
    assert "db://x" == result.asset_value("two")
    with pytest.raises(hw.InvalidConfigError, match="url is missing"):
        hw.materialize([one], resources={"database": Database.configure_at_launch()})


def test_several_assets_of_one_function() -> None:
    """Values go by position or by name; specs need none; what is not required may be left out, with what is below."""

    @hw.multi_asset(outs={"a": hw.AssetOut(), "b": hw.AssetOut(key=["x", "b"])})
    def pair() -> tuple[int, int]:
        return 1, 2

    @hw.multi_asset(outs={"c": hw.AssetOut(), "d": hw.AssetOut(is_required=False)})
    def some() -> Any:
        yield hw.Output(3, output_name="c", metadata={"rows": 3})

    @hw.multi_asset(specs=[hw.AssetSpec("e"), hw.AssetSpec("f", deps=["e"])])
    def tables() -> Any:
        return hw.MaterializeResult("e", metadata={"rows": 1}), hw.MaterializeResult("f")

    @hw.multi_asset(specs=[hw.AssetSpec("g"), hw.AssetSpec("h")])
    def silent() -> None:
        pass

    @hw.asset
    def below(c: int, d: int) -> int:
        return c + d

    @hw.asset(ins={"b": hw.AssetIn(key=["x", "b"])})
    def total(a: int, b: int, c: int) -> int:
        return a + b + c

    result = hw.materialize([pair, some, tables, silent, below, total])

    assert result.success
    assert {"a", "x/b", "c", "e", "f", "g", "h", "total"} == made_keys(result)
    assert 6 == result.asset_value("total")
    assert ("step_skipped", "below") in titles(result)

    @hw.multi_asset(outs={"a": hw.AssetOut(), "b": hw.AssetOut()})
    def half() -> Any:
        yield hw.Output(1, "a")

    with pytest.raises(hw.StepOutputError, match="did not give b"):
        hw.materialize([half])


def test_a_subset_is_made_where_the_function_can() -> None:
    """The function hears what is asked for, once before and once after what stands in between."""
    asked: list[set[str]] = []

    @hw.multi_asset(
        specs=[hw.AssetSpec("a", skippable=True), hw.AssetSpec("c", deps=["b"], skippable=True)], can_subset=True
    )
    def ends(context: hw.AssetExecutionContext) -> Any:
        asked.append({key.to_user_string() for key in context.selected_asset_keys})
        for key in sorted(context.selected_asset_keys):
            yield hw.MaterializeResult(key)

    @hw.asset(deps=["a"])
    def b() -> None:
        pass

    assert {"a", "b", "c"} == made_keys(hw.materialize([ends, b]))
    assert [{"a"}, {"c"}] == asked
    hw.materialize([ends, b], selection=["c"])
    assert {"c"} == asked[-1]

    @hw.multi_asset(specs=[hw.AssetSpec("a"), hw.AssetSpec("c", deps=["b"])])
    def whole() -> None:
        pass

    with pytest.raises(hw.InvalidDefinitionError, match="can_subset=True"):
        hw.materialize([whole, b])
    with pytest.raises(hw.InvalidDefinitionError, match="only all of its assets"):
        hw.materialize([whole], selection=["a"])
    together = hw.AssetSelection.assets("a").required_multi_asset_neighbors()
    assert {hw.AssetKey("a"), hw.AssetKey("c")} == together.resolve(hw.Definitions([whole, b]))


def test_external_assets_are_looked_at_but_not_made() -> None:
    """`observe` calls the function that looks; a selection that names an external asset is refused with the mend."""

    @hw.observable_source_asset
    def rates() -> hw.DataVersion:
        return hw.DataVersion("7")

    @hw.asset(deps=[rates])
    def below() -> None:
        pass

    @hw.observable_source_asset(partitions_def=DAYS)
    def files() -> hw.DataVersionsByPartition:
        return hw.DataVersionsByPartition({"2026-01-01": "a", "2026-01-02": "b"})

    seen = hw.observe([rates, below]).get_asset_observation_events()
    assert [hw.AssetKey("rates")] == [event.asset_key for event in seen]
    parts = hw.observe([files]).get_asset_observation_events()
    assert ["2026-01-01", "2026-01-02"] == [event.partition for event in parts]
    assert {"below"} == made_keys(hw.materialize([rates, below]))
    with pytest.raises(hw.ExternalAssetError, match="headwater observe rates"):
        hw.materialize([rates, below], selection=["rates"])


def test_one_function_looks_at_several_assets() -> None:
    """A function that looks at several yields what it saw of each; what is no observation is refused by name."""

    @hw.multi_observable_source_asset(specs=[hw.AssetSpec("rates"), hw.AssetSpec("holidays")])
    def bank() -> Iterator[hw.ObserveResult]:
        yield hw.ObserveResult("holidays", data_version=hw.DataVersion("2026"))
        yield hw.ObserveResult("rates", metadata={"rows": 3})

    @hw.multi_observable_source_asset(specs=[hw.AssetSpec("a"), hw.AssetSpec("b")])
    def confused() -> list[Any]:
        return [hw.MaterializeResult("a")]

    seen = hw.observe([bank]).get_asset_observation_events()
    failed = hw.observe([confused], raise_on_error=False)

    assert [hw.AssetKey("holidays"), hw.AssetKey("rates")] == [event.asset_key for event in seen]
    assert not failed.success


@pytest.mark.parametrize("kind", ["memory", "folder"])
def test_an_instance_keeps_events_and_values(kind: str, tmp_path: Path) -> None:
    """What one run made another one reads; reports from outside stand beside it."""

    @hw.asset
    def orders() -> int:
        return 4

    @hw.asset
    def total(orders: int, context_free: int) -> int:
        return orders + context_free

    @hw.asset
    def context_free() -> int:
        return 1

    opened = hw.HeadwaterInstance.ephemeral() if kind == "memory" else hw.HeadwaterInstance.local_temp(tmp_path)
    with opened as instance:
        first = hw.materialize([orders, context_free], instance=instance, tags={"team": "a"})
        second = hw.materialize([orders, context_free, total], selection="total", instance=instance)
        assert 5 == second.asset_value("total")
        instance.report_runless_asset_event(hw.AssetMaterialization("raw", metadata={"rows": 2}, partition="p"))
        latest = instance.get_latest_materialization_event("raw")
        assert latest is not None
        assert latest.materialization is not None
        assert {"rows": hw.MetadataValue.int(2)} == latest.materialization.metadata
        assert ["context_free", "orders", "raw", "total"] == [k.to_user_string() for k in instance.get_asset_keys()]
        assert [second.run_id, first.run_id] == [run.run_id for run in instance.get_runs()]
        found = instance.get_run_by_id(first.run_id)
        assert found is not None
        assert {"team": "a"} == found.tags
        hw.materialize([orders, context_free], selection="orders", instance=instance)
        page = instance.fetch_materializations("orders", 1)
        assert page.has_more
        assert 1 == len(instance.fetch_materializations("orders", 1, page.cursor).records)


def test_what_a_step_logs_of_other_assets_is_recorded() -> None:
    """`context.log_event` takes materializations and observations of any key; progress and values are at hand."""

    @hw.asset
    def orders() -> int:
        return 4

    @hw.asset(deps=[orders])
    def copies(context: hw.AssetExecutionContext) -> None:
        context.progress(1, 2, "half")
        context.log_event(hw.AssetMaterialization("copy", metadata={"n": context.load_asset_value("orders")}))
        context.log_event(hw.AssetObservation("orders"))

    result = hw.materialize([orders, copies])

    assert {"orders", "copies", "copy"} == made_keys(result)
    assert 1 == len(result.get_asset_observation_events())


def test_a_job_has_hooks_and_a_retry_policy_for_those_without_one() -> None:
    """In its runs alone: each asset is told of, and tried again by its own policy or by the job's."""
    tries: list[str] = []
    heard: list[tuple[str, str | None]] = []

    @hw.failure_hook(required_resource_keys={"pager"})
    def page(context: hw.HookContext) -> None:
        heard.append((context.resources.pager + context.step_key, context.job_name))

    def failing(name: str, policy: hw.RetryPolicy | None) -> hw.AssetsDefinition:
        @hw.asset(name=name, retry_policy=policy)
        def made() -> None:
            tries.append(name)
            raise ValueError

        return made

    plain, patient = failing("plain", None), failing("patient", hw.RetryPolicy(max_retries=2))
    job = hw.define_asset_job("nightly", hooks=[page], op_retry_policy=hw.RetryPolicy(max_retries=1))
    defs = hw.Definitions([plain, patient], jobs=[job], resources={"pager": "call "})
    for name in (None, "nightly"):
        InProcessRun(defs, ["plain", "patient"], job_name=name).carry_out(raise_on_error=False)

    assert sorted(tries) == ["patient"] * 6 + ["plain"] * 3
    assert sorted(heard) == [("call patient", "nightly"), ("call plain", "nightly")]
    steps = plan_steps(graph_of(defs), ["plain", "patient"], job_name="nightly")
    assert {step.name: step.retry and step.retry.max_retries for step in steps} == {"plain": 1, "patient": 2}
    with pytest.raises(hw.InvalidDefinitionError, match=r"Hook 'page' of job 'nightly'.*'pager'"):
        hw.Definitions([plain], jobs=[job]).resolve()
    with pytest.raises(hw.InvalidParameterError, match="op_retry_policy of job 'nightly'"):
        hw.define_asset_job("nightly", op_retry_policy=3)  # type: ignore[arg-type]


def test_sys_exit_in_a_function_is_an_error_that_says_so() -> None:
    """It ends the step and not the process; what it was called with is told; retries and hooks know it."""
    seen: list[str] = []

    @hw.failure_hook
    def note(context: hw.HookContext) -> None:
        seen.append(str(context.op_exception))

    @hw.asset(hooks={note}, retry_policy=hw.RetryPolicy(max_retries=1))
    async def plain(context: hw.AssetExecutionContext) -> None:
        raise SystemExit(f"no rates today, try {context.retry_number}")

    @hw.asset
    def yielding() -> Iterator[hw.MaterializeResult[None]]:
        yield hw.MaterializeResult()
        raise SystemExit

    result = hw.materialize([plain, yielding], raise_on_error=False)
    errors = {event.step_key: event.error for event in result.all_events if event.event_type == "step_failed"}
    assert "sys.exit('no rates today, try 1')" in str(errors["plain"])
    assert "sys.exit()" in str(errors["yielding"])
    assert 1 == len(seen)
    with pytest.raises(hw.UserExitError):
        hw.materialize([yielding])


def test_a_run_that_is_interrupted_is_canceled() -> None:
    """Ctrl-C reaches the caller, and the run is not shown as under way for ever."""

    @hw.asset
    def interrupted() -> None:
        raise KeyboardInterrupt

    with hw.HeadwaterInstance.ephemeral() as instance:
        with pytest.raises(KeyboardInterrupt):
            hw.materialize([interrupted], instance=instance)
        assert [hw.RunStatus.CANCELED] == [run.status for run in instance.get_runs()]
