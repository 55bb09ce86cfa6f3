"""The assets of a dbt project that dbt makes, and one that is made here as soon as dbt has made its inputs."""

from __future__ import annotations

from pathlib import Path

import headwater as hw
from headwater.connectors.dbt import load_dbt_manifest

_project = load_dbt_manifest(
    Path(__file__).parents[1] / "data" / "dbt" / "manifest_v12.json",
    key_prefix=["shop"],
    namespace="duckdb://shop.duckdb",
)


@hw.asset(deps=[["shop", "customer_totals"]], automation_condition=hw.AutomationCondition.eager())
def newsletter() -> None:
    """Made here."""


defs = hw.Definitions([*_project.specs, newsletter], asset_checks=_project.checks)
