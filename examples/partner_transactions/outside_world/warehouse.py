"""The warehouse's database: the customers that the nightly pipeline loads, and finance's exchange rates."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta

from outside_world.places import World

_TABLES = """
CREATE TABLE IF NOT EXISTS customers
  (customer_id TEXT PRIMARY KEY, name TEXT, country TEXT, segment TEXT, updated_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS fx_rates
  (day TEXT, currency TEXT, eur REAL NOT NULL, updated_at TEXT NOT NULL, PRIMARY KEY (day, currency));
"""
_RATES = {"USD": 0.92, "GBP": 1.17, "CHF": 1.05}
_HISTORY_DAYS = 60

Account = tuple[str, str, str, str]
"""Customer id, name, country and segment."""


def load_customers(world: World, accounts: Iterable[Account]) -> int:
    """Write accounts into the table of customers; only those that have changed get a new `updated_at`.

    Returns:
        How many rows the table has now.
    """
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    with _open(world) as connection:
        connection.executemany(
            """INSERT INTO customers VALUES (?, ?, ?, ?, ?) ON CONFLICT (customer_id) DO UPDATE SET
               name = excluded.name, country = excluded.country, segment = excluded.segment,
               updated_at = excluded.updated_at
               WHERE (name, country, segment) IS NOT (excluded.name, excluded.country, excluded.segment)""",
            [(*account, now) for account in accounts],
        )
        return int(connection.execute("SELECT count(*) FROM customers").fetchone()[0])


def add_rates(world: World, today: date, *, seed: int) -> None:
    """Add the exchange rates of the days up to today that the table does not have."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    days = [today - timedelta(days=ago) for ago in range(_HISTORY_DAYS, -1, -1)]
    rows = [(str(day), currency, _rate(day, currency, seed), now) for day in days for currency in _RATES]
    with _open(world) as connection:
        connection.executemany("INSERT OR IGNORE INTO fx_rates VALUES (?, ?, ?, ?)", rows)


def _rate(day: date, currency: str, seed: int) -> float:
    return round(_RATES[currency] * random.Random(f"{seed}:fx:{day}:{currency}").uniform(0.98, 1.02), 5)


@contextmanager
def _open(world: World) -> Iterator[sqlite3.Connection]:
    world.root.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(world.warehouse, timeout=10)) as connection, connection:
        connection.executescript(_TABLES)
        yield connection
