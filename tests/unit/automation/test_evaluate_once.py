"""`evaluate_automation_conditions`, as people write it in their tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

import headwater as hw

MORNING = datetime(2026, 3, 10, 8, 0, tzinfo=UTC)
EAGER = hw.AutomationCondition.eager()
DAILY = hw.DailyPartitionsDefinition(start_date="2026-03-01")


def report(instance: hw.HeadwaterInstance, key: str) -> None:
    """Another system wrote an asset."""
    instance.report_runless_asset_event(hw.AssetMaterialization(key))


@hw.asset(deps=["raw"], automation_condition=EAGER)
def clean() -> None:
    """Made of raw."""


def test_reports_before_the_first_evaluation_ask_for_nothing() -> None:
    """The first evaluation is the beginning; one request each, however many reports came in between."""
    instance = hw.HeadwaterInstance.ephemeral()
    report(instance, "raw")
    first = hw.evaluate_automation_conditions([clean], instance)
    report(instance, "raw")
    report(instance, "raw")
    second = hw.evaluate_automation_conditions([clean], instance, cursor=first.cursor)
    third = hw.evaluate_automation_conditions([clean], instance, cursor=second.cursor)

    assert (0, 1, 0) == (first.total_requested, second.get_num_requested("clean"), third.total_requested)
    assert {None} == second.get_requested_partitions("clean")


def test_a_cursor_can_be_used_twice() -> None:
    """An evaluation leaves the cursor that it began from as it was."""
    instance = hw.HeadwaterInstance.ephemeral()
    first = hw.evaluate_automation_conditions([clean], instance)
    report(instance, "raw")
    found = [hw.evaluate_automation_conditions([clean], instance, cursor=first.cursor) for _ in range(2)]

    assert [1, 1] == [each.total_requested for each in found]


def test_an_update_between_two_evaluations_is_not_lost() -> None:
    """A report right after a request leads to one more."""
    instance = hw.HeadwaterInstance.ephemeral()
    result = hw.evaluate_automation_conditions([clean], instance)
    found = []
    for _ in range(3):
        report(instance, "raw")
        result = hw.evaluate_automation_conditions([clean], instance, cursor=result.cursor)
        found.append(result.total_requested)

    assert [1, 1, 1] == found


def test_on_cron_waits_for_every_input_after_the_tick() -> None:
    """A tick alone asks for nothing; inputs from before it do not count."""

    @hw.asset(deps=["raw", "other"], automation_condition=hw.AutomationCondition.on_cron("0 9 * * *"))
    def morning() -> None:
        """Made each morning."""

    instance = hw.HeadwaterInstance.ephemeral()
    result = hw.evaluate_automation_conditions([morning], instance, evaluation_time=MORNING)
    found = []
    for hour, keys in [(8.5, ("raw", "other")), (9.5, ()), (10, ("raw",)), (10.5, ("other",)), (11, ("raw", "other"))]:
        for key in keys:
            report(instance, key)
        now = MORNING + timedelta(hours=hour - 8)
        result = hw.evaluate_automation_conditions([morning], instance, evaluation_time=now, cursor=result.cursor)
        found.append(result.total_requested)

    assert [0, 0, 0, 1, 0] == found


def test_eager_makes_a_new_window_as_it_closes() -> None:
    """The newest partition is missing once its window has ended, and is asked for if its input is there."""
    lake = hw.AssetSpec("lake", partitions_def=DAILY)

    @hw.asset(deps=["lake"], partitions_def=DAILY, automation_condition=EAGER)
    def daily() -> None:
        """Made by day."""

    defs, instance = hw.Definitions([lake, daily]), hw.HeadwaterInstance.ephemeral()
    first = hw.evaluate_automation_conditions(defs, instance, evaluation_time=MORNING)
    # Reported while the day was going on, so before there is such a partition.
    instance.report_runless_asset_event(hw.AssetMaterialization("lake", partition="2026-03-10"))
    same_day = hw.evaluate_automation_conditions(defs, instance, evaluation_time=MORNING, cursor=first.cursor)
    next_day = MORNING + timedelta(days=1)
    after = hw.evaluate_automation_conditions(defs, instance, evaluation_time=next_day, cursor=same_day.cursor)

    assert (0, {"2026-03-10"}) == (same_day.total_requested, after.get_requested_partitions("daily"))


def test_on_missing_makes_new_partitions_alone() -> None:
    """What was missing as the condition came into force is left alone; a window that closes afterwards is made."""

    @hw.asset(partitions_def=DAILY, automation_condition=hw.AutomationCondition.on_missing())
    def daily() -> None:
        """Made by day."""

    instance = hw.HeadwaterInstance.ephemeral()
    first = hw.evaluate_automation_conditions([daily], instance, evaluation_time=MORNING)
    next_day = MORNING + timedelta(days=1)
    second = hw.evaluate_automation_conditions([daily], instance, evaluation_time=next_day, cursor=first.cursor)

    assert (0, {"2026-03-10"}) == (first.total_requested, second.get_requested_partitions("daily"))


def test_a_version_that_is_the_same_counts_where_it_should() -> None:
    """Of a plain external asset each report is new; `data_version_changed` looks at the version."""
    changed = hw.AutomationCondition.any_deps_match(hw.AutomationCondition.data_version_changed())

    @hw.asset(deps=["raw"], automation_condition=changed)
    def careful() -> None:
        """Made when the version of raw is another."""

    instance = hw.HeadwaterInstance.ephemeral()
    result = hw.evaluate_automation_conditions([clean, careful], instance)
    found = []
    for version in ("1", "1", "2"):
        instance.report_runless_asset_event(hw.AssetMaterialization("raw", tags={"dagster/data_version": version}))
        result = hw.evaluate_automation_conditions([clean, careful], instance, cursor=result.cursor)
        found.append((result.get_num_requested("clean"), result.get_num_requested("careful")))

    assert [(1, 1), (1, 0), (1, 1)] == found


def test_checks_upstream_are_waited_for() -> None:
    """A blocking check has to pass first."""
    condition = EAGER & hw.AutomationCondition.all_deps_blocking_checks_passed()

    @hw.asset(deps=["raw"], automation_condition=condition)
    def sure() -> None:
        """Made of what was checked."""

    check = hw.AssetCheckSpec("complete", asset="raw", blocking=True)
    defs = hw.Definitions([hw.AssetSpec("raw"), sure], asset_checks=[check])
    instance = hw.HeadwaterInstance.ephemeral()
    first = hw.evaluate_automation_conditions(defs, instance)
    report(instance, "raw")
    second = hw.evaluate_automation_conditions(defs, instance, cursor=first.cursor)
    instance.report_runless_asset_event(hw.AssetCheckEvaluation(asset_key="raw", check_name="complete", passed=True))
    third = hw.evaluate_automation_conditions(defs, instance, cursor=second.cursor)

    assert [0, 1] == [second.total_requested, third.total_requested]


def test_a_moment_without_a_time_zone_is_refused() -> None:
    """It would mean another moment on another machine."""
    with pytest.raises(hw.InvalidParameterError, match="time zone"):
        hw.evaluate_automation_conditions(
            [clean], hw.HeadwaterInstance.ephemeral(), evaluation_time=datetime(2026, 1, 1)
        )


def test_news_of_what_a_view_shows_are_news_below_it() -> None:
    """A virtual asset is looked through: what is below asks as what it shows is reported, though it never is itself."""

    @hw.asset(deps=["view_of_view"], automation_condition=EAGER)
    def mart() -> None: ...

    views = [
        hw.AssetSpec("view", deps=["raw"], is_virtual=True),
        hw.AssetSpec("view_of_view", deps=["view"], is_virtual=True),
    ]
    instance = hw.HeadwaterInstance.ephemeral()
    first = hw.evaluate_automation_conditions([*views, mart], instance)
    report(instance, "raw")
    second = hw.evaluate_automation_conditions([*views, mart], instance, cursor=first.cursor)
    plain = [view.replace_attributes(is_virtual=False) for view in views]
    hidden = hw.evaluate_automation_conditions([*plain, mart], instance, cursor=first.cursor)

    assert (1, 0) == (second.get_num_requested("mart"), hidden.get_num_requested("mart"))


def test_conditions_of_checks_are_evaluated_too() -> None:
    """A report of what a check judges asks for the check once, by its own key; a selection of others leaves it out."""

    @hw.asset_check(asset="raw", automation_condition=EAGER)
    def sound() -> hw.AssetCheckResult:
        return hw.AssetCheckResult(passed=True)

    defs = hw.Definitions([hw.AssetSpec("raw"), clean], asset_checks=[sound])
    key = hw.AssetCheckKey(hw.AssetKey("raw"), "sound")
    instance = hw.HeadwaterInstance.ephemeral()
    first = hw.evaluate_automation_conditions(defs, instance)
    others = hw.evaluate_automation_conditions(defs, instance, asset_selection="clean")
    alone = hw.evaluate_automation_conditions(defs, instance, asset_selection=hw.AssetSelection.checks(key))
    report(instance, "raw")
    second = hw.evaluate_automation_conditions(defs, instance, cursor=first.cursor)
    third = hw.evaluate_automation_conditions(defs, instance, cursor=second.cursor)
    without = hw.evaluate_automation_conditions(defs, instance, cursor=others.cursor)
    only = hw.evaluate_automation_conditions(defs, instance, cursor=alone.cursor)

    assert (0, 2, 0) == (first.total_requested, second.total_requested, third.total_requested)
    assert ({None}, 1) == (second.get_requested_partitions(key), second.get_num_requested("clean"))
    assert (0, 1) == (without.get_num_requested(key), without.get_num_requested("clean"))
    assert (1, 0) == (only.get_num_requested(key), only.get_num_requested("clean"))
