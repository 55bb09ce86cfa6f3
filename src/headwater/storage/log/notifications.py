"""Hear of other processes' commits on PostgreSQL, by LISTEN."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlalchemy.engine import URL

from headwater.errors import StoreUnavailableError

if TYPE_CHECKING:
    import psycopg

CHANNEL = "headwater"
ACCESS_CHANNEL = "headwater_access"
"""Tells that a token, session or the like has changed."""
_REST_SECONDS = 0.01
"""Between notifications of this process's own commits, which come as fast as reports do."""


class Listener:
    """A connection of its own that waits for what `transaction.append` notifies."""

    def __init__(self, url: URL, is_own: Callable[[int], bool] = lambda _backend: False) -> None:
        """Nothing is opened before the first `hear`.

        Args:
            url: Of the database.
            is_own: Whether the connection with that process id of the database is this store's own, so that what it
                commits is known already.
        """
        self._is_own = is_own
        self._address = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._connection: psycopg.AsyncConnection[tuple[object, ...]] | None = None
        self.access_changes = 0
        """Counts up whenever who may come in has changed, or may have."""

    async def hear(self, seconds: float) -> int | None:
        """How far the log reaches by the next notification; None if none came in time, or some may have been missed.

        Raises:
            StoreUnavailableError: the database does not answer.
        """
        import psycopg  # an optional driver, which takes its time and memory

        try:
            if self._connection is None:
                self._connection = await psycopg.AsyncConnection.connect(self._address, autocommit=True)
                for channel in (CHANNEL, ACCESS_CHANNEL):
                    await self._connection.execute(f"LISTEN {channel}")
                self.access_changes += 1
                # Whatever was committed before this moment was told to nobody here.
                return None
            loop = asyncio.get_running_loop()
            deadline = loop.time() + seconds
            while (left := deadline - loop.time()) > 0:
                newest, is_access, count = 0, False, 0
                # To the end, because those that came together are given out but once.
                async for heard in self._connection.notifies(timeout=left, stop_after=1):
                    count += 1
                    if heard.channel == ACCESS_CHANNEL:
                        is_access = True
                    elif not self._is_own(heard.pid):
                        newest = max(newest, int(heard.payload))
                self.access_changes += is_access
                if newest or is_access or not count:
                    return newest or None
                await asyncio.sleep(_REST_SECONDS)
        except psycopg.Error as error:
            await self.close()
            raise StoreUnavailableError(f"The database does not answer: {error}") from error
        return None

    async def close(self) -> None:
        """Let go of the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()
