"""The engine's side of a code location: start its host, ask it for workers, talk to them."""

from __future__ import annotations

import asyncio
import itertools
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from headwater.definitions.snapshot import DefinitionsSnapshot, decode_snapshot
from headwater.errors import LocationError, WorkerDiedError, WorkerTimeoutError
from headwater.graph.asset_graph import AssetGraph, build_graph
from headwater.location import wire
from headwater.location.load import location_name
from headwater.records.events import ErrorInfo

_LOAD_SECONDS = 120.0
_GRACE_SECONDS = 3.0
_CALLS_A_WORKER = 200
_MOST_IDLE = 4


class LoadFailedError(LocationError):
    """A location's definitions can't be loaded; `error` says why."""

    def __init__(self, error: ErrorInfo) -> None:
        super().__init__(error.message)
        self.error = error


class TaskFailedError(LocationError):
    """User code raised; `error` is what it raised. The worker itself is well."""

    def __init__(self, error: ErrorInfo) -> None:
        super().__init__(error.message)
        self.error = error


class Worker:
    """One forked process that answers calls, one at a time."""

    def __init__(self, worker_id: int, location: LocationProcess, connection: socket.socket) -> None:
        self.worker_id = worker_id
        self._location = location
        self._connection = connection
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._exited: asyncio.Future[wire.WorkerExited] = asyncio.get_running_loop().create_future()
        self.calls = 0

    @property
    def alive(self) -> bool:
        """Whether the process is still there."""
        return not self._exited.done()

    async def call(
        self, task: str, payload: bytes, *, timeout: float | None = None, on_emit: Callable[[bytes], None] | None = None
    ) -> bytes:
        """Carry out a task.

        Args:
            task: `module:function`.
            payload: What the task gets.
            timeout: Seconds after which the worker is stopped; None waits for ever.
            on_emit: Called with whatever the task reports on the way.

        Raises:
            TaskFailedError: user code raised.
            WorkerDiedError: the process ended in mid-call.
            WorkerTimeoutError: it took too long, and was stopped.
        """
        self.calls += 1
        try:
            async with asyncio.timeout(timeout):
                return await self._call(task, payload, on_emit)
        except TimeoutError:
            await self.stop()
            raise WorkerTimeoutError(
                f"It was stopped after {timeout:g} s, its time limit. Give it more time with `timeout=`, or find out "
                "where it hangs."
            ) from None
        except asyncio.CancelledError:
            await asyncio.shield(self.stop())
            raise

    async def stop(self) -> None:
        """End the process: first by an exception in user code, then by force."""
        for number, grace in ((signal.SIGTERM, _GRACE_SECONDS), (signal.SIGKILL, _GRACE_SECONDS)):
            if not self.alive:
                break
            self._location.send(wire.SignalWorker(self.worker_id, number))
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(self._exited), grace)
        self.hang_up()

    def hang_up(self) -> None:
        """Close the connection, on which an idle worker ends by itself."""
        if self._streams is not None:
            self._streams[1].close()
        else:
            self._connection.close()

    def note_exit(self, message: wire.WorkerExited) -> None:
        """The host says that the process is gone."""
        if not self._exited.done():
            self._exited.set_result(message)

    async def _call(self, task: str, payload: bytes, on_emit: Callable[[bytes], None] | None) -> bytes:
        if self._streams is None:
            self._streams = await asyncio.open_unix_connection(sock=self._connection)
        reader, writer = self._streams
        with suppress(ConnectionError):
            writer.write(wire.pack(wire.Call(task, payload)))
            await writer.drain()
        while (frame := await wire.read_frame(reader)) is not None:
            message = wire.from_worker.decode(frame)
            if isinstance(message, wire.Returned):
                return message.body
            if isinstance(message, wire.Raised):
                raise TaskFailedError(message.error)
            if on_emit is not None:
                on_emit(message.body)
        raise WorkerDiedError(await self._reason_of_death())

    async def _reason_of_death(self) -> str:
        try:
            exited = await asyncio.wait_for(asyncio.shield(self._exited), _GRACE_SECONDS)
        except TimeoutError:
            return "The worker closed its connection without ending; it was given up."
        if exited.signal is not None:
            name = signal.Signals(exited.signal).name
            hint = " The machine may have run out of memory." if exited.signal == signal.SIGKILL else ""
            return f"The process was killed by signal {exited.signal} ({name}).{hint}"
        return f"The process ended with exit code {exited.code} before its work was done: user code ended it."


class LocationProcess:
    """A host process with one target's definitions, and the workers that were forked from it."""

    def __init__(self, target: str, *, tasks: Sequence[str], log_path: Path, python: str = sys.executable) -> None:
        """Prepare a location; `start` loads it.

        Args:
            target: A Python file or module.
            tasks: What workers will be called with; imported before the first fork.
            log_path: Where the output of the host goes.
            python: The interpreter to run it with.
        """
        self.target = target
        self._tasks = tasks
        self._log_path = log_path
        self._python = python
        self._ids = itertools.count(1)
        self._workers: dict[int, Worker] = {}
        self._idle: list[Worker] = []
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._listener: asyncio.Task[None] | None = None
        self.ended: asyncio.Future[None] | None = None
        self.graph = AssetGraph((), ())
        """What this very process has loaded; the store may know newer definitions by now, or not yet these."""

    async def start(self) -> DefinitionsSnapshot:
        """Start the host and wait until it has loaded the definitions.

        Raises:
            LoadFailedError: user code raised, or the definitions contradict each other.
            LocationError: the host ended, or did not answer in time.
        """
        loop = asyncio.get_running_loop()
        self.ended = loop.create_future()
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with theirs:
            self._process = self._launch(theirs)
        # The writer is kept because the stream closes with it; messages go out beside it, with sockets attached.
        reader, self._writer = await asyncio.open_unix_connection(sock=self._control.dup())
        self._control.setblocking(False)
        try:
            async with asyncio.timeout(_LOAD_SECONDS):
                frame = await wire.read_frame(reader)
        except TimeoutError:
            await self.stop()
            raise LocationError(
                f"{self.target} did not load within {_LOAD_SECONDS:g} s. Move slow work out of its top level."
            ) from None
        if frame is None:
            await self.stop()
            raise LocationError(f"The process that loads {self.target} ended; its output is in {self._log_path}.")
        message = wire.from_host.decode(frame)
        if isinstance(message, wire.LoadFailed):
            await self.stop()
            raise LoadFailedError(message.error)
        self._listener = asyncio.create_task(self._listen(reader))
        snapshot = decode_snapshot(message.snapshot)
        self.graph = build_graph([(location_name(self.target), snapshot)])
        return snapshot

    @asynccontextmanager
    async def worker(self) -> AsyncIterator[Worker]:
        """A worker for some calls, an idle one if there is one; kept for others unless it was lost or is worn out.

        Raises:
            LocationError: the location's process is gone.
        """
        worker = self._take_idle() or self._spawn()
        try:
            yield worker
        finally:
            is_useful = worker.calls < _CALLS_A_WORKER and len(self._idle) < _MOST_IDLE
            if worker.alive and is_useful and not self._is_gone():
                self._idle.append(worker)
            else:
                worker.hang_up()

    def send(self, message: wire.ToHost, descriptor: int | None = None) -> None:
        """Send the host a message, with a socket if there is one to hand over.

        Raises:
            LocationError: the host is gone or does not read.
        """
        if self._control is None:
            raise LocationError(f"{self.target} is not loaded.")
        try:
            socket.send_fds(self._control, [wire.pack(message)], [] if descriptor is None else [descriptor])
        except OSError as error:
            raise LocationError(f"The process of {self.target} does not answer ({error}).") from error

    async def stop(self) -> None:
        """End the host and with it every worker."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._writer is not None:
            self._writer.close()
        if self._listener is not None:
            self._listener.cancel()
            with suppress(asyncio.CancelledError):
                await self._listener
        if self._process is not None:
            # The host ends by itself on hearing the engine hang up, and takes its workers along.
            await asyncio.to_thread(self._wait)
        self._lose_workers()

    def _launch(self, theirs: socket.socket) -> subprocess.Popen[bytes]:
        self._log_path.parent.mkdir(parents=True, exist_ok=True)
        command = [self._python, "-m", "headwater.location.host"]
        command += ["--control", str(theirs.fileno()), "--target", self.target]
        command += [part for task in self._tasks for part in ("--task", task)]
        with self._log_path.open("ab") as output:
            # A session of its own: a Ctrl-C in the terminal is for the engine, which then ends the host in order.
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )

    def _wait(self) -> None:
        process = self._process
        if process is None:
            return
        try:
            process.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        while (frame := await wire.read_frame(reader)) is not None:
            message = wire.from_host.decode(frame)
            if isinstance(message, wire.WorkerExited) and (worker := self._workers.pop(message.worker_id, None)):
                worker.note_exit(message)
        self._lose_workers()
        if self.ended is not None and not self.ended.done():
            self.ended.set_result(None)

    def _lose_workers(self) -> None:
        for worker_id, worker in self._workers.items():
            worker.note_exit(wire.WorkerExited(worker_id, None, signal.SIGKILL))
            worker.hang_up()
        self._workers.clear()
        self._idle.clear()

    def _is_gone(self) -> bool:
        return self._control is None or (self.ended is not None and self.ended.done())

    def _take_idle(self) -> Worker | None:
        while self._idle:
            worker = self._idle.pop()
            if worker.alive:
                return worker
        return None

    def _spawn(self) -> Worker:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        worker = Worker(next(self._ids), self, ours)
        with theirs:
            self.send(wire.SpawnWorker(worker.worker_id), theirs.fileno())
        self._workers[worker.worker_id] = worker
        return worker
