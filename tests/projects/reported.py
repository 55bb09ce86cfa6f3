"""A project that says what may be reported: partitions, a check, kinds of metadata."""

from __future__ import annotations

import headwater as hw

daily = hw.AssetSpec("daily", partitions_def=hw.StaticPartitionsDefinition(["mon", "tue"]))
table = hw.AssetSpec(
    "table",
    metadata={"rows": 0, "page": hw.MetadataValue.url("https://example.com"), "ratio": 0.5},
)


@hw.asset_check(asset=table)
def not_empty() -> bool:
    """Whether anything is in it."""
    return True


defs = hw.Definitions(assets=[daily, table], asset_checks=[not_empty])
