"""A connection that stays open from one use to the next."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from headwater.connectors.kept_connection import KeptConnection

LONG = 1_000.0


class Line:
    """What one connects to: counts its connections, and can lose them."""

    def __init__(self) -> None:
        self.opened = 0
        self.lost: set[int] = set()
        self.closed = threading.Event()

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[int]:
        """A connection, which is its number."""
        self.opened += 1
        try:
            yield self.opened
        except ConnectionError as error:
            raise LookupError("it is lost") from error
        finally:
            self.closed.set()

    async def ask(self, connection: int) -> int:
        """Use a connection."""
        if connection in self.lost:
            raise ConnectionError(connection)
        return connection


def test_ticks_with_loops_of_their_own_share_a_connection() -> None:
    """It is opened once; and again where it was lost in between, without the tick noticing."""
    line = Line()
    kept = KeptConnection(line.connect, idle_seconds=LONG)

    first, second = asyncio.run(kept.use(line.ask)), asyncio.run(kept.use(line.ask))
    line.lost.add(1)
    third = asyncio.run(kept.use(line.ask))

    assert [1, 1, 2] == [first, second, third]


def test_a_connection_that_fails_anew_is_the_callers_to_hear_of() -> None:
    """In the words of whoever opened it; the next use tries again."""
    line = Line()
    kept = KeptConnection(line.connect, idle_seconds=LONG)
    line.lost.add(1)

    with pytest.raises(LookupError, match="it is lost"):
        asyncio.run(kept.use(line.ask))

    assert 2 == asyncio.run(kept.use(line.ask))


def test_a_connection_that_nobody_needs_is_closed() -> None:
    """After its time without use; then a new one is opened."""
    line = Line()
    kept = KeptConnection(line.connect, idle_seconds=0.0)

    asyncio.run(kept.use(line.ask))
    is_closed = line.closed.wait(60)

    assert is_closed
    assert 2 == asyncio.run(kept.use(line.ask))
