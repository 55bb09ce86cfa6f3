"""Around the API: an answer that the asker has already is not sent again, and a long one is sent compressed."""

from __future__ import annotations

import asyncio
import gzip
from hashlib import blake2b
from typing import Any

from litestar import MediaType, Response

from headwater.server.http import Message, Receive, Scope, Send, header
from headwater.server.kept.body import KeptBody

_LEAST_BYTES = 1_000
_MANY_BYTES = 100_000
"""From here on, compressing takes long enough that other requests should not wait for it."""
_LEVEL = 1
_TAG_BYTES = 12


def kept(body: KeptBody) -> Response[Any]:
    """An answer of the API that is encoded already."""
    return Response(body, media_type=MediaType.JSON)


class ThriftyAnswers:
    """Gives each whole answer to a GET an `ETag`, answers 304 where it is known, and compresses with gzip."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        await self._app(scope, receive, _Answer(scope, send))


class _Answer:
    """Holds the head of an answer back until it is known whether its body comes whole."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope = scope
        self._send = send
        self._head: Message | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._head = message
            return
        head, self._head = self._head, None
        if head is not None:
            if not message.get("more_body", False):
                head, message = await self._finish(head, message)
            await self._send(head)
        await self._send(message)

    async def _finish(self, head: Message, message: Message) -> tuple[Message, Message]:
        body: bytes = message.get("body", b"")
        fields = [(name.lower(), value) for name, value in head["headers"] if name.lower() != b"content-length"]
        status = head["status"]
        if status == 200 and self._scope["method"] in ("GET", "HEAD"):
            tag = body.tag if isinstance(body, KeptBody) else _tag_of(body)
            fields.append((b"etag", tag))
            if not any(name == b"cache-control" for name, _ in fields):
                # To be kept by the asker alone, and asked for again each time.
                fields.append((b"cache-control", b"private, no-cache"))
            if _knows(self._scope, tag.decode()):
                return {**head, "status": 304, "headers": fields}, {**message, "body": b""}
        if len(body) >= _LEAST_BYTES and "gzip" in (header(self._scope, b"accept-encoding") or ""):
            body = _compress(body) if len(body) < _MANY_BYTES else await asyncio.to_thread(_compress, body)
            fields += [(b"content-encoding", b"gzip"), (b"vary", b"accept-encoding")]
        if status != 204:
            fields.append((b"content-length", b"%d" % len(body)))
        return {**head, "headers": fields}, {**message, "body": body}


def _tag_of(body: bytes) -> bytes:
    return b'W/"%b"' % blake2b(body, digest_size=_TAG_BYTES).hexdigest().encode()


def _compress(body: bytes) -> bytes:
    return body.compressed if isinstance(body, KeptBody) else _gzip(body)


def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, _LEVEL, mtime=0)


def _knows(scope: Scope, tag: str) -> bool:
    """Whether the asker has this very answer; tags are compared weakly, as RFC 9110 says for a GET."""
    sent = header(scope, b"if-none-match")
    if sent is None:
        return False
    bare = tag.removeprefix("W/")
    return sent.strip() == "*" or bare in (each.strip().removeprefix("W/") for each in sent.split(","))
