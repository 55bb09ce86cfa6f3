"""Send head and body of an answer in one write, with the lines that every answer has kept ready.

ASGI has a server begin to send only once it has some of the body. An answer whose first part of the body is all of it
is written here; anything else, such as a stream, goes on to uvicorn message by message.
"""

from __future__ import annotations

from collections.abc import Iterable

from uvicorn.protocols.http.httptools_impl import HEADER_RE, HEADER_VALUE_RE, STATUS_LINE, RequestResponseCycle

from headwater.server.access.security_headers import ALWAYS
from headwater.server.http import JSON, Message, Send

_LENGTH = b"content-length"
_NAMES_OF_UVICORN = frozenset({b"connection", b"transfer-encoding"})
"""What changes how it goes on with the connection."""


def _line(field: tuple[bytes, bytes]) -> bytes:
    return b"%b: %b\r\n" % field


_READY = {field: _line(field) for field in (*ALWAYS, (b"content-type", JSON))}


class WholeAnswer:
    """The `send` of one request; `send` is uvicorn's own, for whatever is not one whole answer."""

    __slots__ = ("_cycle", "_head", "_send")

    def __init__(self, cycle: RequestResponseCycle, send: Send) -> None:
        self._cycle = cycle
        self._send = send
        self._head: Message | None = None

    async def __call__(self, message: Message) -> None:
        """Take the head, or a part of the body."""
        if message["type"] == "http.response.start" and not self._cycle.response_started:
            self._head = message
            return
        head, self._head = self._head, None
        if head is not None:
            if not message.get("more_body", False) and self._write(head, message.get("body", b"")):
                return
            await self._send(head)
        await self._send(message)

    def _write(self, head: Message, body: bytes) -> bool:
        """Write an answer if it is a plain one; returns whether it was."""
        cycle = self._cycle
        if cycle.disconnected or cycle.flow.write_paused or not cycle.keep_alive or cycle.scope["method"] == "HEAD":
            return False
        lines = _lines((*cycle.default_headers, *head.get("headers", ())), len(body))
        if lines is None:
            return False
        cycle.response_started = cycle.response_complete = True
        cycle.waiting_for_100_continue = False
        cycle.transport.write(b"".join((STATUS_LINE[head["status"]], *lines, b"\r\n", body)))
        cycle.message_event.set()
        cycle.on_response()
        return True


def _lines(fields: Iterable[tuple[bytes, bytes]], length: int) -> list[bytes] | None:
    """The lines of a head; None where it does not say the body's length, or something that is not for here."""
    lines: list[bytes] = []
    is_measured = False
    for field in fields:
        line = _READY.get(field)
        if line is None:
            name, value = field[0].lower(), field[1]
            if name in _NAMES_OF_UVICORN or HEADER_RE.search(name) or HEADER_VALUE_RE.search(value):
                return None
            if name == _LENGTH:
                if value != b"%d" % length:
                    return None
                is_measured = True
            line = _line((name, value))
        lines.append(line)
    return lines if is_measured else None
