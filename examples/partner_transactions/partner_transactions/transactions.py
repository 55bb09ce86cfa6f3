"""The native assets on the partner's transactions."""

import polars as pl

import headwater as hw
from headwater.connectors.sftp import download_sftp_files
from partner_transactions.cleaning import clean
from partner_transactions.deliveries import COLUMNS, read_delivery
from partner_transactions.external import CUSTOMERS, FX_RATES, RAW_TRANSACTIONS
from partner_transactions.outputs import made_from, path_of, preview, save
from partner_transactions.settings import DATA, PARTNER, PARTNER_FOLDER
from partner_transactions.warehouse import read_fx_rates, read_table

REJECTED = "rejected_transactions"
_EAGER = hw.AutomationCondition.eager()
_TOP = 25
_CLEANED = hw.AssetKey("cleaned_transactions")
_EUROS = [(_CLEANED, "amount"), (_CLEANED, "currency"), (_CLEANED, "booked_at"), (FX_RATES.key, "eur")]


@hw.asset(
    deps=[RAW_TRANSACTIONS],
    group_name="transactions",
    owners=["team:analytics"],
    kinds={"polars", "parquet"},
    tags={"personal-data": "yes"},
    automation_condition=_EAGER,
    timeout=300,
)
async def cleaned_transactions(context: hw.AssetExecutionContext) -> hw.MaterializeResult[None]:
    """All delivered transactions, each once, with real dates, amounts and currencies.

    Rows that can't be used are kept beside it in `rejected_transactions.parquet`, with the reason.
    """
    files = await download_sftp_files(PARTNER, folder=PARTNER_FOLDER, pattern="*.csv", into=DATA / "inbox")
    context.log.info("Cleaning %d files", len(files))
    cleaned = clean(row for file in files for row in read_delivery(file.read_bytes(), file.name))
    for reason, count in cleaned.reasons.items():
        context.log.info("%5d rows left out: %s", count, reason)
    save(cleaned.rejected, path_of(REJECTED))
    newest_first = cleaned.transactions.reverse()
    return hw.MaterializeResult(
        metadata={
            **save(cleaned.transactions, path_of("cleaned_transactions")),
            **made_from({name: [(RAW_TRANSACTIONS.key, name)] for name in COLUMNS}),
            "preview": preview(newest_first),
            "files": len(files),
            "rejected_rows": cleaned.rejected.height,
            "rejected_by_reason": cleaned.reasons,
        }
    )


@hw.asset(
    deps=[cleaned_transactions, FX_RATES],
    group_name="finance",
    owners=["team:finance", "cfo@headwater.example"],
    kinds={"polars", "parquet"},
    automation_condition=_EAGER,
    timeout=120,
)
def daily_revenue() -> hw.MaterializeResult[None]:
    """What was earned and paid back on each day, in euros at that day's rate."""
    revenue = (
        _in_euros()
        .group_by("day")
        .agg(
            transactions=pl.len(),
            customers=pl.col("customer_id").n_unique(),
            revenue_eur=pl.col("eur").filter(pl.col("eur") > 0).sum().round(2),
            refunds_eur=pl.col("eur").filter(pl.col("eur") < 0).sum().round(2),
        )
        .sort("day", descending=True)
    )
    total = float(revenue["revenue_eur"].sum())
    lineage = made_from(
        {
            "day": [(_CLEANED, "booked_at")],
            "transactions": [(_CLEANED, "transaction_id")],
            "customers": [(_CLEANED, "customer_id")],
            "revenue_eur": _EUROS,
            "refunds_eur": _EUROS,
        }
    )
    return hw.MaterializeResult(
        metadata={**save(revenue, path_of("daily_revenue")), **lineage, "total_revenue_eur": total}
    )


@hw.asset(
    deps=[cleaned_transactions, CUSTOMERS, FX_RATES],
    group_name="crm",
    owners=["team:analytics"],
    kinds={"polars", "parquet"},
    tags={"personal-data": "yes"},
    automation_condition=_EAGER,
    timeout=120,
)
def top_customers() -> hw.MaterializeResult[None]:
    """The customers who have spent most, with what the CRM knows of them."""
    spending = _in_euros().group_by("customer_id").agg(spent_eur=pl.col("eur").sum().round(2), transactions=pl.len())
    known = read_table("customers").select("customer_id", "name", "country", "segment")
    ranked = spending.join(known, on="customer_id", how="left").sort(
        ["spent_eur", "customer_id"], descending=[True, False]
    )
    top = ranked.head(_TOP).select("customer_id", "name", "country", "segment", "spent_eur", "transactions")
    unknown = ranked["name"].null_count()
    lineage = made_from(
        {
            "customer_id": [(_CLEANED, "customer_id")],
            **{name: [(CUSTOMERS.key, name)] for name in ("name", "country", "segment")},
            "spent_eur": _EUROS,
            "transactions": [(_CLEANED, "transaction_id")],
        }
    )
    return hw.MaterializeResult(
        metadata={**save(top, path_of("top_customers")), **lineage, "customers_missing_in_warehouse": unknown}
    )


def _in_euros() -> pl.DataFrame:
    """The cleaned transactions with their day, and their amount in euros at the last rate that was known by then."""
    transactions = pl.read_parquet(path_of("cleaned_transactions"))
    dated = transactions.with_columns(day=pl.col("booked_at").dt.date()).sort("day")
    rated = dated.join_asof(read_fx_rates(), on="day", by="currency", strategy="backward", check_sortedness=False)
    rate = pl.when(pl.col("currency") == "EUR").then(1.0).otherwise(pl.col("eur"))
    return rated.with_columns(eur=pl.col("amount").cast(pl.Float64) * rate)
