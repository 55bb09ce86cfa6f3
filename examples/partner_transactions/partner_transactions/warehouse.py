"""The warehouse's tables as data frames."""

import sqlite3
from contextlib import closing

import polars as pl

from partner_transactions.settings import WAREHOUSE


def read_table(table: str) -> pl.DataFrame:
    """A whole table.

    Raises:
        FileNotFoundError: there is no warehouse.
    """
    if not WAREHOUSE.exists():
        raise FileNotFoundError(f"There is no warehouse at {WAREHOUSE}; PARTNER_WORLD says where to look for it.")
    with closing(sqlite3.connect(f"{WAREHOUSE.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        cursor = connection.execute(f"SELECT * FROM {table}")
        names = [column[0] for column in cursor.description]
        return pl.DataFrame(cursor.fetchall(), schema=names, orient="row", infer_schema_length=None)


def read_fx_rates() -> pl.DataFrame:
    """Euros for one unit of a currency, by currency and day, oldest first."""
    return read_table("fx_rates").select(pl.col("day").str.to_date(), "currency", "eur").sort("day")
