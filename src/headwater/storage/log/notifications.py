"""Hear of other processes' commits on PostgreSQL, by LISTEN."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.engine import URL

from headwater.errors import StoreUnavailableError

if TYPE_CHECKING:
    import psycopg

CHANNEL = "headwater"
ACCESS_CHANNEL = "headwater_access"
"""Tells that a token, session or the like has changed."""


class Listener:
    """A connection of its own that waits for what `transaction.append` notifies."""

    def __init__(self, url: URL) -> None:
        """Nothing is opened before the first `hear`."""
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
            async for heard in self._connection.notifies(timeout=seconds, stop_after=1):
                if heard.channel == ACCESS_CHANNEL:
                    self.access_changes += 1
                    return None
                return int(heard.payload)
        except psycopg.Error as error:
            await self.close()
            raise StoreUnavailableError(f"The database does not answer: {error}") from error
        return None

    async def close(self) -> None:
        """Let go of the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()
