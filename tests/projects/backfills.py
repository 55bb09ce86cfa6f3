"""Days and the weeks made from them; one day can't be made until somebody mends it, and all can be held up."""

import os
import threading
from pathlib import Path

import headwater as hw

FOLDER = Path(os.environ["BACKFILL_FOLDER"])
DAYS = hw.DailyPartitionsDefinition("2026-01-04", end_date="2026-01-25")


@hw.asset(partitions_def=DAYS)
def day(context: hw.AssetExecutionContext) -> hw.MaterializeResult[None]:
    """Fails for one day until there is a file that says that it is mended; waits while there is one that says so."""
    while (FOLDER / "held").exists():
        threading.Event().wait(0.05)
    if context.partition_key == "2026-01-20" and not (FOLDER / "mended").exists():
        raise ValueError("the reading of 2026-01-20 is broken")
    with (FOLDER / "made").open("a") as made:
        made.write(f"{context.partition_key}\n")
    return hw.MaterializeResult()


@hw.asset(
    partitions_def=hw.WeeklyPartitionsDefinition("2026-01-04", end_date="2026-01-25"),
    deps=[day],
)
def week(context: hw.AssetExecutionContext) -> hw.MaterializeResult[None]:
    """Counts on its seven days."""
    made = set((FOLDER / "made").read_text().split())
    window = context.partition_time_window
    days = DAYS.get_partition_keys_in_range(
        hw.PartitionKeyRange(f"{window.start:%Y-%m-%d}", f"{window.end - window.end.resolution:%Y-%m-%d}")
    )
    missing = [each for each in days if each not in made]
    if missing:
        raise AssertionError(f"the week was asked for before its days {missing}")
    return hw.MaterializeResult(metadata={"days": len(days)})


defs = hw.Definitions(assets=[day, week])
