"""What its owners promised to be there: an export that is made each day, and one that nobody promised."""

from datetime import timedelta

import headwater as hw

DAILY = hw.FreshnessPolicy.time_window(fail_window=timedelta(days=1))

promised = hw.AssetSpec("promised_export", freshness_policy=DAILY, owners=["team:finance"])
unpromised = hw.AssetSpec("other_export")


@hw.asset(deps=[promised], code_version="1")
def report() -> None:
    """What the owners read."""


@hw.asset_check(asset=promised)
def is_there() -> bool:
    """Whether the file can be read."""
    return True


defs = hw.Definitions(assets=[promised, unpromised, report], asset_checks=[is_there])
