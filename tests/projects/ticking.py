"""A project for tests of ticks: what its sensors and schedules do can be counted afterwards."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import headwater as hw

FOLDER = Path(os.environ.get("HEADWATER_TEST_FOLDER", "/nonexistent"))
CUSTOMERS = hw.DynamicPartitionsDefinition(name="customers")

raw = hw.AssetSpec("raw")


@hw.asset
def report() -> int:
    """Made by jobs."""
    return 1


@hw.asset(partitions_def=CUSTOMERS)
def by_customer(context: hw.AssetExecutionContext) -> str:
    """Made for each customer."""
    return context.partition_key


@hw.asset
def fails() -> None:
    """Fails."""
    raise RuntimeError("no luck")


nightly = hw.define_asset_job("nightly", selection=["report"])


@hw.sensor(minimum_interval_seconds=0.1)
def counts(context: hw.SensorEvaluationContext) -> hw.SensorResult:
    """Reports the next number, so that a tick that was lost or repeated shows."""
    number = int(context.cursor or 0) + 1
    context.state[f"n{number % 10}"] = number
    event = hw.AssetObservation("raw", metadata={"number": number})
    return hw.SensorResult(asset_events=[event], cursor=str(number))


@hw.sensor(minimum_interval_seconds=0.1)
def watches_folder(context: hw.SensorEvaluationContext) -> hw.SensorResult | hw.SkipReason:
    """Reports each file whose size changed, and keeps the sizes beside the cursor."""
    if not FOLDER.is_dir():
        return hw.SkipReason("no folder")
    changed = [path for path in sorted(FOLDER.iterdir()) if context.state.renew(path.name, path.stat().st_size)]
    events = [hw.AssetMaterialization("raw", metadata={"file": path.name}) for path in changed]
    return hw.SensorResult(asset_events=events)


@hw.sensor(minimum_interval_seconds=0.1)
def new_customers(context: hw.SensorEvaluationContext) -> hw.SensorResult | hw.SkipReason:
    """Adds a customer, and requests a run for it in the same tick."""
    path = FOLDER.parent / "customers"
    names = path.read_text().split() if path.exists() else []
    new = [name for name in names if name not in context.state]
    for name in new:
        context.state[name] = True
    return hw.SensorResult(
        dynamic_partitions_requests=[CUSTOMERS.build_add_request(new)] if new else [],
        run_requests=[hw.RunRequest(run_key=name, partition_key=name, asset_selection=["by_customer"]) for name in new],
    )


@hw.asset_sensor("raw", job=nightly)
def after_raw(context: hw.SensorEvaluationContext, event: Any) -> hw.RunRequest | hw.SkipReason:
    """Called for each file."""
    name = event.asset_materialization.metadata["file"].value
    context.log.info("file %s", name)
    return hw.RunRequest(run_key=str(name)) if name == "run" else hw.SkipReason(str(name))


@hw.multi_asset_sensor(["raw", "report"])
def after_both(context: hw.MultiAssetSensorEvaluationContext) -> hw.SensorResult | None:
    """Waits for both."""
    if not all(context.latest_materialization_records_by_key().values()):
        return None
    context.advance_all_cursors()
    return hw.SensorResult(asset_events=[hw.AssetObservation("both")])


@hw.run_failure_sensor
def on_failure(context: hw.RunFailureSensorContext) -> hw.SkipReason:
    """Says which steps failed."""
    steps = [str(event.step_key) for event in context.get_step_failure_events()]
    return hw.SkipReason(f"{context.failure_event.message} in {', '.join(steps)}")


@hw.run_status_sensor(hw.RunStatus.SUCCESS, monitored_jobs=[nightly])
def on_success(context: hw.RunStatusSensorContext) -> hw.SkipReason:
    """Says which job."""
    return hw.SkipReason(f"{context.run.job_name} made {', '.join(context.run.assets)}")


@hw.sensor(minimum_interval_seconds=0.1, timeout=0.5)
def hangs() -> None:
    """Never comes back."""
    while True:
        pass


@hw.asset_sensor("poison", minimum_interval_seconds=0.1)
def poisoned(context: hw.SensorEvaluationContext, event: Any) -> hw.SkipReason:
    """Fails over one of the events."""
    number = event.asset_materialization.metadata["number"].value
    if number == 2:
        raise RuntimeError("poison")
    return hw.SkipReason(f"number {number}")


@hw.check_sensor(monitored_assets=["raw"])
def on_check(context: hw.SensorEvaluationContext, event: Any) -> hw.SkipReason:
    """Says how it went."""
    return hw.SkipReason(f"{event.check_name} of {event.asset_key.to_user_string()}: {event.passed}")


@hw.schedule("* * * * *", job=nightly, default_status=hw.DefaultScheduleStatus.STOPPED)
def every_minute(context: hw.ScheduleEvaluationContext) -> hw.RunRequest:
    """Once a minute."""
    return hw.RunRequest(run_key=context.scheduled_execution_time.isoformat())


defs = hw.Definitions(
    assets=[raw, report, by_customer, fails],
    sensors=[
        counts,
        watches_folder,
        new_customers,
        after_raw,
        after_both,
        on_failure,
        on_success,
        on_check,
        hangs,
        poisoned,
    ],
    schedules=[every_minute],
)
