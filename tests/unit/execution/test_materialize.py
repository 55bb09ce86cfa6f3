"""Runs in the caller's own process: what is made, stored, retried, skipped and refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import headwater as hw
from headwater.definitions.examine import examine
from headwater.execution.in_process.run import InProcessRun, graph_of
from headwater.execution.steps.plan import plan_steps

DAYS = hw.DailyPartitionsDefinition("2026-01-01", end_date="2026-01-04")


class Window(hw.Config):
    days: int = 7


def titles(result: hw.ExecuteInProcessResult) -> list[tuple[str, str | None]]:
    """Kind and step of each event of steps."""
    return [(event.event_type, event.step_key) for event in result.all_events if event.step_key]


def made(result: hw.ExecuteInProcessResult) -> set[str]:
    """The keys of the assets that a run made."""
    return {event.asset_key.to_user_string() for event in result.get_asset_materialization_events() if event.asset_key}


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
    assert {"raw", "orders"} == made(result)
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
    assert {"beside"} == made(result)


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
    assert {"flaky", "asks"} == made(result)
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
    assert {"a", "x/b", "c", "e", "f", "g", "h", "total"} == made(result)
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

    assert {"a", "b", "c"} == made(hw.materialize([ends, b]))
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


def test_io_managers_store_and_load_by_name(tmp_path: Path) -> None:
    """A value goes through the manager that its asset names; of an external asset, that its spec names."""

    class Lines(hw.ConfigurableIOManager):
        folder: str

        def handle_output(self, context: hw.OutputContext, obj: Any) -> None:
            """Write lines."""
            path = Path(self.folder, "-".join(context.get_identifier()))
            path.write_text("\n".join(obj))
            context.add_output_metadata({"file": str(path)})

        def load_input(self, context: hw.InputContext) -> Any:
            """Read lines."""
            return Path(self.folder, "-".join(context.get_identifier())).read_text().splitlines()

    raw = hw.AssetSpec("raw").with_io_manager_key("lines")
    (tmp_path / "raw").write_text("b\na")

    @hw.asset(io_manager_key="lines")
    def cleaned(raw: list[str]) -> list[str]:
        return sorted(raw)

    @hw.asset
    def count(cleaned: list[str]) -> int:
        return len(cleaned)

    result = hw.materialize([raw, cleaned, count], resources={"lines": Lines(folder=str(tmp_path))})

    assert "a\nb" == (tmp_path / "cleaned").read_text()
    assert 2 == result.asset_value("count")
    assert "file" in result.asset_materializations_for_node("cleaned")[0].metadata
    with pytest.raises(hw.InvalidDefinitionError, match=r"is stored by the resource 'lines'"):
        hw.materialize([raw, cleaned])
    assert hw.materialize_to_memory([cleaned, hw.asset(name="raw")(lambda: ["z"])]).success


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
    assert {"below"} == made(hw.materialize([rates, below]))
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

    assert {"orders", "copies", "copy"} == made(result)
    assert 1 == len(result.get_asset_observation_events())


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


def test_an_io_manager_is_told_what_asset_and_parameter_say() -> None:
    """Of a parameter: its type and its own metadata, before that of the asset, which `upstream_output` has alone."""
    told: list[Any] = []

    class Noting(hw.IOManager):
        def handle_output(self, context: hw.OutputContext, obj: Any) -> None:
            told.append(context.dagster_type.typing_type)

        def load_input(self, context: hw.InputContext) -> Any:
            stored = context.upstream_output
            assert stored is not None
            told.append((context.dagster_type.display_name, context.metadata, stored.asset_key, stored.metadata))
            return 7

    @hw.asset(metadata={"table": "sales", "columns": "all"})
    def sales() -> int:
        return 1

    @hw.asset(ins={"sales": hw.AssetIn(metadata={"columns": "price"})})
    def total(sales: int) -> None:
        assert 7 == sales

    hw.materialize([sales, total], resources={"io_manager": Noting()})
    asset = {"table": "sales", "columns": "all"}
    assert [int, ("int", {**asset, "columns": "price"}, hw.AssetKey("sales"), asset)] == told


def test_files_are_where_the_run_or_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a folder a `FilesystemIOManager` keeps values with those of the run; an `EnvVar` is read when used."""

    @hw.asset
    def numbers() -> list[int]:
        return [1]

    with hw.HeadwaterInstance.local_temp(tmp_path / "home") as instance:
        hw.materialize([numbers], instance=instance, resources={"io_manager": hw.FilesystemIOManager()})
        assert hw.materialize([numbers], instance=instance).success
    assert ["numbers.pickle"] == [each.name for each in tmp_path.rglob("numbers*")]

    lake = hw.FilesystemIOManager(base_dir=hw.EnvVar("LAKE"))
    with pytest.raises(hw.InvalidConfigError, match="environment variable LAKE, which is not set"):
        hw.materialize([numbers], resources={"io_manager": lake})
    monkeypatch.setenv("LAKE", str(tmp_path / "lake"))
    hw.materialize([numbers], resources={"io_manager": lake})
    assert (tmp_path / "lake" / "numbers.pickle").is_file()

    with pytest.raises(hw.InvalidConfigError, match="Name a folder"):
        hw.FilesystemIOManager().load_input(hw.build_input_context(asset_key="numbers"))


class Reader(hw.IOManager):
    """Reads what another system has left."""

    def handle_output(self, context: hw.OutputContext, obj: Any) -> None:
        """Nothing of it is made here."""

    def load_input(self, context: hw.InputContext) -> Any:
        """The same for every asset."""
        return 7


def test_the_reader_of_an_external_asset_is_there_before_work_starts() -> None:
    """A missing one is an error of the definitions, which names who loads what; in memory it is used too."""
    raw = hw.AssetSpec("raw").with_io_manager_key("inbox")

    @hw.asset
    def total(raw: int) -> int:
        return raw

    @hw.asset_check(asset=raw)
    def is_seven(raw: int) -> bool:
        return raw == 7

    with pytest.raises(hw.InvalidDefinitionError, match=r"'total' .* loads 'raw', as its spec says, .* 'inbox'"):
        hw.materialize([raw, total])
    with pytest.raises(hw.InvalidDefinitionError, match=r"is_seven.* loads 'raw', as its spec says, .* 'inbox'"):
        hw.Definitions(assets=[raw], asset_checks=[is_seven]).resolve()
    assert 7 == hw.materialize_to_memory([raw, total], resources={"inbox": Reader()}).asset_value("total")
    assert [] == examine(hw.Definitions(assets=[raw])), "nobody loads it, so nobody needs the reader"
    assert [] == examine(hw.Definitions(assets=[raw], resources={"inbox": Reader()})), "a spec names it"
