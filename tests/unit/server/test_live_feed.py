"""Thousands of idle listeners keep nobody waiting."""

from __future__ import annotations

import asyncio
from pathlib import Path

from headwater.server.live import LiveFeed
from headwater.storage.database.engine import sqlite_url
from headwater.storage.store import Store
from headwater.testing import ManualClock

_LISTENERS = 300
_SECONDS = 15.0


def test_signs_of_life_are_spread(tmp_path: Path) -> None:
    """Each listener gets one in about the time, and never more than a few at once."""
    clock = ManualClock()
    store = Store(sqlite_url(tmp_path / "headwater.db"), clock=clock)

    async def count_at_once() -> list[int]:
        feed = LiveFeed(store)
        heard = asyncio.Queue[None]()

        async def listen() -> None:
            async for text in feed.listen(feed.join(None)):
                if text.startswith(b": "):
                    heard.put_nowait(None)

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(listen()) for _ in range(_LISTENERS)]
            await _settle()
            tasks.append(group.create_task(feed.run()))
            await _settle()
            at_once = []
            for _ in range(110):
                clock.advance(_SECONDS / 100)
                before = heard.qsize()
                await _settle()
                at_once.append(heard.qsize() - before)
            for task in tasks:
                task.cancel()
        return at_once

    at_once = asyncio.run(count_at_once())
    store.close()

    assert _LISTENERS <= sum(at_once) <= 1.2 * _LISTENERS
    assert max(at_once) <= _LISTENERS / 10


async def _settle() -> None:
    """Let everything go on that can."""
    for _ in range(20):
        await asyncio.sleep(0)
