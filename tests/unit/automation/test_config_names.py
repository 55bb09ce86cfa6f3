"""The config of runs that are still to be requested: what it names must be there, at load time or at the tick."""

from __future__ import annotations

from typing import Any

import pytest

import headwater as hw
from headwater.automation.ticks.messages import TickOrder, encoder, report_decoder
from headwater.automation.ticks.task import evaluate
from headwater.definitions.build_snapshot import build_snapshot
from headwater.execution.steps.messages import StepOrder
from headwater.execution.steps.messages import encoder as order_encoder
from headwater.execution.steps.task import prepare
from headwater.records.automation.ticks import SensorState
from headwater.records.runs.runs import RETRY_TAG


class Days(hw.Config):
    """What the assets take."""

    days: int = 1


@hw.asset
def report(config: Days) -> None:
    """One."""


@hw.asset
def other(config: Days) -> None:
    """Another."""


JOB = hw.define_asset_job("nightly", selection=[report])
BOTH = {"ops": {"report": {"config": {"days": 2}}, "other": {"config": {"days": 3}}}}


def of_op(name: str) -> dict[str, Any]:
    """A config of one asset."""
    return {"ops": {name: {"config": {"days": 2}}}}


@pytest.mark.parametrize("config", [of_op("repotr"), {"resources": {"repotr": {"config": {}}}}])
def test_a_jobs_or_schedules_own_config_is_an_error_at_load_time(config: dict[str, Any]) -> None:
    """With its name and place, and what was meant."""
    job = hw.define_asset_job("wrong", selection=[report], config=config)
    schedules = [
        hw.ScheduleDefinition("wrong", cron_schedule="@daily", job=JOB, run_config=config),
        hw.ScheduleDefinition("wrong", cron_schedule="@daily", target=[report], run_config=config),
    ]
    wrong = [hw.Definitions([report, other], jobs=[job])]
    wrong += [hw.Definitions([report, other], jobs=[JOB], schedules=[each]) for each in schedules]

    for definitions in wrong:
        with pytest.raises(hw.HeadwaterError, match=r"(Job|Schedule) 'wrong' \(.*test_config_names.py.*names 'repotr'"):
            build_snapshot(definitions)


def ticked(request: hw.RunRequest, **target: Any) -> str | None:
    """Why a tick fails that requests a run; None if it does not."""

    @hw.sensor(name="watch", **target)
    def watch() -> hw.RunRequest:
        return request

    definitions = hw.Definitions([report, other], sensors=[watch], jobs=[JOB])
    order = TickOrder(state=SensorState(sensor="watch"))
    told = report_decoder.decode(evaluate(definitions, encoder.encode(order), lambda *_: None))
    return None if told.error is None else told.error.message


def test_a_run_requests_config_is_an_error_at_the_tick() -> None:
    """What is not of the run it asks for, be it a job's, the target's or what the request names."""
    wrong = hw.RunRequest("k", run_config=of_op("repotr"))
    told = [
        ticked(wrong, job=JOB),
        ticked(wrong, target=[report]),
        ticked(hw.RunRequest("k", run_config=of_op("other"), asset_selection=[report]), target=[report, other]),
        ticked(hw.RunRequest(run_config={"resources": {"repotr": {"config": {}}}}), target="*"),
    ]
    sentence = "ops of the run's config names 'repotr', which is not an asset or check of this run. Did you mean"

    assert [f"The run 'k' that 'watch' requested: {sentence} 'report'?"] * 2 == told[:2]
    assert "names 'other'" in str(told[2])
    assert str(told[3]).startswith("The run that 'watch' requested: resources")


def test_what_is_there_is_no_error() -> None:
    """The job's, the target's; and of a job that another code location has nothing is known here."""
    assert ticked(hw.RunRequest(run_config=of_op("report")), job=JOB) is None
    assert ticked(hw.RunRequest(run_config=BOTH), target="*") is None
    assert ticked(hw.RunRequest(run_config=of_op("elsewhere"), job_name="elsewhere")) is None


def test_a_part_of_a_job_and_a_retry_keep_the_config_of_the_whole() -> None:
    """What is left of a run may be asked for with the config that all of it had."""
    job = hw.define_asset_job("whole", selection=[report, other], config=BOTH)
    definitions = hw.Definitions([report, other], jobs=[job])
    order = StepOrder(run_id="r", step="config", assets=("report",), run_config=BOTH)

    def prepared(**changes: Any) -> None:
        prepare(definitions, order_encoder.encode(StepOrder(**{**_fields(order), **changes})), lambda *_: None)

    prepared(job_name="whole")
    prepared(tags={RETRY_TAG: "before"})
    with pytest.raises(hw.HeadwaterError, match="names 'other', which is not an asset or check of this run"):
        prepared()


def _fields(order: StepOrder) -> dict[str, Any]:
    return {name: getattr(order, name) for name in order.__struct_fields__}
