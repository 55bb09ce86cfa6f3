"""Wake whoever follows the log: at once after a commit of this process; for those of others, as the database tells.

PostgreSQL notifies, with a slow look behind it. On SQLite the file's own time tells that a look is worth it, with a
slow look behind that too.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from headwater.records.log.events import Event
from headwater.storage.log.notifications import Listener

_LOOK_SECONDS = 0.5
_SLOW_LOOK_SECONDS = 5.0
_KEPT_EVENTS = 10_000
_DROPPED_TOGETHER = 1_000
LATER_SECONDS = 0.25
"""So long a follower may have to wait for events that it called not urgent; all of that time are told together."""
_MOST_DELAYED = 2_000
"""So many events are told before that time is over, lest a follower falls behind what is kept in memory."""


class Tail:
    """The newest `seq` that is known, the newest events, and the subscribers that want to hear of more.

    What this process commits is kept for a while, so that its followers need not ask the database for it.
    """

    def __init__(
        self,
        read_head: Callable[[], int],
        listener: Listener | None = None,
        may_have_grown: Callable[[], bool] = lambda: True,
    ) -> None:
        """Begin at the head.

        Args:
            read_head: Asks the database; it may block.
            listener: Tells of commits, where the database can.
            may_have_grown: Where it can't: whether it is worth asking, at no cost.
        """
        self._may_have_grown = may_have_grown
        self._watching = asyncio.Lock()
        self._listener = listener
        self._read_head = read_head
        self._head = read_head()
        self._lock = threading.Lock()
        self._events: list[Event] = []
        self._subscribers: set[Subscription] = set()

    @property
    def head(self) -> int:
        """The newest `seq` that is known here."""
        return self._head

    def advance(self, seq: int, events: Sequence[Event] = ()) -> None:
        """The log reaches to `seq`; callable from any thread.

        Args:
            seq: The newest.
            events: Those up to it that were not there before, where they are at hand.
        """
        # A batch is mostly many events of one sort, about which each follower is asked once.
        sorts = list({(event.kind, event.asset_key): event for event in events}.values())
        with self._lock:
            if seq <= self._head:
                return
            if not events or events[0].seq != self._head + 1:
                # Others have committed in between: what is kept would have a gap.
                self._events.clear()
            self._events += events
            if len(self._events) > _KEPT_EVENTS + _DROPPED_TOGETHER:
                del self._events[:-_KEPT_EVENTS]
            waiting = [subscriber for subscriber in self._subscribers if subscriber.note(sorts, seq)]
            # Only now, so that nobody takes for quiet what was not noted yet.
            self._head = seq
        loops = {subscriber.loop for subscriber in waiting}
        for loop in loops:
            # One wake-up of a loop for all of its followers: each costs a system call.
            if not loop.is_closed():
                loop.call_soon_threadsafe(_wake, [each for each in waiting if each.loop is loop])

    def kept_after(self, seq: int, limit: int) -> list[Event] | None:
        """The first events beyond `seq`; None where not every one is kept here, and the database must be asked."""
        with self._lock:
            if seq >= self._head:
                return []
            if not self._events or self._events[0].seq > seq + 1:
                return None
            first = seq + 1 - self._events[0].seq
            return self._events[first : first + limit]

    async def watch(self) -> None:
        """Look for commits of other processes until cancelled; of several who watch, one looks."""
        async with self._watching:
            try:
                while True:
                    heard = await self._hear()
                    self.advance(await asyncio.to_thread(self._read_head) if heard is None else heard)
            finally:
                if self._listener is not None:
                    await self._listener.close()

    async def _hear(self) -> int | None:
        """How far the log reaches, or None once it is time to look."""
        if self._listener is not None:
            return await self._listener.hear(_SLOW_LOOK_SECONDS)
        for _ in range(round(_SLOW_LOOK_SECONDS / _LOOK_SECONDS)):
            await asyncio.sleep(_LOOK_SECONDS)
            if self._may_have_grown():
                break
        return None

    @contextmanager
    def subscribe(self, after: int, urgent: Callable[[Event], bool] | None = None) -> Iterator[Subscription]:
        """Hear of every `seq` beyond `after`; for use in an event loop.

        Args:
            after: A place in the log.
            urgent: Whether an event of that kind and asset must be heard of at once; called in any thread. Others are
                told a moment later and together, so that a follower whom most events do not concern costs those next to
                nothing. By default all are urgent.
        """
        with self._lock:
            subscription = Subscription(self, after, urgent)
            self._subscribers.add(subscription)
        try:
            yield subscription
        finally:
            with self._lock:
                self._subscribers.discard(subscription)
            subscription.close()


class Subscription:
    """One follower's place in the log."""

    def __init__(self, tail: Tail, after: int, urgent: Callable[[Event], bool] | None) -> None:
        self._tail = tail
        self.loop = asyncio.get_running_loop()
        self._woken = asyncio.Event()
        self._urgent = urgent
        # Of what came before, nothing is known.
        self._is_urgent = True
        self._timer: asyncio.TimerHandle | None = None
        self._first_urgent, self._last_urgent = 0, tail.head
        """Nothing is urgent between the position and the one, nor beyond the other."""
        self.position = after
        """Up to where the follower has read; it moves this on itself."""

    async def wait(self) -> int:
        """Wait until the log reaches beyond `position`; returns how far."""
        while True:
            self._woken.clear()
            if self._tail.head > self.position:
                if self._is_urgent or self._urgent is None:
                    self._is_urgent = False
                    self.close()
                    return self._tail.head
                if self._timer is None:
                    self._timer = self.loop.call_later(LATER_SECONDS, self._end_delay)
            await self._woken.wait()

    def free_until(self) -> int:
        """Up to where the follower may move on unread, since nothing after its position and up to there is urgent."""
        head = self._tail.head
        if self.position >= self._last_urgent:
            return head
        return max(self.position, min(self._first_urgent, head))

    def note(self, events: Sequence[Event], head: int) -> bool:
        """Take note that the log grows; returns whether it must be woken for that.

        Args:
            events: One of each kind and asset that the log grows by; none where those are not known.
            head: How far it will reach.
        """
        if self._urgent is None or not events or any(map(self._urgent, events)):
            if self.position >= self._last_urgent:
                self._first_urgent = self._tail.head
            self._last_urgent = head
            self._is_urgent = True
        elif head - self.position > _MOST_DELAYED:
            self._is_urgent = True
        return not self._woken.is_set() and (self._is_urgent or self._timer is None)

    def wake(self) -> None:
        """Let `wait` look again; in its own loop."""
        self._woken.set()

    def close(self) -> None:
        """Wait no longer for what is not urgent."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _end_delay(self) -> None:
        self._timer = None
        self._is_urgent = True
        self.wake()


def _wake(subscriptions: list[Subscription]) -> None:
    for subscription in subscriptions:
        subscription.wake()
