"""What must hold: two checks that Headwater carries out, and one that another system reports."""

import polars as pl

import headwater as hw
from partner_transactions.cleaning import HARMLESS
from partner_transactions.external import CUSTOMERS
from partner_transactions.outputs import path_of
from partner_transactions.transactions import REJECTED, cleaned_transactions

_MOST_UNUSABLE = 0.10


@hw.asset_check(asset=cleaned_transactions, blocking=True)
def transaction_ids_are_unique() -> hw.AssetCheckResult:
    """No transaction stands twice in the table; nothing downstream is made while one does."""
    ids = pl.read_parquet(path_of("cleaned_transactions"))["transaction_id"]
    repeated = ids.len() - ids.n_unique()
    return hw.AssetCheckResult(passed=repeated == 0, metadata={"transactions": ids.len(), "repeated": repeated})


@hw.asset_check(asset=cleaned_transactions)
def few_rows_are_unusable() -> hw.AssetCheckResult:
    """At most a tenth of the rows that were delivered is of no use. More is a reason to ring the partner up."""
    kept = pl.read_parquet(path_of("cleaned_transactions")).height
    reasons = pl.read_parquet(path_of(REJECTED))["reason"]
    unusable = reasons.filter(~reasons.is_in(list(HARMLESS)))
    share = unusable.len() / max(kept + unusable.len(), 1)
    counts = dict(unusable.value_counts().sort("reason").iter_rows())
    return hw.AssetCheckResult(
        passed=share <= _MOST_UNUSABLE,
        severity=hw.AssetCheckSeverity.WARN,
        description=f"{share:.1%} of the rows can't be used; {_MOST_UNUSABLE:.0%} is the most that is usual.",
        metadata={"share": share, "reasons": counts},
    )


MATCHES_CRM_EXPORT = hw.AssetCheckSpec(
    "matches_crm_export",
    asset=CUSTOMERS,
    description="The table has a row for each account of the export. The nightly pipeline looks, and reports.",
)
