"""The engine's side of a loader: start it, and have it load a location's definitions, once or again and again."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

from headwater.definitions.snapshot import decode_snapshot
from headwater.errors import LocationError
from headwater.location.protocol import wire
from headwater.location.sources.source import LocationSource
from headwater.location.supervision.links import LocalLink
from headwater.location.supervision.process import MOST_GROWTH, LocationProcess
from headwater.records.log.events import ErrorInfo

_LOAD_SECONDS = 120.0
_GRACE_SECONDS = 3.0
_MOST_LOADS = 100
# Of the threads that libraries start, each would else have a half-empty arena of the allocator.
_SPARING = {"MALLOC_ARENA_MAX": "2"}


class LoadFailedError(LocationError):
    """A location's definitions can't be loaded; `error` says why."""

    def __init__(self, error: ErrorInfo, files: Sequence[str] = ()) -> None:
        super().__init__(error.message)
        self.error = error
        self.files = list(files)
        """The user's files that were imported before it failed."""


OnDoubt: TypeAlias = Callable[[LoadFailedError], Awaitable[None]]


class Loader:
    """A location's loader process, started anew whenever it can't be trusted to load as a fresh one would."""

    def __init__(
        self,
        source: LocationSource,
        *,
        tasks: Sequence[str],
        log_path: Path,
        rereads: bool = False,
        on_doubt: OnDoubt | None = None,
    ) -> None:
        """Prepare; `load` starts it.

        Args:
            source: What to load, and with which interpreter.
            tasks: What workers will be called with; imported before the first fork.
            log_path: Where the output goes.
            rereads: Whether the files may change within a second.
            on_doubt: Told of an error that the user's files have raised, before a new interpreter tries whether what an
                earlier load left in this one is to blame.
        """
        self._source = source
        self._tasks = tasks
        self._log_path = log_path
        self._rereads = rereads
        self._on_doubt = on_doubt
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._loads = 0
        self._first_memory = 0
        self._memory = 0

    async def load(self) -> LocationProcess:
        """Load the definitions as the files are now, into a new host; earlier hosts go on.

        Raises:
            LoadFailedError: user code raised, or the definitions contradict each other.
            LocationError: the process ended, or did not answer in time.
        """
        is_fresh = await self._make_ready()
        try:
            return await self._load()
        except LoadFailedError:
            raise
        except LocationError:
            if is_fresh:
                raise
        return await self.load_afresh()

    async def load_afresh(self) -> LocationProcess:
        """Load in a new interpreter.

        Raises:
            LocationError: as of `load`.
        """
        await self.stop()
        await self._make_ready()
        return await self._load()

    async def stop(self) -> None:
        """End the loader; its hosts go on."""
        if self._streams is not None:
            self._streams[1].close()
        if self._control is not None:
            self._control.close()
        process, self._process = self._process, None
        self._control = self._streams = None
        if process is not None:
            await asyncio.to_thread(_end, process)

    async def _make_ready(self) -> bool:
        """Start the process unless it runs and is still good; returns whether it is a new one."""
        worn = self._loads >= _MOST_LOADS or self._memory - self._first_memory > MOST_GROWTH
        if self._process is not None and self._process.poll() is None and not worn:
            return False
        await self.stop()
        self._loads = self._first_memory = self._memory = 0
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with theirs:
            self._process = self._launch(theirs)
        self._streams = await asyncio.open_unix_connection(sock=self._control.dup())
        self._control.setblocking(False)
        ready = await self._receive("start")
        if not isinstance(ready, wire.Ready) or ready.protocol != wire.PROTOCOL:
            release = getattr(ready, "release", None) or "another release"
            await self.stop()
            raise LocationError(
                f"{self._source.python} has Headwater {release}, which can't work with this engine. "
                "Install the same release in both environments."
            )
        return True

    async def _load(self) -> LocationProcess:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with theirs:
            assert self._control is not None
            with suppress(OSError):
                socket.send_fds(self._control, [wire.pack(wire.Load())], [theirs.fileno()])
        self._loads += 1
        try:
            message = await self._receive("load")
        except BaseException:
            ours.close()
            raise
        if isinstance(message, wire.LoadFailed):
            ours.close()
            if not message.sure:
                if message.own and self._on_doubt is not None:
                    await self._on_doubt(LoadFailedError(message.error, message.files))
                # What an earlier load left in the process may be to blame.
                return await self.load_afresh()
            raise LoadFailedError(message.error, message.files)
        assert isinstance(message, wire.Loaded)
        self._memory = message.memory
        self._first_memory = self._first_memory or message.memory
        snapshot = decode_snapshot(message.snapshot)
        link = LocalLink(ours, message.pid, self._source.shown)
        process = LocationProcess(self._source, link, snapshot, message.files)
        process.kept_by_default = message.kept_by_default
        return process

    async def _receive(self, doing: str) -> wire.FromLoader:
        assert self._streams is not None
        try:
            async with asyncio.timeout(_LOAD_SECONDS):
                frame = await wire.read_frame(self._streams[0])
        except TimeoutError:
            await self.stop()
            raise LocationError(
                f"{self._source.shown} did not {doing} within {_LOAD_SECONDS:g} s. Move slow work out of its top level."
            ) from None
        if frame is None:
            await self.stop()
            raise LocationError(self._why_it_ended(doing))
        message: wire.FromLoader = wire.from_loader.decode(frame)
        return message

    def _why_it_ended(self, doing: str) -> str:
        if doing == "load":
            return f"The process that loads {self._source.shown} ended; its output is in {self._log_path}."
        lines = self._log_path.read_text(errors="replace").splitlines()
        said = f" Its last words: {lines[-1]}" if lines else ""
        return (
            f"{self._source.python} ended before it could load {self._source.name!r}.{said} Its environment needs the "
            "same release of Headwater as this engine's."
        )

    def _launch(self, theirs: socket.socket) -> subprocess.Popen[bytes]:
        self._log_path.parent.mkdir(parents=True, exist_ok=True)
        command = [self._source.python, "-m", "headwater.location.hosts.loader"]
        command += ["--control", str(theirs.fileno()), "--target", self._source.target, "--parent", str(os.getpid())]
        command += [part for task in self._tasks for part in ("--task", task)]
        command += ["--rereads"] if self._rereads else []
        command += ["--foreign"] if self._source.python != sys.executable else []
        folder = self._source.working_directory
        with self._log_path.open("ab") as output:
            try:
                # A session of its own: a Ctrl-C in the terminal is for the engine, which then ends it in order.
                return subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    pass_fds=[theirs.fileno()],
                    start_new_session=True,
                    cwd=folder,
                    env={**_SPARING, **os.environ, **self._source.env},
                )
            except OSError as error:
                where = f" in {folder}" if folder else ""
                raise LocationError(
                    f"{self._source.python} can't be started{where} for the location {self._source.name!r}: "
                    f"{error.strerror}. Name a Python interpreter that has Headwater, and a folder that exists."
                ) from error


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
