"""Serve the application on a socket until told to stop."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial

import uvicorn

from headwater.errors import SettingsError
from headwater.server.observe import ObservedServer
from headwater.server.protocol import BoundedProtocol, Bounds, Connections

DEFAULT_PORT = 3000
_TRIES = 20
_LOOKS_A_SECOND = 10
_GRACE_SECONDS = 5
_BOUNDS = Bounds()


class GracefulServer(uvicorn.Server):
    """Ends the live streams as soon as it is told to stop, so that it need not wait for them."""

    def __init__(self, application: ObservedServer, *, bounds: Bounds = _BOUNDS) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._told = asyncio.Event()
        super().__init__(
            uvicorn.Config(
                application,
                lifespan="on",
                http=partial(BoundedProtocol, Connections(bounds)),  # type: ignore[arg-type]
                ws="none",
                log_level="warning",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=_GRACE_SECONDS,
            )
        )
        self._application = application

    @property
    def should_exit(self) -> bool:
        """Whether it is to stop; may be set from anywhere, a signal's handler included."""
        return self._told.is_set()

    @should_exit.setter
    def should_exit(self, value: bool) -> None:
        if not value:
            return
        if self._loop is None:
            self._told.set()
        else:
            self._loop.call_soon_threadsafe(self._told.set)

    async def main_loop(self) -> None:
        """Wait until told to stop; the date in answers is all that has to be looked at, once a second."""
        self._loop, seconds = asyncio.get_running_loop(), 0
        while not await self.on_tick(seconds * _LOOKS_A_SECOND):
            seconds += 1
            with suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    await self._told.wait()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take a signal as the order to stop, and no more: the process then ends as one that did what it was told."""
        with super().capture_signals():
            yield
            self._captured_signals.clear()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop accepting, answer what was accepted, end the streams."""
        self._application.stop_streams()
        await super().shutdown(sockets)


def bind(host: str, port: int | None) -> socket.socket:
    """A listening socket; where no port is asked for, 3000 or the next one that is free.

    Raises:
        SettingsError: the address can't be used.
    """
    ports = range(DEFAULT_PORT, DEFAULT_PORT + _TRIES) if port is None else (port,)
    failure: OSError | None = None
    for number in ports:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        # Named in full, because asyncio sends at once (TCP_NODELAY) only where it sees that this is TCP.
        bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((host, number))
            bound.listen(1_024)
        except OSError as error:
            bound.close()
            failure = error
        else:
            bound.setblocking(False)
            return bound
    reason = failure.strerror if failure is not None else "it is not valid"
    raise SettingsError(f"{host}:{ports[0]} can't be used ({reason}). Choose another with --port.")
