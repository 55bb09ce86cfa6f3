"""An asset with partitions of two dimensions, each of which can be made."""

import headwater as hw

days = hw.StaticPartitionsDefinition(["monday", "tuesday", "wednesday", "thursday"])
regions = hw.StaticPartitionsDefinition(["asia", "europe", "oceania"])


@hw.asset(partitions_def=hw.MultiPartitionsDefinition({"day": days, "region": regions}))
def shipments() -> None:
    """What was sent, by day and region."""


defs = hw.Definitions(assets=[shipments])
