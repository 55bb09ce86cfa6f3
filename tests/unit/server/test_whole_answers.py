"""An answer whose body is one piece leaves in one write; all others leave as uvicorn sends them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from headwater.server.http import Message, Receive, Scope, Send, send_json
from headwater.server.protocol import BoundedProtocol, Bounds, Connections

_BODY = b'{"a":1}'


class _Transport(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 1), "sockname": ("127.0.0.1", 2)})
        self.written: list[bytes] = []
        self.is_closed = False

    def write(self, data: Any) -> None:
        self.written.append(bytes(data))

    def close(self) -> None:
        self.is_closed = True

    def is_closing(self) -> bool:
        return self.is_closed

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


async def _whole(scope: Scope, receive: Receive, send: Send) -> None:
    await send_json(send, 200, {"a": 1}, [(b"x-mine", b"yes")])


async def _in_parts(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": b"one", "more_body": True})
    await send({"type": "http.response.body", "body": b"two"})


async def _broken_header(scope: Scope, receive: Receive, send: Send) -> None:
    await send_json(send, 200, {"a": 1}, [(b"x-mine", b"yes\r\nx-other: smuggled")])


async def _fails_before_its_body(scope: Scope, receive: Receive, send: Send) -> None:
    message: Message = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"3")]}
    await send(message)
    raise ValueError("no body")


async def _ask(application: Any, request: bytes) -> _Transport:
    config = uvicorn.Config(application, lifespan="off", ws="none", log_level="critical", access_log=False)
    config.load()
    loop, state = asyncio.get_running_loop(), ServerState()
    protocol = BoundedProtocol(Connections(Bounds()), config=config, server_state=state, app_state={}, _loop=loop)
    transport = _Transport()
    protocol.connection_made(transport)
    protocol.data_received(request)
    await asyncio.gather(*state.tasks)
    protocol.connection_lost(None)
    return transport


async def test_a_whole_answer_is_one_write() -> None:
    """Head, body and the door's own header are there."""
    asked = await _ask(_whole, b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
    [written] = asked.written
    head, _, body = written.partition(b"\r\n\r\n")
    assert body == _BODY
    assert set(head.split(b"\r\n")) == {
        b"HTTP/1.1 200 OK",
        b"content-type: application/json",
        b"content-length: 7",
        b"x-mine: yes",
    }


@pytest.mark.parametrize("request_line", [b"HEAD / HTTP/1.1", b"GET / HTTP/1.0"])
async def test_what_http_treats_otherwise_is_left_to_uvicorn(request_line: bytes) -> None:
    """HEAD has no body; an old client is told that the connection ends."""
    asked = await _ask(_whole, request_line + b"\r\nhost: x\r\n\r\n")
    head, _, body = b"".join(asked.written).partition(b"\r\n\r\n")
    is_head = request_line.startswith(b"HEAD")
    assert body == (b"" if is_head else _BODY)
    assert (b"connection: close" in head) is not is_head


async def test_an_answer_in_parts_is_streamed() -> None:
    """Nothing waits for the end of a stream."""
    asked = await _ask(_in_parts, b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
    assert [part for part in asked.written if b"one" in part] == [b"3\r\none\r\n"]
    assert b"".join(asked.written).endswith(b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n")


async def test_a_header_that_would_smuggle_another_is_not_sent() -> None:
    """The check of headers holds on the quick way too."""
    asked = await _ask(_broken_header, b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
    assert b"smuggled" not in b"".join(asked.written)


async def test_a_failure_before_the_body_is_a_clean_500() -> None:
    """The head was not sent yet, so the client hears what happened."""
    asked = await _ask(_fails_before_its_body, b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
    assert b"".join(asked.written).startswith(b"HTTP/1.1 500 ")
