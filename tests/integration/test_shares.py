"""Work passes from engine to engine without a moment in which two of them hold it for theirs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy.engine import URL

from headwater.daemon.shares import BEAT_SECONDS, Shares
from headwater.storage.store import Store
from headwater.testing import ManualClock

WORKS = [f"tick {number}" for number in range(32)]


class Engine:
    """The shares of one engine, and a way to wait for what it hears."""

    def __init__(self, store: Store, owner: str, *locations: str) -> None:
        self.locations = set(locations)
        self.heard = asyncio.Event()
        self.shares = Shares(store, owner, self.locations, self.heard.set, alone=False)

    def mine(self) -> set[str]:
        """The works of the location that this engine would do now."""
        return {work for work in WORKS if self.shares.is_mine(work, "lab")}

    async def hears(self, condition: Callable[[], Any]) -> None:
        """Wait until something holds, looking whenever its share may have changed."""
        async with asyncio.timeout(60):
            while not condition():
                await self.heard.wait()
                self.heard.clear()

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Beat meanwhile."""
        beating = asyncio.create_task(self.shares.run())
        yield
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)


async def test_who_loads_a_location_that_another_works_for_waits_until_that_one_knows(database_url: URL) -> None:
    """However long ago it joined: each piece of work is at every moment that of one engine at most."""
    clock = ManualClock()
    store = Store(database_url, clock=clock)
    first, second = Engine(store, "host:1:a", "lab"), Engine(store, "host:2:b")
    async with first.at_work():
        await first.hears(lambda: first.mine() == set(WORKS))
        first.heard.clear()
        async with second.at_work():
            await first.heard.wait()
            clock.advance(2 * BEAT_SECONDS)
            assert set(WORKS) == first.mine()

            second.locations.add("lab")
            second.shares.note_locations()
            await first.hears(lambda: first.mine() != set(WORKS))
            left = set(WORKS) - first.mine()
            assert set() == second.mine()

            clock.advance(1.5 * BEAT_SECONDS)
            assert left == second.mine()
            assert set(WORKS) - left == first.mine()
    store.close()
