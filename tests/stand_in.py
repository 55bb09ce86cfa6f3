"""A stand-in for the server, for clients to talk to over real HTTP: set the answers, look at what arrived."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Received:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)


@dataclass
class StandIn:
    """The server as a test sees it: set the answer, send, look at what arrived."""

    url: str
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Headwater-Event-Id": "17"})
    body: bytes = b"{}"
    silent: bool = False
    failures: list[int] = field(default_factory=list)
    """Statuses of the next answers, before the usual one."""
    received: list[Received] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    def answer(self, value: Any, status: int = 200) -> None:
        """Answer the next requests with JSON."""
        self.status, self.body = status, json.dumps(value).encode()


@contextmanager
def stand_in() -> Iterator[StandIn]:
    """One on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            state.received.append(Received(self.command, self.path, headers, body))
            if state.silent:
                state.released.wait()
                self.close_connection = True
                return
            self.send_response(state.failures.pop(0) if state.failures else state.status)
            for name, value in {**state.headers, "Content-Length": str(len(state.body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(state.body)

        do_GET = do_POST = handle_one  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state = StandIn(f"http://127.0.0.1:{http.server_port}")
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield state
    state.released.set()
    http.shutdown()
    thread.join()
    http.server_close()
