"""Around every request: an id for the logs, a figure for Prometheus, a span for OpenTelemetry, a line if it fails."""

from __future__ import annotations

import os
import re
from itertools import count
from typing import Any

import structlog
from structlog.contextvars import bind_contextvars, reset_contextvars

from headwater.clock import Clock, SystemClock
from headwater.server.access.security_headers import with_security_headers
from headwater.server.app import Server
from headwater.server.http import ROUTE, Message, Receive, Scope, Send, header
from headwater.server.metrics import Metrics
from headwater.server.problems import UNFORESEEN, plain_problem, send_problem
from headwater.server.tracing import Tracing

_USABLE_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
# Random once: asking the system for each request costs more than all else around it.
_ids = map((os.urandom(6).hex() + "-%x").__mod__, count(1))
_SLOW_SECONDS = 1.0
_LASTING = frozenset({"/api/live"})
_NOT_YET = ("/health/ready", 503)
"""What whoever waits for a server hears until it is ready: a word, not a mishap."""
_log = structlog.get_logger(__name__)


class ObservedServer:
    """The server, with everything that it answers counted and named."""

    def __init__(self, server: Server, metrics: Metrics, tracing: Tracing, *, clock: Clock | None = None) -> None:
        self._server = server
        self._metrics = metrics
        self._tracing = tracing
        self._clock = clock or SystemClock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or the server's start and stop."""
        if scope["type"] != "http":
            await self._server(scope, receive, send)
            return
        request_id = _request_id(scope)
        answer = _Answer(send, request_id.encode())
        bound = bind_contextvars(request_id=request_id)
        began = self._clock.monotonic()
        try:
            with self._tracing.request(scope) as span:
                await self._server(scope, receive, answer)
                span.answered(scope["method"], scope.get(ROUTE, "app"), answer.status)
        except Exception:
            _log.exception("a request failed", method=scope["method"], path=scope["path"])
            if answer.has_begun:
                # All that is left is to break the connection off, so that nobody takes it for the whole answer.
                raise
            await send_problem(with_security_headers(answer, secure=False, secret=True), plain_problem(500, UNFORESEEN))
        finally:
            self._note(scope, answer.status, self._clock.monotonic() - began)
            reset_contextvars(**bound)

    def stop_streams(self) -> None:
        """End the live streams, so that a graceful stop need not wait for them."""
        self._server.stop_streams()

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = scope.get(ROUTE, "app")
        self._metrics.count_request(scope["method"], route, status, 0.0 if route in _LASTING else seconds)
        if (scope["path"], status) == _NOT_YET:
            _log.debug("not ready yet", path=scope["path"])
        elif status >= 500 or (seconds > _SLOW_SECONDS and route not in _LASTING):
            said: dict[str, Any] = {"method": scope["method"], "path": scope["path"], "status": status}
            _log.warning("a request went wrong or was slow", **said, seconds=round(seconds, 3))


class _Answer:
    """Passes an answer on with the request's id, and remembers its status."""

    __slots__ = ("_request_id", "_send", "has_begun", "status")

    def __init__(self, send: Send, request_id: bytes) -> None:
        self._send = send
        self._request_id = request_id
        self.status = 500
        self.has_begun = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.has_begun = True
            message["headers"] = [*message["headers"], (b"x-request-id", self._request_id)]
        await self._send(message)


def _request_id(scope: Scope) -> str:
    """The sender's own name for the request, where it is usable; else a new one."""
    sent = header(scope, b"x-request-id")
    return sent if sent is not None and _USABLE_ID.fullmatch(sent) else next(_ids)
