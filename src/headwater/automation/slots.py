"""How many ticks may work at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

_CROWD = 8


class Slots:
    """Places for work. Whoever takes long stops counting, so that what hangs holds nobody up.

    While few wait they work one after another, in one worker whose memory is warm; the more wait, the more places open.

    Args:
        quick: How many work at once at most, not counting those that take long.
        patience: Seconds after which work takes long.
        most: How many work at once, all told.
    """

    def __init__(self, *, quick: int, patience: float, most: int) -> None:
        self._quick = asyncio.Semaphore(1)
        self._open = 1
        self._most_open = quick
        self._waiting = 0
        self._all = asyncio.Semaphore(most)
        self._patience = patience

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Wait for a place, and keep it while inside."""
        async with self._all:
            self._waiting += 1
            if self._waiting > _CROWD * self._open and self._open < self._most_open:
                self._open += 1
                self._quick.release()
            try:
                await self._quick.acquire()
            finally:
                self._waiting -= 1
            release = _Once(self._give_back)
            timer = asyncio.get_running_loop().call_later(self._patience, release)
            try:
                yield
            finally:
                timer.cancel()
                release()

    def _give_back(self) -> None:
        if self._open > 1 and self._waiting == 0:
            self._open -= 1
        else:
            self._quick.release()


class _Once:
    """Gives a place back, the first time that it is called."""

    __slots__ = ("_give_back",)

    def __init__(self, give_back: Callable[[], None]) -> None:
        self._give_back: Callable[[], None] | None = give_back

    def __call__(self) -> None:
        give_back, self._give_back = self._give_back, None
        if give_back is not None:
            give_back()
