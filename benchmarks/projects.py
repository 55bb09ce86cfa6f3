"""The same small project for each system: one external asset, and one native asset that follows it."""

from __future__ import annotations

HEADWATER = """
import time
from pathlib import Path
import headwater as hw

raw = hw.AssetSpec("raw_transactions")

@hw.asset(deps=[raw], automation_condition=hw.AutomationCondition.eager())
def cleaned_transactions() -> None:
    with Path({marks!r}).open("a") as marks:
        marks.write(f"{{time.time()}}\\n")

defs = hw.Definitions(assets=[raw, cleaned_transactions])
"""

DAGSTER = """
import time
from pathlib import Path
import dagster as dg

raw = dg.AssetSpec("raw_transactions")

@dg.asset(deps=[raw], automation_condition=dg.AutomationCondition.eager())
def cleaned_transactions() -> None:
    with Path({marks!r}).open("a") as marks:
        marks.write(f"{{time.time()}}\\n")

defs = dg.Definitions(
    assets=[raw, cleaned_transactions],
    sensors=[
        dg.AutomationConditionSensorDefinition(
            "follow", target=dg.AssetSelection.all(), default_status=dg.DefaultSensorStatus.RUNNING,
            minimum_interval_seconds=1,
        )
    ],
)
"""
