"""Wake whoever follows the log: at once after a commit of this process, by a slow look for those of others."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_LOOK_SECONDS = 0.5


class Tail:
    """The newest `seq` that is known, and the subscribers that want to hear of a newer one."""

    def __init__(self, read_head: Callable[[], int]) -> None:
        """`read_head` asks the database; it may block."""
        self._read_head = read_head
        self._head = read_head()
        self._lock = threading.Lock()
        self._subscribers: set[Subscription] = set()

    @property
    def head(self) -> int:
        """The newest `seq` that is known here."""
        return self._head

    def advance(self, seq: int) -> None:
        """The log reaches to `seq`; callable from any thread."""
        with self._lock:
            if seq <= self._head:
                return
            self._head = seq
            subscribers = list(self._subscribers)
        for subscriber in subscribers:
            subscriber.wake_from_thread()

    async def watch(self) -> None:
        """Look for commits of other processes until cancelled."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            self.advance(await asyncio.to_thread(self._read_head))

    @contextmanager
    def subscribe(self, after: int) -> Iterator[Subscription]:
        """Hear of every `seq` beyond `after`; for use in an event loop."""
        subscription = Subscription(self, after)
        with self._lock:
            self._subscribers.add(subscription)
        try:
            yield subscription
        finally:
            with self._lock:
                self._subscribers.discard(subscription)


class Subscription:
    """One follower's place in the log."""

    def __init__(self, tail: Tail, after: int) -> None:
        self._tail = tail
        self._loop = asyncio.get_running_loop()
        self._woken = asyncio.Event()
        self.position = after
        """Up to where the follower has read; it moves this on itself."""

    async def wait(self) -> int:
        """Wait until the log reaches beyond `position`; returns how far."""
        while self._tail.head <= self.position:
            self._woken.clear()
            if self._tail.head > self.position:
                break
            await self._woken.wait()
        return self._tail.head

    def wake_from_thread(self) -> None:
        """Let `wait` look again; callable from any thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._woken.set)
