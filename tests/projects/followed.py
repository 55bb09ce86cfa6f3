"""A project whose assets follow reports, for questions about why they were made."""

from __future__ import annotations

import headwater as hw

Condition = hw.AutomationCondition


@hw.asset(deps=["raw"], automation_condition=Condition.eager())
def cleaned() -> None:
    """Made whenever raw was reported."""


@hw.asset(deps=[cleaned, "rates"], automation_condition=Condition.eager())
def joined() -> None:
    """Waits for rates too."""


@hw.asset(deps=["raw"], automation_condition=Condition.eager())
def broken() -> None:
    """Fails each time."""
    raise RuntimeError("no such table")


@hw.asset(automation_condition=Condition.on_cron("0 0 1 1 *"))
def yearly() -> None:
    """Waits for a new year."""


@hw.asset
def by_hand() -> None:
    """Made when somebody asks for it."""


defs = hw.Definitions([hw.AssetSpec("raw"), hw.AssetSpec("rates"), cleaned, joined, broken, yearly, by_hand])
