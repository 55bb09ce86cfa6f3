"""The engine's side of a host of a code location: ask it for workers, talk to them."""

from __future__ import annotations

import asyncio
import itertools
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

from headwater.definitions.snapshot import DefinitionsSnapshot
from headwater.errors import LocationError, WorkerDiedError, WorkerTimeoutError
from headwater.graph.asset_graph import build_graph
from headwater.location.memory import oom_kills
from headwater.location.protocol import wire
from headwater.location.protocol.carried_files import keep
from headwater.location.sources.source import LocationSource
from headwater.location.supervision.links import HostLink, Streams, WorkerLink
from headwater.records.log.events import ErrorInfo

GRACE_SECONDS = 3.0
"""How long user code has to end by itself once it was told to, if nobody says otherwise."""
_CALLS_A_WORKER = 1_000
_MOST_IDLE = 4
_IDLE_SECONDS = 10.0
_LIGHT_BYTES = 16 * 1024 * 1024
MOST_GROWTH = 128 * 1024 * 1024
"""By how many bytes a worker may have grown after a call, and a host since it was made, without being replaced."""


class TaskFailedError(LocationError):
    """User code raised; `error` is what it raised. The worker itself is well."""

    def __init__(self, error: ErrorInfo) -> None:
        super().__init__(error.message)
        self.error = error


class Worker:
    """One forked process that answers calls, one at a time."""

    def __init__(self, worker_id: int, host: HostLink, link: WorkerLink) -> None:
        self.worker_id = worker_id
        self._host = host
        self._link = link
        self._streams: Streams | None = None
        self._exited: asyncio.Future[wire.WorkerExited] = asyncio.get_running_loop().create_future()
        self.calls = 0
        self._folder: Path | None = None
        self._reading: asyncio.Future[bytes | None] | None = None
        self._oom_kills = oom_kills()
        self.grown = 0
        """By how many bytes it had grown after its last call."""
        self.grown_heavily = 0
        """How much of that came of calls that were not light."""
        self.is_watched = False
        """Whether somebody will look whether it is still wanted."""

    @property
    def alive(self) -> bool:
        """Whether the process is still there."""
        return not self._exited.done()

    async def call(
        self,
        task: str,
        payload: bytes,
        *,
        timeout: float | None = None,
        grace: float = GRACE_SECONDS,
        on_emit: Callable[[bytes], None] | None = None,
        folder: Path | None = None,
    ) -> bytes:
        """Carry out a task.

        Args:
            task: `module:function`.
            payload: What the task gets.
            timeout: Seconds after which the worker is stopped; None waits for ever.
            grace: How many seconds user code then has to end by itself; likewise if the call is cancelled.
            on_emit: Called with whatever the task reports on the way.
            folder: Where what a worker on another machine writes is kept here; None where that does not matter.

        Raises:
            TaskFailedError: user code raised.
            WorkerDiedError: the process ended in mid-call.
            WorkerTimeoutError: it took too long, and was stopped.
        """
        self.calls += 1
        self._folder = folder
        try:
            async with asyncio.timeout(timeout):
                return await self._call(task, payload, on_emit)
        except TimeoutError:
            await self.stop(grace)
            raise WorkerTimeoutError(
                f"It was stopped after {timeout:g} s, its time limit. Give it more time with `timeout=`, or find out "
                "where it hangs."
            ) from None
        except asyncio.CancelledError:
            await asyncio.shield(self.stop(grace))
            raise

    async def stop(self, grace: float = GRACE_SECONDS) -> None:
        """End the process: first by an exception in user code, then, `grace` seconds later, by force."""
        for number, seconds in ((signal.SIGTERM, grace), (signal.SIGKILL, GRACE_SECONDS)):
            if not self.alive:
                break
            self._host.send(wire.SignalWorker(self.worker_id, number))
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(self._exited), seconds)
        await self._keep_last_words()
        self.hang_up()

    def hang_up(self) -> None:
        """Close the connection, on which an idle worker ends by itself."""
        if self._streams is not None:
            self._streams[1].close()
        else:
            self._link.close()

    def note_exit(self, message: wire.WorkerExited) -> None:
        """The host says that the process is gone."""
        if not self._exited.done():
            self._exited.set_result(message)

    async def _call(self, task: str, payload: bytes, on_emit: Callable[[bytes], None] | None) -> bytes:
        if self._streams is None:
            self._streams = await self._link.open()
        reader, writer = self._streams
        with suppress(ConnectionError):
            writer.write(wire.pack(wire.Call(task, payload)))
            await writer.drain()
        while (message := await self._receive(reader)) is not None:
            if isinstance(message, wire.Returned):
                self.grown = message.grown
                return message.body
            if isinstance(message, wire.Raised):
                self.grown = message.grown
                raise TaskFailedError(message.error)
            if isinstance(message, wire.Wrote):
                await self._keep(message)
            elif on_emit is not None:
                on_emit(message.body)
        raise WorkerDiedError(await self._reason_of_death())

    async def _receive(self, reader: asyncio.StreamReader) -> wire.FromWorker | None:
        """The next message; None once the worker has hung up."""
        if self._folder is None:
            frame = await wire.read_frame(reader)
        else:
            # Whoever stops the call must not leave half a frame behind: the worker's last words come after it.
            if self._reading is None:
                self._reading = asyncio.ensure_future(wire.read_frame(reader))
            frame = await asyncio.shield(self._reading)
            self._reading = None
        message: wire.FromWorker | None = None if frame is None else wire.from_worker.decode(frame)
        return message

    async def _keep(self, wrote: wire.Wrote) -> None:
        if self._folder is not None:
            await asyncio.to_thread(keep, self._folder, wrote)

    async def _keep_last_words(self) -> None:
        """Keep what a worker elsewhere has written until it was stopped in mid-call."""
        if self._streams is None or self._folder is None:
            return
        with suppress(TimeoutError, LocationError):
            async with asyncio.timeout(GRACE_SECONDS):
                while (message := await self._receive(self._streams[0])) is not None:
                    if isinstance(message, wire.Wrote):
                        await self._keep(message)

    def _hint_of_memory(self, exited: wire.WorkerExited) -> str:
        taken = f" It had taken {exited.most_memory / 1_000_000:,.0f} MB." if exited.most_memory else ""
        if oom_kills() > self._oom_kills:
            return (
                f": out of memory.{taken} The kernel ended it because the memory that this machine or container may "
                "use was full. Give that more memory, let fewer steps run at once (`max_concurrent` of the executor), "
                "or have the function take less at a time."
            )
        return f".{taken} The machine may have run out of memory."

    async def _reason_of_death(self) -> str:
        try:
            exited = await asyncio.wait_for(asyncio.shield(self._exited), GRACE_SECONDS)
        except TimeoutError:
            return "The worker closed its connection without ending; it was given up."
        if exited.signal is not None:
            name = signal.Signals(exited.signal).name
            hint = self._hint_of_memory(exited) if exited.signal == signal.SIGKILL else "."
            return f"The process was killed by signal {exited.signal} ({name}){hint}"
        return f"The process ended with exit code {exited.code} before its work was done: user code ended it."


class LocationProcess:
    """A host process with one location's definitions, and the workers that were forked from it."""

    def __init__(self, source: LocationSource, link: HostLink, snapshot: DefinitionsSnapshot, files: list[str]) -> None:
        """Take over a host; a loader's `load` makes one.

        Args:
            source: What it has loaded.
            link: The way to it.
            snapshot: What it defines.
            files: The user's files that it was made from.
        """
        self.source = source
        self.link = link
        self.snapshot = snapshot
        self.files = files
        self.kept_by_default: list[str] = []
        """The assets whose values go where nobody has said, to the disk of the machine that makes them."""
        self.graph = build_graph([(source.name, snapshot)])
        """What this very process has loaded; the store may know newer definitions by now, or not yet these."""
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done once the process is gone."""
        self.on_message: Callable[[wire.FromHost], None] | None = None
        """Told of all that the host says, besides."""
        self._ids = itertools.count(1)
        self._workers: dict[int, Worker] = {}
        self._idle: list[Worker] = []
        self._first_memory: int | None = None
        self._memory = 0
        self._users = 0
        self._unused = asyncio.Event()
        self._unused.set()
        self._retired = False
        # What it says to one who has hung up is of no use, so reading ends with the process itself.
        self._listener = asyncio.create_task(self._listen())

    @property
    def has_grown(self) -> bool:
        """Whether the host takes much more memory than when it was made; user code's threads may do that."""
        return self._first_memory is not None and self._memory - self._first_memory > MOST_GROWTH

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep the host from being ended by `retire`, for as long as its definitions are needed."""
        self._users += 1
        self._unused.clear()
        try:
            yield
        finally:
            self._users -= 1
            if self._users == 0:
                self._unused.set()

    @asynccontextmanager
    async def worker(self, *, light: bool = False) -> AsyncIterator[Worker]:
        """A worker for some calls, an idle one if there is one; kept for others unless it was lost or is worn out.

        Args:
            light: Whether somebody comes again and again for little, as a tick does. Idle ones that a heavy call, such
                as a step, has made grow are then left alone: they end soon, and such a one would keep them for ever.

        Raises:
            LocationError: the location's process is gone.
        """
        with self.held():
            worker = self._take_idle(_LIGHT_BYTES if light else MOST_GROWTH) or self._spawn()
            grown = worker.grown
            try:
                yield worker
            finally:
                if not light:
                    worker.grown_heavily += worker.grown - grown
                self._give_back(worker)

    async def retire(self) -> None:
        """End the host once nobody needs its definitions any more: its runs go on, its ticks end."""
        self._retired = True
        self._let_go_of_idle()
        await self._unused.wait()
        await self.stop()

    async def stop(self) -> None:
        """End the host and with it every worker."""
        # The host ends by itself on hearing the engine hang up, and takes its workers along.
        self.link.hang_up()
        try:
            await asyncio.wait_for(asyncio.shield(self.ended), GRACE_SECONDS)
        except TimeoutError:
            self.link.kill()
        self._listener.cancel()
        with suppress(asyncio.CancelledError):
            await self._listener
        self.link.close()
        self._lose_workers()

    async def _listen(self) -> None:
        reader = await self.link.open()
        try:
            while (frame := await wire.read_frame(reader)) is not None:
                message = wire.from_host.decode(frame)
                self._note(message)
                if self.on_message is not None:
                    self.on_message(message)
        finally:
            self._lose_workers()
            if not self.ended.done():
                self.ended.set_result(None)

    def _note(self, message: wire.FromHost) -> None:
        if isinstance(message, wire.WorkerSpawned):
            self._memory = message.memory
            self._first_memory = self._first_memory or message.memory
        elif worker := self._workers.pop(message.worker_id, None):
            worker.note_exit(message)

    def _give_back(self, worker: Worker) -> None:
        is_fresh = worker.calls < _CALLS_A_WORKER and worker.grown < MOST_GROWTH
        if worker.alive and is_fresh and not self._retired and len(self._idle) < _MOST_IDLE:
            self._idle.append(worker)
            self._let_go_later(worker)
        else:
            worker.hang_up()

    def _let_go_later(self, worker: Worker) -> None:
        """Let one that nobody wants for a while give its memory back; a busy one is looked at once in that time."""
        if not worker.is_watched:
            worker.is_watched = True
            asyncio.get_running_loop().call_later(_IDLE_SECONDS, self._let_go_if_idle, worker, worker.calls)

    def _let_go_if_idle(self, worker: Worker, calls: int) -> None:
        worker.is_watched = False
        if worker not in self._idle:
            return
        if worker.calls == calls:
            self._idle.remove(worker)
            worker.hang_up()
        else:
            self._let_go_later(worker)

    def _let_go_of_idle(self) -> None:
        while self._idle:
            self._idle.pop().hang_up()

    def _lose_workers(self) -> None:
        for worker_id, worker in self._workers.items():
            worker.note_exit(wire.WorkerExited(worker_id, None, signal.SIGKILL))
            worker.hang_up()
        self._workers.clear()
        self._idle.clear()

    def _take_idle(self, most: int) -> Worker | None:
        self._idle = [worker for worker in self._idle if worker.alive]
        found = next((worker for worker in reversed(self._idle) if worker.grown_heavily <= most), None)
        if found is not None:
            self._idle.remove(found)
        return found

    def _spawn(self) -> Worker:
        if self.ended.done():
            raise LocationError(f"The process of {self.source.shown} is gone; it is being loaded again.")
        worker_id = next(self._ids)
        worker = Worker(worker_id, self.link, self.link.spawn(worker_id))
        self._workers[worker_id] = worker
        return worker
