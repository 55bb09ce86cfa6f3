"""An asset that is made from many feeds, and one that is made from it column by column."""

import headwater as hw

FEEDS = [hw.AssetSpec(f"feed_{number:02}", group_name="feeds", kinds={"sftp"}) for number in range(36)]


@hw.asset(deps=FEEDS, group_name="core")
def merged() -> None:
    """All feeds together."""


@hw.asset(deps=[merged], group_name="core")
def report() -> None:
    """What people read."""


defs = hw.Definitions(assets=[*FEEDS, merged, report])
