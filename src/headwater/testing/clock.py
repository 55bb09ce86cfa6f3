"""A clock that stands still until a test moves it."""

from __future__ import annotations

import asyncio
import heapq
import itertools

from headwater.clock import MICROSECONDS


class ManualClock:
    """A `headwater.clock.Clock` that is moved by hand; whoever sleeps on it wakes when its time has come.

    Args:
        start: The first moment, in microseconds since the epoch.

    Example:
        >>> clock = ManualClock(start=1_000_000)
        >>> clock.advance(2.5)
        >>> clock.now()
        3500000
    """

    def __init__(self, start: int = 1_700_000_000 * MICROSECONDS) -> None:
        self._now = start
        self._start = start
        self._numbers = itertools.count()
        self._sleepers: list[tuple[int, int, asyncio.Future[None]]] = []

    def now(self) -> int:
        """The moment that the clock shows, in microseconds since the epoch."""
        return self._now

    def monotonic(self) -> float:
        """Seconds since the clock was made."""
        return (self._now - self._start) / MICROSECONDS

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock was moved on by so much."""
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        due = self._now + round(seconds * MICROSECONDS)
        heapq.heappush(self._sleepers, (due, next(self._numbers), woken))
        self._wake()
        await woken

    def advance(self, seconds: float) -> None:
        """Move the clock on, and wake whoever slept until then; in the order of their times."""
        self._now += round(seconds * MICROSECONDS)
        self._wake()

    def _wake(self) -> None:
        while self._sleepers and self._sleepers[0][0] <= self._now:
            _, _, woken = heapq.heappop(self._sleepers)
            if not woken.done():
                woken.set_result(None)
