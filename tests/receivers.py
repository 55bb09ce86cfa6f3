"""Real receivers of what is sent out: an HTTP server that takes webhooks, and a mail server."""

from __future__ import annotations

import queue
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from servers import LIMIT


class Hook:
    """A request that came."""

    def __init__(self, path: str, headers: dict[str, str], body: bytes) -> None:
        self.path = path
        self.headers = headers
        self.body = body


class Hooks:
    """Takes POST requests; answers with `status`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.status = 200
        self._came: queue.Queue[Hook] = queue.Queue()

    def put(self, hook: Hook) -> None:
        """One came."""
        self._came.put(hook)

    def next(self) -> Hook:
        """The next one."""
        return self._came.get(timeout=LIMIT)

    def is_empty(self) -> bool:
        """Whether none came that was not looked at."""
        return self._came.empty()


@contextmanager
def hooks() -> Iterator[Hooks]:
    """A server for webhooks."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            # Whoever sees it may change how the next one is answered, and not this one.
            status = found.status
            found.put(Hook(self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found = Hooks(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield found
        finally:
            server.shutdown()
            thread.join(LIMIT)


class Mailbox:
    """Takes e-mail."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._came: queue.Queue[tuple[list[str], EmailMessage]] = queue.Queue()

    def put(self, to: list[str], raw: bytes) -> None:
        """One came."""
        self._came.put((to, message_from_bytes(raw, policy=policy.default)))

    def next(self) -> tuple[list[str], EmailMessage]:
        """The next one, and to whom it went."""
        return self._came.get(timeout=LIMIT)


@contextmanager
def mailbox(tls: ssl.SSLContext | None = None) -> Iterator[Mailbox]:
    """A server that speaks as much of SMTP as sending takes; over TLS, it takes any password too."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            to: list[str] = []
            self.wfile.write(b"220 here\r\n")
            for line in self.rfile:
                verb = line[:4].upper()
                if verb == b"EHLO" and tls is not None:
                    self.wfile.write(b"250-here\r\n250 AUTH PLAIN\r\n")
                    continue
                if verb == b"AUTH":
                    self.wfile.write(b"235 come in\r\n")
                    continue
                if verb == b"RCPT":
                    to.append(line.decode().partition("<")[2].partition(">")[0])
                if verb == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    lines = iter(self.rfile.readline, b".\r\n")
                    found.put(to, b"".join(each.removeprefix(b".") for each in lines))
                self.wfile.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")
                if verb == b"QUIT":
                    return

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        found = Mailbox(f"smtp://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield found
        finally:
            server.shutdown()
            thread.join(LIMIT)
