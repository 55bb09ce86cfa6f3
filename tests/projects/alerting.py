"""Assets and a sensor that go wrong and well again, each as a file of its own says."""

from __future__ import annotations

import os
from pathlib import Path

import headwater as hw

_STATE = Path(os.environ.get("ALERTING_STATE", "/nonexistent"))


def _fail_if_there(name: str) -> None:
    if (_STATE / name).exists():
        raise ValueError("the file says so")


orders = hw.AssetSpec("orders", owners=["team:partners"])


@hw.asset(deps=[orders], group_name="finance", owners=["cfo@example.com"])
def revenue() -> None:
    """Fails while the file is there."""
    _fail_if_there("revenue")


@hw.asset(deps=[revenue])
def forecast() -> None:
    """What is made from it."""


@hw.sensor(minimum_interval_seconds=1)
def watcher() -> None:
    """Fails while the file is there."""
    _fail_if_there("watcher")


defs = hw.Definitions(
    [orders, revenue, forecast], sensors=[watcher], asset_checks=[hw.AssetCheckSpec("total", asset=orders)]
)
