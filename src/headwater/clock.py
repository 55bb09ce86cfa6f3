"""Time as a parameter: the one place that reads the system's clock or sleeps."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol

MICROSECONDS = 1_000_000


class Clock(Protocol):
    """What tells the time and waits; tests pass one that jumps."""

    def now(self) -> int:
        """Microseconds since the epoch, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds of a clock that is never set back, for durations."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> int:
        """Microseconds since the epoch, UTC."""
        return time.time_ns() // 1_000

    def monotonic(self) -> float:
        """Seconds of a clock that is never set back."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        # Only who waits pays for importing it; user code asks for the time alone.
        import asyncio

        await asyncio.sleep(seconds)


def to_datetime(microseconds: int) -> datetime:
    """Microseconds since the epoch as an aware UTC datetime."""
    return datetime.fromtimestamp(microseconds / MICROSECONDS, tz=UTC)


def to_seconds(microseconds: int) -> float:
    """Microseconds since the epoch as the seconds that JSON carries."""
    return microseconds / MICROSECONDS


def from_seconds(seconds: float) -> int:
    """Seconds since the epoch as the microseconds that the log keeps."""
    return round(seconds * MICROSECONDS)
