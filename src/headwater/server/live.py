"""The live stream: committed events as server-sent events, resumable by `seq`.

The log is read once for all listeners. One that can't keep up is told to read again what it shows.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import msgspec
import structlog

from headwater.clock import to_seconds
from headwater.errors import StoreError
from headwater.records.events import Event, EventKind
from headwater.server import shapes
from headwater.storage.store import Store

_BATCH = 500
_BACKLOG = 2_000
_KEEP_ALIVE_SECONDS = 15.0
_KEEP_ALIVE = b": still here\n\n"
_RESET = b"event: reset\ndata: {}\n\n"
_log = structlog.get_logger(__name__)


class LiveFeed:
    """One reader of the log, and the queues of those who listen."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._listeners: set[asyncio.Queue[bytes | None]] = set()
        self._stopping = False

    @property
    def listeners(self) -> int:
        """How many streams are open."""
        return len(self._listeners)

    async def run(self) -> None:
        """Read and hand out until cancelled."""
        position = self._store.tail.head
        with self._store.tail.subscribe(position) as subscription:
            while True:
                await subscription.wait()
                if not self._listeners:
                    subscription.position = self._store.tail.head
                    continue
                try:
                    events = await self._store.read_after(subscription.position, _BATCH)
                except StoreError as error:
                    _log.warning("the live feed could not read", reason=str(error))
                    await self._store.clock.sleep(1.0)
                    continue
                for event in events:
                    self._hand_out(encode_event(event))
                    subscription.position = event.seq

    def publish(self, name: str, data: dict[str, Any]) -> None:
        """Tell every listener something that is no event of the log."""
        self._hand_out(b"event: %b\ndata: %b\n\n" % (name.encode(), msgspec.json.encode(data)))

    def stop(self) -> None:
        """End every stream, so that the server can."""
        self._stopping = True
        for queue in self._listeners:
            _put(queue, None)

    async def listen(self, after: int | None) -> AsyncGenerator[bytes]:
        """The stream of one listener, from a place in the log on, or from now."""
        queue: asyncio.Queue[bytes | None] = asyncio.Queue(_BACKLOG)
        self._listeners.add(queue)
        try:
            yield b"retry: 1000\n\n"
            async for message in self._missed(after):
                yield message
            while not self._stopping:
                try:
                    async with asyncio.timeout(_KEEP_ALIVE_SECONDS):
                        message_or_end = await queue.get()
                except TimeoutError:
                    yield _KEEP_ALIVE
                    continue
                if message_or_end is None:
                    return
                yield message_or_end
        finally:
            self._listeners.discard(queue)

    async def _missed(self, after: int | None) -> AsyncGenerator[bytes]:
        if after is None or after >= self._store.tail.head:
            return
        events = await self._store.read_after(after, _BATCH)
        if len(events) == _BATCH:
            # Too far behind to be told one by one: what is shown must be read again.
            yield _RESET
            return
        for event in events:
            yield encode_event(event)

    def _hand_out(self, message: bytes) -> None:
        for queue in self._listeners:
            _put(queue, message)


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
    if event.kind is EventKind.DEFINITIONS_CHANGED:
        message += b"event: definitions\ndata: {}\n\n"
    return message


def _put(queue: asyncio.Queue[bytes | None], message: bytes | None) -> None:
    if queue.full():
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(_RESET)
    queue.put_nowait(message)
