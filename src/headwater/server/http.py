"""The few pieces of ASGI that the plain doors need: read a body within bounds, answer with JSON."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import Any, TypeAlias

import msgspec

from headwater.digits import whole_number

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
ASGIApp: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

ROUTE = "headwater_route"
"""Where a request's scope says which door or route answered it."""

_HEADERS = "headwater_headers"
JSON = b"application/json"
MOST_BODY_BYTES = 10 * 1024 * 1024
_TOO_LARGE = "The body is over {} bytes, which is more than this path takes."

Headers: TypeAlias = Iterable[tuple[bytes, bytes]]


class BodyTooLargeError(Exception):
    """A body is larger than anything that a report or request needs."""


def header(scope: Scope, name: bytes) -> str | None:
    """A request header's value, None where it is not sent; of one that is sent twice, the first."""
    value = (scope.get(_HEADERS) or headers(scope)).get(name)
    return None if value is None else value.decode("latin-1")


def headers(scope: Scope) -> Mapping[bytes, bytes]:
    """A request's headers by their names in lower case; put in order once, because every door asks for a few."""
    found: dict[bytes, bytes] | None = scope.get(_HEADERS)
    if found is None:
        found = scope[_HEADERS] = dict(reversed(scope["headers"]))
    return found


async def read_body(scope: Scope, receive: Receive, *, most: int = MOST_BODY_BYTES) -> bytes:
    """The whole body.

    Raises:
        BodyTooLargeError: it is over `most` bytes.
        ConnectionError: the client went away.
    """
    declared = header(scope, b"content-length")
    if declared is not None and (whole_number(declared) or 0) > most:
        raise BodyTooLargeError(_TOO_LARGE.format(most))
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError("the client went away")
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > most:
            raise BodyTooLargeError(_TOO_LARGE.format(most))
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks) if len(chunks) > 1 else chunk


async def send_json(send: Send, status: int, value: Any, headers: Headers = ()) -> None:
    """Answer with JSON."""
    body = msgspec.json.encode(value)
    await send_bytes(send, status, body, JSON, headers)


async def send_bytes(send: Send, status: int, body: bytes, content_type: bytes, headers: Headers = ()) -> None:
    """Answer with bytes."""
    fields = [(b"content-type", content_type), (b"content-length", b"%d" % len(body)), *headers]
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": body, "more_body": False})
