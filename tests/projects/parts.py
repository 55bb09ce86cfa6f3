"""Assets in parts: some with keys that are fixed, some with keys that come and go."""

import headwater as hw

REGIONS = hw.StaticPartitionsDefinition(["north", "east", "south", "west"])
CUSTOMERS = hw.DynamicPartitionsDefinition(name="customers")


@hw.asset(partitions_def=REGIONS)
def sales(context: hw.AssetExecutionContext) -> hw.MaterializeResult[None]:
    """What was sold, region by region."""
    return hw.MaterializeResult(metadata={"regions": len(context.partition_keys)})


@hw.asset(partitions_def=CUSTOMERS)
def invoices() -> None:
    """What each customer owes."""


budget = hw.AssetSpec("budget", description="What finance plans; somebody types it in.")

defs = hw.Definitions(assets=[sales, invoices, budget])
