"""The tracking tool: writes the page views of a day into the lake."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path

import polars as pl

from outside_world.dirty_rows import CUSTOMERS
from outside_world.places import World, write_whole

_PAGES = ("/", "/search", "/shoes", "/tents", "/stoves", "/cart", "/checkout", "/checkout/done")
_REFERRERS = ("", "", "https://search.example", "https://news.example/outdoor", "newsletter")
_VISITS = (150, 260)
_HISTORY_DAYS = 7


def write_day(world: World, day: date, *, seed: int) -> Path:
    """Write the page views of a day, in place of what was there of it."""
    chance = random.Random(f"{seed}:clicks:{day}")
    midnight = datetime.combine(day, time(), UTC)
    views = []
    for _ in range(chance.randint(*_VISITS)):
        user, at, referrer = f"C{chance.randint(1, CUSTOMERS):05d}", chance.randrange(80_000), chance.choice(_REFERRERS)
        for page in range(min(int(chance.expovariate(0.25)) + 1, 40)):
            views.append(
                (user, midnight + timedelta(seconds=at), "/" if page == 0 else chance.choice(_PAGES), referrer)
            )
            at = min(at + chance.randrange(5, 300), 86_399)
    frame = pl.DataFrame(views, schema=["user_id", "at", "page", "referrer"], orient="row").sort("at")
    file = BytesIO()
    frame.write_parquet(file)
    path = world.clickstream / f"date={day}" / "views.parquet"
    write_whole(path, file.getvalue())
    return path


def write_history(world: World, today: date, *, seed: int) -> None:
    """The days of the last week, yesterday left out."""
    for ago in range(_HISTORY_DAYS + 1, 1, -1):
        write_day(world, today - timedelta(days=ago), seed=seed)


def next_day(world: World, today: date) -> date:
    """The day to write next: yesterday if it is missing, else the one before the first that is there."""
    there = {path.parent.name.removeprefix("date=") for path in world.clickstream.glob("date=*/*.parquet")}
    yesterday = today - timedelta(days=1)
    if str(yesterday) not in there:
        return yesterday
    return date.fromisoformat(min(there)) - timedelta(days=1)
