"""How many ticks may work at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Slots:
    """Places for work. Whoever takes long stops counting, so that what hangs holds nobody up.

    Args:
        quick: How many work at once, not counting those that take long.
        patience: Seconds after which work takes long.
        most: How many work at once, all told.
    """

    def __init__(self, *, quick: int, patience: float, most: int) -> None:
        self._quick = asyncio.Semaphore(quick)
        self._all = asyncio.Semaphore(most)
        self._patience = patience

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Wait for a place, and keep it while inside."""
        async with self._all:
            await self._quick.acquire()
            release = _Once(self._quick)
            timer = asyncio.get_running_loop().call_later(self._patience, release)
            try:
                yield
            finally:
                timer.cancel()
                release()


class _Once:
    """Gives a place back, the first time that it is called."""

    __slots__ = ("_semaphore",)

    def __init__(self, semaphore: asyncio.Semaphore) -> None:
        self._semaphore: asyncio.Semaphore | None = semaphore

    def __call__(self) -> None:
        semaphore, self._semaphore = self._semaphore, None
        if semaphore is not None:
            semaphore.release()
