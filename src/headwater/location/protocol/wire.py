"""The messages between engine, loader, host and worker, and the frames that carry them.

A frame is four bytes of length, big-endian, and that many bytes of msgpack.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from typing import Any, TypeAlias

import msgspec

from headwater.records.log.events import ErrorInfo

_LENGTH = struct.Struct(">I")
PROTOCOL = 3
"""Changes whenever an engine and a location of different releases would misunderstand each other."""
MOST_BYTES = 256 * 1024 * 1024


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """Loader to engine: it has started, and speaks this protocol."""

    protocol: int
    release: str | None = None
    """Of Headwater, where the engine may have another one."""


class Load(msgspec.Struct, frozen=True, tag="load"):
    """Engine to loader: load the definitions; their host talks on the socket which travels with this frame."""


class Loaded(msgspec.Struct, frozen=True, tag="loaded"):
    """Loader to engine: a host serves the definitions; `snapshot` is their encoded picture."""

    snapshot: bytes
    files: list[str]
    """The user's own files that were imported."""
    pid: int
    memory: int
    """What the loader takes, in bytes."""
    kept_by_default: list[str] = []
    """The assets whose values go where nobody has said, to the disk of the machine that makes them."""


class LoadFailed(msgspec.Struct, frozen=True, tag="load_failed"):
    """Loader to engine: the definitions can't be loaded."""

    error: ErrorInfo
    files: list[str]
    sure: bool = True
    """Whether a fresh interpreter would fail alike."""
    own: bool = False
    """Whether it was raised in the user's files, so that it most likely would."""


class SpawnWorker(msgspec.Struct, frozen=True, tag="spawn"):
    """Engine to host: fork a worker that talks on the socket which travels with this frame."""

    worker_id: int


class WorkerSpawned(msgspec.Struct, frozen=True, tag="spawned"):
    """Host to engine: the worker's process id, which is also its process group's."""

    worker_id: int
    pid: int
    memory: int = 0
    """What the host takes, in bytes."""


class SignalWorker(msgspec.Struct, frozen=True, tag="signal"):
    """Engine to host: send a signal to a worker and to everything that it started."""

    worker_id: int
    signal: int


class WorkerExited(msgspec.Struct, frozen=True, tag="exited"):
    """Host to engine: a worker's process is gone, by an exit code or a signal."""

    worker_id: int
    code: int | None
    signal: int | None
    most_memory: int = 0
    """The most that it ever took, in bytes."""


class Call(msgspec.Struct, frozen=True, tag="call"):
    """Engine to worker: carry out `task` (`module:function`) with this payload."""

    task: str
    payload: bytes
    folder: str | None = None
    """Where the task writes its files, whatever the payload says: whoever called is on another machine."""


class Emitted(msgspec.Struct, frozen=True, tag="emitted"):
    """Worker to engine: something that the task reports before it ends."""

    body: bytes


class Returned(msgspec.Struct, frozen=True, tag="returned"):
    """Worker to engine: the task's result."""

    body: bytes
    grown: int = 0
    """By how many bytes the worker has grown since it was forked."""


class Raised(msgspec.Struct, frozen=True, tag="raised"):
    """Worker to engine: the task failed; the worker itself is well."""

    error: ErrorInfo
    grown: int = 0


class Wrote(msgspec.Struct, frozen=True, tag="wrote"):
    """Server of locations to engine: what a worker's task has written to a file, since or (`whole`) in its place."""

    name: str
    body: bytes
    whole: bool = False


class Hello(msgspec.Struct, frozen=True, tag="hello"):
    """Engine to a server of locations, first of all: for a host of its own, or for a worker of a session."""

    token: str
    protocol: int
    session: str | None = None
    worker_id: int | None = None


class Welcome(msgspec.Struct, frozen=True, tag="welcome"):
    """Server of locations to engine: come in. What follows is as with a loader, or with a worker."""

    session: str


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """Server of locations to engine: go away, and why."""

    reason: str


FromServer: TypeAlias = Welcome | Refused
FromLoader: TypeAlias = Ready | Loaded | LoadFailed
FromHost: TypeAlias = WorkerSpawned | WorkerExited
ToHost: TypeAlias = SpawnWorker | SignalWorker
FromWorker: TypeAlias = Emitted | Returned | Raised | Wrote

from_server: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(FromServer)
from_loader: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(FromLoader)
from_host: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(FromHost)
to_host: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(ToHost)
from_worker: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(FromWorker)
to_worker: msgspec.msgpack.Decoder[Call] = msgspec.msgpack.Decoder(Call)
_encoder = msgspec.msgpack.Encoder()


def pack(message: msgspec.Struct) -> bytes:
    """A message as a frame."""
    body = _encoder.encode(message)
    return _LENGTH.pack(len(body)) + body


def unpack(buffer: bytearray) -> bytes | None:
    """Take the first whole frame's body off a buffer; None while there is none."""
    if len(buffer) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack_from(buffer)
    if len(buffer) < _LENGTH.size + length:
        return None
    body = bytes(buffer[_LENGTH.size : _LENGTH.size + length])
    del buffer[: _LENGTH.size + length]
    return body


async def read_frame(reader: asyncio.StreamReader, *, most: int = MOST_BYTES) -> bytes | None:
    """The next frame's body, None at the end of the stream, wherever that falls, or where it is larger than `most`."""
    try:
        (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
        return await reader.readexactly(length) if length <= most else None
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


class Channel:
    """A worker's end of the socket; sends from any of its threads, each message whole."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._buffer = bytearray()
        self._lock = threading.Lock()

    def send(self, message: msgspec.Struct) -> None:
        """Send a message."""
        frame = pack(message)
        with self._lock:
            self._connection.sendall(frame)

    def receive(self) -> bytes | None:
        """Wait for a frame's body; None once the engine has hung up."""
        while (body := unpack(self._buffer)) is None:
            received = self._connection.recv(65_536)
            if not received:
                return None
            self._buffer += received
        return body
