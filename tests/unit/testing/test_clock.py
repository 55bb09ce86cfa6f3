"""The clock that tests move by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from builders import made

from headwater.records.log.events import Event
from headwater.storage.database.engine import sqlite_url
from headwater.storage.log.writer import Unit
from headwater.storage.store import Store
from headwater.testing import ManualClock


async def test_sleepers_wake_when_their_time_has_come() -> None:
    """Each wakes once the clock has passed its time, and not before."""
    clock = ManualClock()
    woken: list[str] = []

    async def sleep(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append(name)

    tasks = [asyncio.create_task(sleep("late", 10)), asyncio.create_task(sleep("early", 5))]
    await asyncio.sleep(0)
    clock.advance(5)
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    assert ["early"] == woken
    clock.advance(5)
    await asyncio.gather(*tasks)

    assert ["early", "late"] == woken


def test_a_store_takes_its_time_of_receipt_from_the_clock(tmp_path: Path) -> None:
    """An event without a time of its own happened when it was received."""
    clock = ManualClock(start=5_000_000)
    store = Store(sqlite_url(tmp_path / "headwater.db"), clock=clock)
    first: Sequence[Event] = store.write(Unit(events=[made("a")]))
    clock.advance(1)
    second: Sequence[Event] = store.write(Unit(events=[made("a", timestamp=7)]))
    store.close()

    assert [(5_000_000, 5_000_000), (7, 6_000_000)] == [
        (event.timestamp, event.recorded_at) for event in (*first, *second)
    ]
