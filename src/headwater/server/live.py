"""The live stream: committed events as server-sent events, resumable by `seq`, for thousands of listeners.

The log is read once for all of them. What was read last is kept, each listener has a place in it and is told when
there is more; how fast a listener is depends on itself alone. One that falls too far behind reads the log by itself
if it must miss nothing, and else is told to read again what it shows.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Any

import msgspec
import structlog

from headwater.clock import to_seconds
from headwater.errors import StoreError
from headwater.records.log.events import Event, EventKind
from headwater.server import shapes
from headwater.server.doors.live_wanted import EVERYTHING, Wanted
from headwater.storage.store import Store

_BATCH = 500
_KEPT = 5_000
_SLICE = 20
"""So many listeners are told at a time; then others have their turn."""
_REST_FACTOR = 3.0
"""After telling many listeners, rest so many times as long as it took, so that telling takes a quarter at most."""
_KEEP_ALIVE_SECONDS = 15.0
_KEEP_ALIVE = b": still here\n\n"
_BEGIN = b"retry: 1000\n\n"
_RESET = b"event: reset\ndata: {}\n\n"
_DEFINITIONS = b"event: definitions\ndata: {}\n\n"
_log = structlog.get_logger(__name__)


class _Message(msgspec.Struct, frozen=True):
    """What is told; the event is missing where it is none of the log."""

    text: bytes
    event: Event | None


class Listener:
    """One open stream: its place among the messages and in the log, and whether there is something to do."""

    def __init__(self, place: int, seq: int, until: int, wanted: Wanted, *, complete: bool) -> None:
        self.place = place
        self.seq = seq
        self.until = until
        self.wanted = wanted
        self.complete = complete
        self.is_gone = False
        self.woken = asyncio.Event()

    def leave(self) -> None:
        """The stream is closed from the other side."""
        self.is_gone = True
        self.woken.set()


class LiveFeed:
    """One reader of the log, and those who listen."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._listeners: set[Listener] = set()
        self._by_key: defaultdict[str | None, set[Listener]] = defaultdict(set)
        self._messages: deque[_Message] = deque(maxlen=_KEPT)
        self._end = 0
        self._seq = store.tail.head
        self._news = asyncio.Event()
        self._stopping = False
        self._joined: dict[tuple[int, int], bytes] = {}

    @property
    def listeners(self) -> int:
        """How many streams are open."""
        return len(self._listeners)

    async def run(self) -> None:
        """Read and tell until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._read())
            group.create_task(self._tell())
            group.create_task(self._keep_alive())

    def publish(self, name: str, data: dict[str, Any]) -> None:
        """Tell every listener that wants everything something that is no event of the log."""
        if self._listeners:
            self._keep(_Message(b"event: %b\ndata: %b\n\n" % (name.encode(), msgspec.json.encode(data)), None))

    def stop(self) -> None:
        """End every stream, so that the server can."""
        self._stopping = True
        for listener in self._listeners:
            listener.woken.set()

    def join(self, after: int | None, wanted: Wanted = EVERYTHING, *, complete: bool = False) -> Listener:
        """A new listener.

        Args:
            after: From which place in the log on; None from now on.
            wanted: What it wants to hear.
            complete: Whether it must miss nothing, however much that is.
        """
        known = self._seq if self._listeners else self._store.tail.head
        self._seq = known
        first = known if after is None else min(after, known)
        listener = Listener(self._end, first, known, wanted, complete=complete)
        self._listeners.add(listener)
        self._enter(listener)
        return listener

    async def listen(self, listener: Listener, renew: Callable[[], Wanted] | None = None) -> AsyncGenerator[bytes]:
        """The stream of a listener, until it leaves or the server stops.

        Args:
            listener: As `join` gave it.
            renew: Gives its filter anew when definitions have changed; it may block.
        """
        try:
            yield _BEGIN
            async for text in self._missed(listener, listener.until):
                yield text
            while True:
                await listener.woken.wait()
                listener.woken.clear()
                if self._stopping or listener.is_gone:
                    return
                if listener.place == self._end:
                    yield _KEEP_ALIVE
                    continue
                async for text in self._since(listener, renew):
                    yield text
        finally:
            self._listeners.discard(listener)
            self._remove(listener)

    async def _since(self, listener: Listener, renew: Callable[[], Wanted] | None) -> AsyncGenerator[bytes]:
        """What a listener has not heard yet."""
        start = self._end - len(self._messages)
        place, listener.place = listener.place, self._end
        if place < start:
            if listener.complete:
                async for text in self._missed(listener, self._seq):
                    yield text
            else:
                yield _RESET
            return
        listener.seq = self._seq
        if listener.wanted.is_everything:
            yield self._text(place)
            return
        mine = list(self._messages)[place - start :]
        if renew is not None and any(each.event and each.event.kind is EventKind.DEFINITIONS_CHANGED for each in mine):
            wanted = await asyncio.to_thread(renew)
            self._remove(listener)
            listener.wanted = wanted
            self._enter(listener)
        text = b"".join(each.text for each in mine if each.event is not None and listener.wanted.takes(each.event))
        if text:
            yield text

    def _enter(self, listener: Listener) -> None:
        """Let a listener be found by the assets that it wants to hear of; None stands for all."""
        for key in (None,) if listener.wanted.keys is None else listener.wanted.keys:
            self._by_key[key].add(listener)

    def _remove(self, listener: Listener) -> None:
        for key in (None,) if listener.wanted.keys is None else listener.wanted.keys:
            self._by_key[key].discard(listener)
            if not self._by_key[key]:
                del self._by_key[key]

    def _text(self, place: int) -> bytes:
        """All messages from a place on as one text, which most listeners share."""
        key = (place, self._end)
        text = self._joined.get(key)
        if text is None:
            start = self._end - len(self._messages)
            text = b"".join(each.text for each in list(self._messages)[place - start :])
            if len(self._joined) > 100:
                self._joined.clear()
            self._joined[key] = text
        return text

    async def _missed(self, listener: Listener, until: int) -> AsyncGenerator[bytes]:
        """What was committed between a listener's place in the log and another one, read from there."""
        while listener.seq < until:
            events = [each for each in await self._store.read_after(listener.seq, _BATCH) if each.seq <= until]
            if not events:
                return
            if len(events) == _BATCH and not listener.complete:
                # Too far behind to be told one by one: what is shown must be read again.
                listener.seq = until
                yield _RESET
                return
            listener.seq = events[-1].seq
            text = b"".join(encode_event(event) for event in events if listener.wanted.takes(event))
            if text:
                yield text

    async def _read(self) -> None:
        """Read the log and keep what is new, as long as anybody listens."""
        with self._store.tail.subscribe(self._seq, lambda _event: bool(self._listeners)) as subscription:
            while True:
                subscription.position = self._seq
                await subscription.wait()
                if not self._listeners:
                    self._seq = self._store.tail.head
                    continue
                try:
                    events = await self._store.read_after(self._seq, _BATCH)
                except StoreError as error:
                    _log.warning("the live feed could not read", reason=str(error))
                    await self._store.clock.sleep(1.0)
                    continue
                self._take(events)

    def _take(self, events: Sequence[Event]) -> None:
        for event in events:
            if event.seq > self._seq:
                self._seq = event.seq
                self._keep(_Message(encode_event(event), event))

    def _keep(self, message: _Message) -> None:
        self._messages.append(message)
        self._end += 1
        self._news.set()

    async def _tell(self) -> None:
        """Wake those who have something to hear, some at a time, and never for most of the time."""
        told = self._end
        while True:
            await self._news.wait()
            self._news.clear()
            fresh = list(self._messages)[max(0, len(self._messages) - (self._end - told)) :]
            told = self._end
            kinds = {message.event.kind for message in fresh if message.event is not None}
            keys = {None, *(message.event.asset_key for message in fresh if message.event is not None)}
            if EventKind.DEFINITIONS_CHANGED in kinds:
                concerned = list(self._listeners)
            else:
                nearby = set[Listener]().union(*(self._by_key[key] for key in keys & self._by_key.keys()))
                concerned = [each for each in nearby if each.wanted.may_take(kinds)]
            began = self._store.clock.monotonic()
            await self._wake(concerned)
            if len(concerned) > _SLICE:
                await asyncio.sleep(_REST_FACTOR * (self._store.clock.monotonic() - began))

    async def _wake(self, listeners: Sequence[Listener]) -> None:
        for start in range(0, len(listeners), _SLICE):
            for listener in listeners[start : start + _SLICE]:
                listener.woken.set()
            await asyncio.sleep(0)

    async def _keep_alive(self) -> None:
        """Send something now and then, so that proxies keep the streams open and the dead ones are noticed.

        Spread over the time between, since thousands at once would keep others waiting.
        """
        while True:
            listeners = list(self._listeners)
            starts = range(0, len(listeners), _SLICE)
            for start in starts:
                await self._store.clock.sleep(_KEEP_ALIVE_SECONDS / len(starts))
                await self._wake(listeners[start : start + _SLICE])
            if not starts:
                await self._store.clock.sleep(_KEEP_ALIVE_SECONDS)


def encode_event(event: Event) -> bytes:
    """One event as a message of the stream."""
    live = shapes.LiveEvent(
        seq=event.seq,
        kind=event.kind.value,
        asset_key=event.asset_key,
        partition=event.partition,
        run_id=event.run_id,
        timestamp=to_seconds(event.timestamp),
    )
    message = b"event: commit\nid: %d\ndata: %b\n\n" % (event.seq, msgspec.json.encode(live))
    return message + _DEFINITIONS if event.kind is EventKind.DEFINITIONS_CHANGED else message
