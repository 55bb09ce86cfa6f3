"""Definitions with one of each mistake, and a print."""

from __future__ import annotations

import headwater as hw

DAYS = hw.DailyPartitionsDefinition("2026-01-01")

print("loading")

RAW = hw.AssetSpec("raw_orders")
AGAIN = hw.AssetSpec("raw_orders", description="another one")


@hw.asset(deps=["raw_order"])
def cleaned() -> None:
    """Depends on a key that is nearly there."""


@hw.asset
def summary(cleand: int) -> None:
    """Takes a value that nobody makes."""


@hw.asset(deps=["right"])
def left() -> None:
    """In a circle."""


@hw.asset(deps=["left"])
def right() -> None:
    """In a circle."""


@hw.asset(required_resource_keys={"warehouse"})
def stored() -> None:
    """Needs a resource that is misspelt below."""


@hw.sensor(target=[RAW])
def watch() -> None:
    """Targets what another system makes."""


idle = hw.AssetSpec("idle", automation_condition=hw.AutomationCondition.eager())

yesterday = hw.TimeWindowPartitionMapping(start_offset=-1, end_offset=-1)


@hw.asset(deps=[hw.AssetDep("idle", partition_mapping=yesterday)], partitions_def=DAYS)
def shifted() -> None:
    """Reads the day before of something that has no days."""


@hw.asset_check(asset="stored", partitions_def=DAYS)
def each_day() -> bool:
    """Judges the days of something that has none."""
    return True


# Each of these is made from the other.
here, there = hw.AssetSpec("here", deps=["there"]), hw.AssetSpec("there", deps=["here"])

defs = hw.Definitions(
    assets=[RAW, AGAIN, cleaned, summary, left, right, stored, idle, shifted, here, there],
    asset_checks=[each_day],
    sensors=[watch],
    resources={"warehose": object()},
)
