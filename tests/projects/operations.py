"""What whoever runs Headwater meets: a run that waits, one that fails, ticks that fail, days to make."""

import os
import threading
from pathlib import Path

import headwater as hw

FOLDER = Path(os.environ["OPERATIONS_FOLDER"])
DAYS = hw.DailyPartitionsDefinition("2026-01-01", end_date="2026-01-15")


def held(name: str) -> bool:
    """Whether somebody wants it to wait."""
    return (FOLDER / name).exists()


@hw.asset(deps=["raw_orders"], automation_condition=hw.AutomationCondition.eager())
def orders(context: hw.AssetExecutionContext) -> hw.MaterializeResult[None]:
    """Logs on each level, and prints."""
    context.log.info("reading the orders")
    context.log.warning("an order without a customer")
    print("printed by orders")
    return hw.MaterializeResult(metadata={"rows": 40})


@hw.asset(deps=[orders])
def ledger() -> None:
    """Fails until somebody mends it."""
    if not held("mended"):
        raise ValueError("the ledger is closed")


@hw.asset(deps=[ledger])
def report() -> None:
    """Is skipped where the ledger fails."""


@hw.asset(pool="gpu")
def training(context: hw.AssetExecutionContext) -> None:
    """Is a quarter done for as long as somebody wants it to wait."""
    context.progress(1, 4, "epoch 1 of 4")
    while held("training"):
        threading.Event().wait(0.05)


@hw.asset(pool="gpu")
def scoring() -> None:
    """Needs what training needs."""


@hw.asset(partitions_def=DAYS)
def source_days(context: hw.AssetExecutionContext) -> None:
    """One day can't be made."""
    if context.partition_key == "2026-01-13":
        raise ValueError("an unlucky day")


@hw.asset(partitions_def=DAYS, deps=[source_days])
def days(context: hw.AssetExecutionContext) -> None:
    """Made from the days of the source."""


@hw.sensor(minimum_interval_seconds=3_600, target=[orders])
def inbox(context: hw.SensorEvaluationContext) -> hw.SensorResult:
    """Counts its ticks."""
    context.state["seen"] = "yes"
    return hw.SensorResult(cursor=str(int(context.cursor or 0) + 1), skip_reason="nothing new")


@hw.sensor(minimum_interval_seconds=3_600)
def refused() -> None:
    """Fails always."""
    raise RuntimeError("the SFTP server refuses the key")


nightly = hw.define_asset_job("nightly", selection=["ledger", "report"], tags={"team": "finance"})
each_new_year = hw.ScheduleDefinition(name="each_new_year", job=nightly, cron_schedule="0 3 1 1 *")

defs = hw.Definitions(
    assets=[hw.AssetSpec("raw_orders"), orders, ledger, report, training, scoring, source_days, days],
    sensors=[inbox, refused],
    schedules=[each_new_year],
    jobs=[nightly],
)
