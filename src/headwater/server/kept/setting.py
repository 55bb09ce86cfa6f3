"""A setting that every report asks for: kept in memory, and read again off the event loop once it may be old."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

from sqlalchemy.engine import Connection

from headwater.storage.store import Store

T = TypeVar("T")
_FRESH_SECONDS = 1.0


class KeptSetting(Generic[T]):
    """What a query gives, at most a second old, as other processes may change it too."""

    def __init__(self, store: Store, query: Callable[[Connection], T]) -> None:
        """Prepare; nothing is read before somebody asks.

        Args:
            store: Where it is kept.
            query: Reads it.
        """
        self._store = store
        self._query = query
        self._reading = asyncio.Lock()
        self._kept: tuple[float, T] | None = None
        self._forgotten = 0

    async def get(self) -> T:
        """The setting. Of all who ask while it may be old, one reads it, in a thread."""
        kept = self._kept
        if kept is not None and self._is_fresh(kept):
            return kept[1]
        async with self._reading:
            kept = self._kept
            if kept is None or not self._is_fresh(kept):
                # Noted before reading: what changes meanwhile is read again.
                now, forgotten = self._store.clock.monotonic(), self._forgotten
                kept = (now, await self._store.read_async(self._query))
                self._kept = kept if forgotten == self._forgotten else None
            return kept[1]

    def forget(self) -> None:
        """Read it again when it is next asked for."""
        self._forgotten += 1
        self._kept = None

    def _is_fresh(self, kept: tuple[float, T]) -> bool:
        return self._store.clock.monotonic() - kept[0] <= _FRESH_SECONDS
