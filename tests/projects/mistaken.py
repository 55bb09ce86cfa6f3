"""Definitions with one of each mistake, and a print."""

from __future__ import annotations

import headwater as hw

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

defs = hw.Definitions(
    assets=[RAW, AGAIN, cleaned, summary, left, right, stored, idle],
    sensors=[watch],
    resources={"warehose": object()},
)
