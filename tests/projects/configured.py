"""Assets, a check, a job and resources that take config."""

from __future__ import annotations

from typing import Any

from pydantic import field_validator

import headwater as hw


class Window(hw.Config):
    """How much; a holiday is known to the code alone."""

    days: int
    day: str = "monday"

    @field_validator("day")
    @classmethod
    def is_no_holiday(cls, day: str) -> str:
        """Nothing is made on Sundays."""
        if day == "sunday":
            raise ValueError("it is a holiday")
        return day


class Limit(hw.Config):
    """What a check takes."""

    most: int = 10


class Warehouse(hw.ConfigurableResource):
    """A resource whose schema a run may choose."""

    host: str
    db_schema: str = "main"


@hw.asset
def report(config: Window) -> int:
    """Needs config."""
    return config.days


@hw.asset
def plain() -> int:
    """Takes none."""
    return 1


@hw.multi_asset(specs=[hw.AssetSpec("alone")], name="maker")
def maker(context: hw.AssetExecutionContext, config: Window) -> Any:
    """Goes by the name of its function."""
    return hw.MaterializeResult(asset_key="alone")


@hw.asset(partitions_def=hw.StaticPartitionsDefinition(["a", "b"]))
def parts(config: Window) -> int:
    """Can be backfilled."""
    return config.days


@hw.asset(partitions_def=hw.StaticPartitionsDefinition(["c"]))
def other_parts() -> int:
    """Takes none, and is made by runs of its own."""
    return 1


@hw.asset_check(asset=plain)
def small(config: Limit) -> bool:
    """Judges by its config."""
    return config.most > 1


defs = hw.Definitions(
    assets=[report, plain, maker, parts, other_parts],
    asset_checks=[small],
    jobs=[hw.define_asset_job("weekly", selection=["report"], config={"ops": {"report": {"config": {"days": 7}}}})],
    resources={"warehouse": Warehouse(host="db.example")},
)
