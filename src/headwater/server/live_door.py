"""`/api/live`: the live feed of a deployment as a response that lasts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from headwater.server.http import Receive, Scope, Send, header
from headwater.server.live import LiveFeed


async def stream(feed: LiveFeed, scope: Scope, receive: Receive, send: Send) -> None:
    """Send what the feed hands out until the listener goes, or the server stops."""
    fields = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store"), (b"x-accel-buffering", b"no")]
    await send({"type": "http.response.start", "status": 200, "headers": fields})
    gone = asyncio.ensure_future(_wait_for_disconnect(receive))
    messages = feed.listen(_resume_point(scope))
    try:
        async for message in _until(messages, gone):
            await send({"type": "http.response.body", "body": message, "more_body": True})
        if not gone.done():
            await send({"type": "http.response.body", "body": b"", "more_body": False})
    finally:
        gone.cancel()
        await messages.aclose()


def _resume_point(scope: Scope) -> int | None:
    """The `seq` after which a listener wants to hear: from the header of a reconnect, else from the query."""
    sent = header(scope, b"last-event-id")
    if sent is None:
        for pair in scope["query_string"].decode("latin-1").split("&"):
            name, _, value = pair.partition("=")
            sent = value if name == "after" else sent
    return int(sent) if sent is not None and sent.isdigit() else None


async def _wait_for_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _until(messages: AsyncGenerator[bytes], gone: asyncio.Future[None]) -> AsyncGenerator[bytes]:
    """The messages until it ends or the listener is gone."""
    iterator = aiter(messages)
    while True:
        following: asyncio.Future[bytes | None] = asyncio.ensure_future(anext(iterator, None))
        waited: set[asyncio.Future[Any]] = {following, gone}
        await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        if not following.done():
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
            return
        message = following.result()
        if message is None:
            return
        yield message
