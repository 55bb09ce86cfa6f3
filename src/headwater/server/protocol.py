"""HTTP as uvicorn speaks it, with bounds in time and size, so that a slow or greedy client harms nobody else.

A client must finish its headers and its body in time, and read what it is sent; whoever does not is cut off. One sweep
a second looks at all connections, so that a request costs a few assignments and no timer.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import msgspec
from httptools import HttpParserError
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from headwater.server.access.security_headers import ALWAYS
from headwater.server.problems import MEDIA_TYPE, plain_problem
from headwater.server.whole_answers import WholeAnswer

_SWEEP_SECONDS = 1.0
_ADDRESSES_NEAR = ("127.", "::1")
_REASONS = {
    400: "The request is no HTTP that can be understood.",
    408: "The request was not sent in time, so the connection is closed. Send it again, faster.",
    431: "The headers are too large; send fewer or shorter ones.",
    503: "There are too many connections; close some, or try again later.",
}


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """How long and how much. A body may take longer the more of it has come: `slowest` is in bytes a second."""

    header_seconds: float = 10.0
    body_seconds: float = 20.0
    slowest: float = 10_000.0
    stalled_seconds: float = 30.0
    header_bytes: int = 64 * 1024
    headers: int = 100
    connections: int = 20_000
    connections_per_peer: int = 2_000
    """Of one address; this machine's own programs are not counted."""


class Connections:
    """All connections of a server, and those of each peer."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self._open: set[BoundedProtocol] = set()
        self._by_peer: Counter[str] = Counter()
        self._sweeping: asyncio.TimerHandle | None = None

    def add(self, connection: BoundedProtocol) -> bool:
        """Count a connection. Returns whether there is room for it."""
        peer = connection.peer
        self._open.add(connection)
        self._by_peer[peer] += 1
        if self._sweeping is None:
            self._sweeping = connection.loop.call_later(_SWEEP_SECONDS, self._sweep, connection.loop)
        near = peer.startswith(_ADDRESSES_NEAR)
        too_many_of_peer = not near and self._by_peer[peer] > self.bounds.connections_per_peer
        return not too_many_of_peer and len(self._open) <= self.bounds.connections

    def remove(self, connection: BoundedProtocol) -> None:
        """Forget a connection that has ended."""
        if connection in self._open:
            self._open.remove(connection)
            self._by_peer[connection.peer] -= 1
            if not self._by_peer[connection.peer]:
                del self._by_peer[connection.peer]

    def _sweep(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for connection in list(self._open):
            connection.cut_off_if_late(now)
        self._sweeping = loop.call_later(_SWEEP_SECONDS, self._sweep, loop) if self._open else None


class BoundedProtocol(HttpToolsProtocol):
    """One connection."""

    def __init__(self, connections: Connections, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._all = connections
        self._bounds = connections.bounds
        self._deadline: float | None = None
        self._in_head = True
        self._head_bytes = 0
        self._stalled_since: float | None = None
        self.peer = ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self.peer = self.client[0] if self.client else ""
        self._deadline = self.loop.time() + self._bounds.header_seconds
        if not self._all.add(self):
            self._refuse(503)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._all.remove(self)
        self._deadline = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, within the bounds."""
        if self.transport.is_closing():
            return
        if self._in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._deadline is None and (self.cycle is None or self.cycle.response_complete):
            # Bytes that begin no request, such as empty lines, keep no connection open.
            self._deadline = self.loop.time() + self._bounds.header_seconds
        if self._in_head and self._head_bytes > self._bounds.header_bytes and not self.transport.is_closing():
            self._refuse(431)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        async def answer_whole(scope: Any, receive: Any, send: Any) -> None:
            await app(scope, receive, WholeAnswer(cycle, send))

        super()._start_asgi_task(cycle, answer_whole)

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        super().on_message_begin()
        self._in_head = True
        self._head_bytes = 0
        self._deadline = self.loop.time() + self._bounds.header_seconds

    def on_headers_complete(self) -> None:
        """All headers are there; now the body."""
        size = sum(len(name) + len(value) for name, value in self.headers) + len(self.url)
        if size > self._bounds.header_bytes or len(self.headers) > self._bounds.headers:
            self._head_bytes = self._bounds.header_bytes + 1
            raise HttpParserError("the headers are too large")
        self._in_head = False
        self._deadline = self.loop.time() + self._bounds.body_seconds
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Some of the body."""
        if self._deadline is not None:
            self._deadline += len(body) / self._bounds.slowest
        super().on_body(body)

    def on_message_complete(self) -> None:
        """All of it is there; from now on it is the server's turn."""
        self._deadline = None
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """The answer is sent; how long the next request may take to come the sweep sees, without a timer of its own."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        elif self._deadline is None:
            self._deadline = self.loop.time() + self.timeout_keep_alive

    def pause_writing(self) -> None:
        """The client does not read as fast as it is sent to."""
        self._stalled_since = self.loop.time()
        super().pause_writing()

    def resume_writing(self) -> None:
        """It has caught up."""
        self._stalled_since = None
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """Refuse what can't be read."""
        self._refuse(431 if self._head_bytes > self._bounds.header_bytes else 400)

    def cut_off_if_late(self, now: float) -> None:
        """End the connection if the client lets it wait for too long."""
        if self.transport.is_closing():
            # A client that does not read keeps even a closed connection open.
            if self._stalled_since is not None:
                self.transport.abort()
        elif self._deadline is not None and now > self._deadline:
            self._deadline = None
            if self._in_head and self._head_bytes:
                self._refuse(408)
            else:
                self.transport.close()
        elif self._stalled_since is not None and now - self._stalled_since > self._bounds.stalled_seconds:
            self.transport.abort()

    def _refuse(self, status: int) -> None:
        problem = plain_problem(status, _REASONS[status])
        body = msgspec.json.encode(problem)
        fields = [(b"content-type", MEDIA_TYPE.encode()), *ALWAYS, (b"connection", b"close")]
        head = b"".join(b"%b: %b\r\n" % field for field in fields)
        self.transport.write(STATUS_LINE[status] + head + b"content-length: %d\r\n\r\n%b" % (len(body), body))
        self.transport.close()
