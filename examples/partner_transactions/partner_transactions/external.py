"""What other systems make. Headwater shows it, notices its changes, and never makes it."""

from collections.abc import Mapping

import headwater as hw

DAYS = hw.DailyPartitionsDefinition(start_date="2026-01-01")
"""The days of the clickstream and of what is made of it."""


def _schema(columns: Mapping[str, str]) -> dict[str, hw.TableSchema]:
    return {"dagster/column_schema": hw.TableSchema([hw.TableColumn(name, kind) for name, kind in columns.items()])}


RAW_TRANSACTIONS = hw.AssetSpec(
    "raw_transactions",
    description="""
Card transactions as the partner delivers them: CSV files by SFTP, on most working days around six.

The files are **dirty**: ids repeat, amounts come with commas or points, dates in four formats, and now and then an
export from a spreadsheet. Corrections arrive as a row with the same id in a later file.
""".strip(),
    group_name="transactions",
    owners=["team:partner-integration", "transactions@partner.example"],
    tags={"source": "partner", "personal-data": "yes"},
    kinds={"sftp", "csv"},
    metadata={
        **_schema(
            {
                "transaction_id": "text",
                "customer_id": "text",
                "booked_at": "text",
                "amount": "text",
                "currency": "text",
                "merchant": "text",
            }
        ),
        "contract": hw.MetadataValue.md("One row a booking. A file is complete once it no longer ends in `.part`."),
    },
)

CLICKSTREAM = hw.AssetSpec(
    ["lake", "clickstream"],
    description="Page views of the shop, written by the tracking tool: one folder `date=YYYY-MM-DD` for each day.",
    group_name="web",
    owners=["team:web"],
    tags={"source": "tracking"},
    kinds={"parquet"},
    partitions_def=DAYS,
    metadata=_schema({"user_id": "text", "at": "timestamp", "page": "text", "referrer": "text"}),
)

CRM_EXPORT = hw.AssetSpec(
    ["crm", "accounts_export"],
    description="All accounts of the CRM, exported by the other orchestrator's nightly pipeline.",
    group_name="crm",
    owners=["team:sales-operations"],
    tags={"orchestrator": "nightly-etl"},
    kinds={"csv"},
)

CRM_CLEAN = hw.AssetSpec(
    ["crm", "accounts_clean"],
    deps=[CRM_EXPORT],
    description="The export with countries and segments in one spelling. Second step of the nightly pipeline.",
    group_name="crm",
    owners=["team:sales-operations"],
    tags={"orchestrator": "nightly-etl"},
    kinds={"csv"},
)

CUSTOMERS = hw.AssetSpec(
    ["warehouse", "customers"],
    deps=[CRM_CLEAN],
    description="One row a customer, in the warehouse. Last step of the nightly pipeline.",
    group_name="crm",
    owners=["team:sales-operations", "team:warehouse"],
    tags={"orchestrator": "nightly-etl", "personal-data": "yes"},
    kinds={"sqlite", "table"},
    metadata={
        **_schema(
            {
                "customer_id": "text",
                "name": "text",
                "country": "text",
                "segment": "text",
                "updated_at": "timestamp",
            }
        ),
        "dagster/table_name": "customers",
    },
)

FX_RATES = hw.AssetSpec(
    ["finance", "fx_rates"],
    description="What one unit of a currency was worth in euros on a day; kept in the warehouse by finance.",
    group_name="finance",
    owners=["team:finance"],
    kinds={"sqlite", "table"},
    metadata={
        **_schema({"day": "date", "currency": "text", "eur": "real", "updated_at": "timestamp"}),
        "dagster/table_name": "fx_rates",
    },
)

ALL = [RAW_TRANSACTIONS, CLICKSTREAM, CRM_EXPORT, CRM_CLEAN, CUSTOMERS, FX_RATES]
