"""Assets and a sensor that go wrong and well again as a file says."""

from __future__ import annotations

import os
from pathlib import Path

import headwater as hw

_BROKEN = Path(os.environ.get("ALERTING_BROKEN", "/nonexistent/broken"))


def _fail_if_broken() -> None:
    if _BROKEN.exists():
        raise ValueError("the file says so")


orders = hw.AssetSpec("orders", owners=["team:partners"])


@hw.asset(deps=[orders], group_name="finance", owners=["cfo@example.com"])
def revenue() -> None:
    """Fails while the file is there."""
    _fail_if_broken()


@hw.asset(deps=[revenue])
def forecast() -> None:
    """What is made from it."""


@hw.sensor(minimum_interval_seconds=1)
def watcher() -> None:
    """Fails while the file is there."""
    _fail_if_broken()


defs = hw.Definitions(
    [orders, revenue, forecast], sensors=[watcher], asset_checks=[hw.AssetCheckSpec("total", asset=orders)]
)
