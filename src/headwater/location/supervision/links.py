"""How the engine reaches a host, and each worker of it: on this machine, or elsewhere."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from contextlib import suppress
from typing import Protocol, TypeAlias

from headwater.errors import LocationError
from headwater.location.protocol import wire

Streams: TypeAlias = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class WorkerLink(Protocol):
    """The way to one worker."""

    async def open(self) -> Streams:
        """Connect.

        Raises:
            LocationError: the worker can't be reached.
        """

    def close(self) -> None:
        """Let go of it without ever having connected."""


class HostLink(Protocol):
    """The way to one host. What it says is read from `open`; the end of that is the host's end."""

    async def open(self) -> asyncio.StreamReader:
        """Begin to listen."""

    def send(self, message: wire.ToHost) -> None:
        """Send a message.

        Raises:
            LocationError: the host is gone or does not read.
        """

    def spawn(self, worker_id: int) -> WorkerLink:
        """Ask for a worker.

        Raises:
            LocationError: the host is gone or does not read.
        """

    def hang_up(self) -> None:
        """Say no more, on which the host ends its workers and itself."""

    def kill(self) -> None:
        """End it by force."""

    def close(self) -> None:
        """Let go of it."""


class LocalLink:
    """A host on this machine. Each worker gets a socket of its own, which is handed to the host."""

    def __init__(self, control: socket.socket, pid: int, shown: str) -> None:
        """Take over the socket to a host.

        Args:
            control: The socket.
            pid: The host's process.
            shown: What messages call the location.
        """
        self._control = control
        self._pid = pid
        self._shown = shown
        self._writer: asyncio.StreamWriter | None = None

    async def open(self) -> asyncio.StreamReader:
        """Begin to listen."""
        # The writer is kept because the stream closes with it; messages go out beside it, with sockets attached.
        reader, self._writer = await asyncio.open_unix_connection(sock=self._control.dup())
        self._control.setblocking(False)
        return reader

    def send(self, message: wire.ToHost) -> None:
        """Send a message; see `HostLink`."""
        self._send(message, [])

    def spawn(self, worker_id: int) -> WorkerLink:
        """Ask for a worker; see `HostLink`."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with theirs:
            self._send(wire.SpawnWorker(worker_id), [theirs.fileno()])
        return _LocalWorker(ours)

    def hang_up(self) -> None:
        """Say no more."""
        with suppress(OSError):
            self._control.shutdown(socket.SHUT_WR)

    def kill(self) -> None:
        """End it by force."""
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)

    def close(self) -> None:
        """Let go of it."""
        if self._writer is not None:
            self._writer.close()
        self._control.close()

    def _send(self, message: wire.ToHost, descriptors: list[int]) -> None:
        try:
            socket.send_fds(self._control, [wire.pack(message)], descriptors)
        except OSError as error:
            raise LocationError(f"The process of {self._shown} does not answer ({error}).") from error


class _LocalWorker:
    """A worker that has the other end of a socket."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    async def open(self) -> Streams:
        return await asyncio.open_unix_connection(sock=self._connection)

    def close(self) -> None:
        self._connection.close()
