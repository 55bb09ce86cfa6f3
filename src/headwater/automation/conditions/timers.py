"""When time alone could change something for conditions: ticks, ends of windows, and what is to be asked again."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from typing import NamedTuple

from headwater.automation.conditions.decisions import next_tick

Cron = tuple[str, str]
"""A cron schedule and its time zone."""


class Due(NamedTuple):
    """What became due."""

    ticked: frozenset[Cron]
    asked: frozenset[int]
    """The assets whose condition is to be looked at again."""
    has_window_ended: bool


class Timers:
    """The moments to wait for, in microseconds. Windows of time are minded by who knows them: `window_end`."""

    def __init__(self) -> None:
        self.window_end: int | None = None
        self.asked: list[tuple[int, int]] = []
        """Moments and assets, as a heap."""
        self._ticks: list[tuple[int, Cron]] = []

    def follow(self, crons: Iterable[Cron], now: int) -> None:
        """Wait for the ticks of these schedules, and of no others."""
        self._ticks = [(next_tick(cron, now), cron) for cron in crons]
        heapq.heapify(self._ticks)

    def ask(self, moment: int, owner: int) -> None:
        """Let the condition of an asset be looked at again at a moment."""
        heapq.heappush(self.asked, (moment, owner))

    def next(self) -> int | None:
        """The next moment at which something is due."""
        moments = [heap[0][0] for heap in (self._ticks, self.asked) if heap]
        moments += [] if self.window_end is None else [self.window_end]
        return min(moments, default=None)

    def pop(self, now: int) -> Due:
        """Take out what is due by now; a schedule that ticked several times counts once."""
        ticked: set[Cron] = set()
        asked: set[int] = set()
        while self._ticks and self._ticks[0][0] <= now:
            _, cron = heapq.heappop(self._ticks)
            ticked.add(cron)
            heapq.heappush(self._ticks, (next_tick(cron, now), cron))
        while self.asked and self.asked[0][0] <= now:
            asked.add(heapq.heappop(self.asked)[1])
        return Due(frozenset(ticked), frozenset(asked), self.window_end is not None and self.window_end <= now)
