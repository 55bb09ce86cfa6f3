"""A project whose runs other catalogs are told of; a file `broken` in the folder TOLD_STATE makes one asset fail."""

from __future__ import annotations

import os
from pathlib import Path

import headwater as hw

orders = hw.AssetSpec(
    "orders", metadata={"openlineage/datasets": {"namespace": "postgres://db:5432", "name": "shop.public.orders"}}
)


@hw.asset(deps=[orders], check_specs=[hw.AssetCheckSpec("full", asset="clean")])
def clean() -> hw.MaterializeResult[None]:
    """Orders without mistakes."""
    full = hw.AssetCheckResult(check_name="full", passed=True)
    return hw.MaterializeResult(metadata={"dagster/row_count": 12}, check_results=[full])


@hw.asset(deps=[clean])
def totals() -> None:
    """What was sold; fails while it is told to."""
    if (Path(os.environ["TOLD_STATE"]) / "broken").exists():
        raise ValueError("no totals today")


defs = hw.Definitions([orders, clean, totals])
