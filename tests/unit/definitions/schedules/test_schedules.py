"""Schedules: what they take, and what their ticks come to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

import headwater as hw
from headwater.definitions.build_snapshot import build_snapshot
from headwater.definitions.schedules.results import EMPTY_RESULT, ScheduleOutcome, evaluate_schedule


@hw.asset
def orders() -> int:
    """An asset."""
    return 1


raw = hw.AssetSpec("raw")
NIGHTLY = hw.define_asset_job("nightly", selection=["orders"])


def outcome(schedule: hw.ScheduleDefinition, moment: datetime = datetime(2026, 1, 3, 4, tzinfo=UTC)) -> ScheduleOutcome:
    """What a tick of a schedule comes to."""
    context = hw.build_schedule_context(scheduled_execution_time=moment)
    return evaluate_schedule(schedule, context, lambda: schedule(context) if schedule.arguments else schedule())


def test_a_schedule_of_a_job() -> None:
    """It is named after the job, on by default, and its job is known by it."""
    schedule = hw.ScheduleDefinition(cron_schedule="@daily", job=NIGHTLY, run_config={"ops": {}}, tags={"team": "a"})
    snapshot = build_snapshot(hw.Definitions(assets=[orders], schedules=[schedule]))
    (found,) = snapshot.schedules
    (request,) = outcome(schedule).run_requests

    assert ("nightly_schedule", ("0 0 * * *",), "UTC", True, ("nightly",), 1) == (
        found.name,
        found.crons,
        found.timezone,
        found.running_by_default,
        found.jobs,
        found.catch_up,
    )
    assert ["nightly"] == [job.name for job in snapshot.jobs]
    assert ({"ops": {}}, {"team": "a"}) == (request.run_config, request.tags)


def test_config_and_tags_may_come_from_functions() -> None:
    """Each is asked with the context of the tick."""
    schedule = hw.ScheduleDefinition(
        cron_schedule="@daily",
        job=NIGHTLY,
        run_config_fn=lambda context: {"ops": {"orders": {"config": {"day": context.scheduled_execution_time.day}}}},
        tags_fn=lambda context: {"year": str(context.scheduled_execution_time.year)},
    )
    (request,) = outcome(schedule).run_requests

    assert {"ops": {"orders": {"config": {"day": 3}}}} == request.run_config
    assert {"year": "2026"} == request.tags


def yielded() -> Iterator[Any]:
    """A generator of requests."""
    yield hw.RunRequest(run_key="a")
    yield hw.RunRequest(run_key="b")


@pytest.mark.parametrize(
    ("result", "keys", "skip_message"),
    [
        (None, [], EMPTY_RESULT),
        ([], [], EMPTY_RESULT),
        ({}, [None], None),
        ({"ops": {}}, [None], None),
        (hw.RunRequest(run_key="a"), ["a"], None),
        ([hw.RunRequest(run_key="a"), hw.RunRequest(run_key="b")], ["a", "b"], None),
        (yielded(), ["a", "b"], None),
        (hw.SkipReason("why"), [], "why"),
    ],
)
def test_what_its_function_may_return(result: Any, keys: list[str | None], skip_message: str | None) -> None:
    """Nothing, a config, requests in every form, or a reason to skip."""
    schedule = hw.schedule("@daily", job=NIGHTLY, name="s")(lambda: result)
    found = outcome(schedule)

    assert (keys, skip_message) == ([request.run_key for request in found.run_requests], found.skip_message)


@pytest.mark.parametrize(
    ("result", "message"),
    [
        ("text", "return a RunRequest"),
        (True, "return a RunRequest"),
        ([hw.RunRequest(), hw.RunRequest()], "run_key"),
        ([hw.SkipReason("no"), hw.RunRequest()], "either skips"),
    ],
)
def test_anything_else_is_an_error(result: Any, message: str) -> None:
    """The error says what to return."""
    schedule = hw.schedule("@daily", job=NIGHTLY, name="s")(lambda: result)

    with pytest.raises(hw.ScheduleResultError, match=message):
        outcome(schedule)


def test_should_execute_is_asked_first() -> None:
    """Where it says no, the function is not called."""

    @hw.schedule("@daily", job=NIGHTLY, should_execute=lambda context: context.scheduled_execution_time.day != 3)
    def s() -> Any:
        raise AssertionError

    assert "should_execute function for s returned false." == outcome(s).skip_message


def test_each_partition_is_due_as_its_window_ends() -> None:
    """The partition that ended last is requested under its own key; before the first there is none."""
    job = hw.define_asset_job("daily", partitions_def=hw.DailyPartitionsDefinition("2026-01-01"))
    schedule = hw.build_schedule_from_partitioned_job(job, hour_of_day=4)

    (request,) = outcome(schedule).run_requests
    (at_midnight,) = outcome(schedule, datetime(2026, 1, 3, tzinfo=UTC)).run_requests
    assert ("2026-01-02", "2026-01-02") == (request.run_key, request.partition_key)
    assert "2026-01-02" == at_midnight.partition_key
    assert "no partitions" in str(outcome(schedule, datetime(2026, 1, 1, 4, tzinfo=UTC)).skip_message)
    assert (("0 4 * * *",), None) == (schedule.cron_schedule, schedule.catch_up)


def test_a_job_over_two_dimensions_is_due_for_each_key_of_the_other() -> None:
    """The window that ended last, with each region."""
    both = hw.MultiPartitionsDefinition(
        {"day": hw.DailyPartitionsDefinition("2026-01-01"), "region": hw.StaticPartitionsDefinition(["eu", "us"])}
    )
    schedule = hw.build_schedule_from_partitioned_job(hw.define_asset_job("daily", partitions_def=both))

    assert ["2026-01-02|eu", "2026-01-02|us"] == [request.partition_key for request in outcome(schedule).run_requests]


@pytest.mark.parametrize("named", [["raw"], ["orders", "raw"], "raw", "orders or raw"])
def test_an_external_asset_in_a_job_or_schedule_is_an_error_at_load(named: Any) -> None:
    """No run can make it; the error says what to do instead."""
    job = hw.define_asset_job("j", selection=named)
    schedule = hw.ScheduleDefinition("s", cron_schedule="@daily", target=named)

    with pytest.raises(hw.ExternalAssetError, match=r"raw.*external.*report"):
        build_snapshot(hw.Definitions(assets=[orders, raw], jobs=[job]))
    with pytest.raises(hw.ExternalAssetError, match=r"raw.*external.*report"):
        build_snapshot(hw.Definitions(assets=[orders, raw], schedules=[schedule]))


def test_what_a_selection_means_besides_is_left_out() -> None:
    """External assets that a selection happens to mean are no error."""
    schedule = hw.ScheduleDefinition("s", cron_schedule="@daily", target="*")
    (found,) = build_snapshot(hw.Definitions(assets=[orders, raw], schedules=[schedule])).schedules

    assert ("orders",) == found.targets


def test_a_job_that_is_not_there() -> None:
    """Loading says so, with the name that was perhaps meant."""
    schedule = hw.ScheduleDefinition(cron_schedule="@daily", job_name="nightly")
    job = hw.define_asset_job("nightly_job")

    with pytest.raises(hw.InvalidDefinitionError, match=r"'nightly', which is not defined. Did you mean 'nightly_job'"):
        hw.Definitions(assets=[orders], jobs=[job], schedules=[schedule]).resolve()


def test_a_sensor_and_a_schedule_share_no_name() -> None:
    """Their ticks and states are kept by name."""
    sensor = hw.sensor(name="twice")(lambda: None)
    schedule = hw.ScheduleDefinition("twice", cron_schedule="@daily", job=NIGHTLY)

    with pytest.raises(hw.DuplicateDefinitionError, match="A sensor and a schedule are named 'twice'"):
        hw.Definitions(assets=[orders], sensors=[sensor], schedules=[schedule]).resolve()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "name"),
        ({"job": NIGHTLY, "job_name": "x"}, "say the same thing"),
        ({"job": NIGHTLY, "run_config": {}, "run_config_fn": lambda _c: {}}, "say the same thing"),
        ({"job": NIGHTLY, "execution_timezone": "Mars"}, "time zone"),
        ({"job": NIGHTLY, "catch_up": 0}, "catch_up"),
        ({"job": NIGHTLY, "default_status": "RUNNING"}, "default_status"),
        ({"job": NIGHTLY, "owners": ["nobody"]}, "owners"),
    ],
)
def test_refuses_options(options: dict[str, Any], message: str) -> None:
    """Options that contradict each other or mean nothing are refused."""
    with pytest.raises(hw.InvalidDefinitionError, match=message):
        hw.ScheduleDefinition(**{"cron_schedule": "@daily", **options})


def test_a_context_without_a_time() -> None:
    """The error says how to build one."""
    with pytest.raises(hw.InvalidInvocationError, match="scheduled_execution_time="):
        hw.build_schedule_context().scheduled_execution_time  # noqa: B018
