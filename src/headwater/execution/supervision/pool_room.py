"""Steps that wait for a place in their pools."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from contextlib import suppress

from headwater.storage.runs import pool_places
from headwater.storage.store import Store

_LOOK_SECONDS = 5.0


class PoolRoom:
    """Holds steps back until there may be room; whoever begins first then gets it, and the others come back."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._freed = asyncio.Event()

    def note_freed(self) -> None:
        """A step or run has ended, or a limit was changed, here or elsewhere."""
        self._freed.set()
        self._freed = asyncio.Event()

    async def wait(self, pools: Collection[str]) -> None:
        """Wait until each of some pools has room."""
        while True:
            freed = self._freed
            if await self._store.read_async(lambda c: pool_places.find_full(c, pools)) is None:
                return
            # A slow look behind, for a command that runs without an engine that hears of others.
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_SECONDS):
                    await freed.wait()
