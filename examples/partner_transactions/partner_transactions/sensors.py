"""What looks at the outside world: two ready-made sensors, and one written by hand."""

import json
import sqlite3

import headwater as hw
from headwater.connectors.filesystem import build_folder_sensor
from headwater.connectors.sftp import build_sftp_sensor
from partner_transactions.external import CLICKSTREAM, CUSTOMERS, FX_RATES, RAW_TRANSACTIONS
from partner_transactions.settings import LAKE, PARTNER, PARTNER_FOLDER, WAREHOUSE

partner_files = build_sftp_sensor(
    name="partner_files",
    asset=RAW_TRANSACTIONS.key,
    server=PARTNER,
    folder=PARTNER_FOLDER,
    pattern="*.csv",
    minimum_interval_seconds=1,
    settle_seconds=1,
)

clickstream_days = build_folder_sensor(
    name="clickstream_days",
    asset=CLICKSTREAM.key,
    folder=LAKE / "clickstream",
    pattern="date=*/*.parquet",
    partition=r"^date=(?P<partition>\d{4}-\d{2}-\d{2})/",
    minimum_interval_seconds=1,
)

_TABLES = {"customers": CUSTOMERS, "fx_rates": FX_RATES}


@hw.sensor(minimum_interval_seconds=2)
def warehouse_tables(context: hw.SensorEvaluationContext) -> hw.SensorResult | hw.SkipReason:
    """Reports a table of the warehouse whenever its number of rows or its newest `updated_at` has changed."""
    if not WAREHOUSE.exists():
        return hw.SkipReason(f"There is no warehouse at {WAREHOUSE} yet.")
    seen = json.loads(context.cursor or "{}")
    now = {table: _look_at(table) for table in _TABLES}
    changed = [table for table in _TABLES if now[table] != seen.get(table)]
    if not changed:
        return hw.SkipReason("No table has changed.")
    return hw.SensorResult(
        asset_events=[
            hw.AssetMaterialization(
                _TABLES[table].key,
                metadata={"dagster/row_count": now[table][0], "newest_row": now[table][1] or "none"},
            )
            for table in changed
        ],
        cursor=json.dumps(now),
    )


def _look_at(table: str) -> list[int | str | None]:
    """How many rows a table has, and when the newest one was written."""
    connection = sqlite3.connect(f"{WAREHOUSE.resolve().as_uri()}?mode=ro", uri=True)
    try:
        return list(connection.execute(f"SELECT count(*), max(updated_at) FROM {table}").fetchone())
    finally:
        connection.close()
