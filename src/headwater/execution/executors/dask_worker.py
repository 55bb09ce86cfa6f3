"""A step on a dask worker: its user code runs in a process of its own there, which can be killed without harm.

The process is forked from a host that has the definitions loaded, as on the engine's machine.
"""

from __future__ import annotations

import asyncio
import tempfile
import uuid
from collections.abc import Coroutine
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from headwater.errors import LocationError, WorkerTimeoutError
from headwater.execution.executors.dask_logs import WorkerLogs
from headwater.execution.executors.executor import StepCall
from headwater.execution.steps.messages import STEP_TASK
from headwater.location.sources.source import LocationSource
from headwater.location.supervision.loading import Loader, LoadFailedError
from headwater.location.supervision.process import LocationProcess, TaskFailedError
from headwater.records.log.events import ErrorInfo

_location_source_decoder = msgspec.json.Decoder(LocationSource)

_LOOK_SECONDS = 2.0
_QUICK_SECONDS = 0.02
"""Of a step that is quicker than this, its beginning is told together with its end."""
_MOST_EVENT_BYTES = 64_000


class StepHome(msgspec.Struct, frozen=True, kw_only=True):
    """The code location of a step: its encoded `LocationSource`, and a name for its definitions as they are."""

    source: bytes
    version: str


class StepEnd(msgspec.Struct, frozen=True, kw_only=True):
    """How a step ended: with a report as `body`, an error of user code, or the end of its process."""

    body: bytes = b""
    error: ErrorInfo | None = None
    died: str | None = None
    timed_out: bool = False
    told: bytes = b""
    """What the step's process said of itself as it began."""


class _Hosts:
    """The hosts of this dask worker, by location; a newer version of the definitions replaces an older one."""

    def __init__(self, folder: Path) -> None:
        self.logs = WorkerLogs(folder / "headwater-logs")
        self._loaded: dict[str, tuple[str, asyncio.Task[LocationProcess]]] = {}
        self._loaders: dict[str, Loader] = {}
        self._retiring: set[asyncio.Task[None]] = set()
        self._running: dict[str, asyncio.Task[bytes]] = {}
        self._watching: asyncio.Task[None] | None = None

    async def get(self, home: StepHome) -> LocationProcess:
        """The host of a location, loaded once.

        Raises:
            LocationError: it can't be loaded here.
        """
        source = _source(home.source)
        version, loading = self._loaded.get(source.name, ("", None))
        if loading is None or version != home.version or _is_gone(loading):
            if loading is not None and loading.done() and loading.exception() is None:
                self._retire(loading.result())
            loading = asyncio.ensure_future(self._load(source))
            self._loaded[source.name] = (home.version, loading)
        return await asyncio.shield(loading)

    async def _load(self, source: LocationSource) -> LocationProcess:
        loader = self._loaders.get(source.name)
        if loader is None:
            log_path = Path(tempfile.gettempdir(), f"headwater-dask-{source.name.replace('/', '_')}.log")
            loader = self._loaders[source.name] = Loader(source, tasks=[STEP_TASK], log_path=log_path)
        return await loader.load()

    async def carry_out(self, key: str, work: Coroutine[Any, Any, bytes], worker: Any) -> bytes:
        """Do a step, unless it is stopped, or forgotten by the scheduler because whoever asked for it is gone."""
        task = self._running[key] = asyncio.ensure_future(work)
        if self._watching is None:
            self._watching = asyncio.ensure_future(self._watch(worker))
        try:
            return await task
        finally:
            del self._running[key]

    async def stop(self, key: str) -> bool:
        """End a step that is under way here; False if there is none such."""
        task = self._running.get(key)
        if task is None:
            return False
        task.cancel()
        with suppress(asyncio.CancelledError, LocationError):
            await task
        return True

    async def _watch(self, worker: Any) -> None:
        """End what nobody waits for any more, as long as anything is under way."""
        while self._running:
            await asyncio.sleep(_LOOK_SECONDS)
            for key, task in list(self._running.items()):
                known = worker.state.tasks.get(key)
                if known is None or known.state == "cancelled":
                    task.cancel()
        self._watching = None

    def _retire(self, process: LocationProcess) -> None:
        task = asyncio.ensure_future(process.retire())
        self._retiring.add(task)
        task.add_done_callback(self._retiring.discard)


_hosts: dict[asyncio.AbstractEventLoop, _Hosts] = {}


def _hosts_of(worker: Any) -> _Hosts:
    loop = asyncio.get_running_loop()
    if loop not in _hosts:
        _hosts[loop] = _Hosts(Path(worker.local_directory))
    return _hosts[loop]


async def carry_out_step(call: StepCall, key: str, *, home: StepHome, topic: str) -> StepEnd | None:
    """The task that dask runs. Small reports travel as events, which is quicker than to fetch the task's result."""
    from distributed.worker import get_worker

    worker = get_worker()
    told: list[bytes] = []
    about = {"key": key, "attempt": uuid.uuid4().hex}
    begun = asyncio.get_running_loop().call_later(_QUICK_SECONDS, worker.log_event, topic, about)
    try:
        end = await _carry_out(home, call, worker, key, told.append)
    finally:
        begun.cancel()
    if told:
        end = msgspec.structs.replace(end, told=told[-1])
    if len(end.body) > _MOST_EVENT_BYTES:
        worker.log_event(topic, about)
        return end
    worker.log_event(topic, {**about, "end": msgspec.msgpack.encode(end)})
    return None


async def _carry_out(home: StepHome, call: StepCall, worker: Any, key: str, on_emit: Any) -> StepEnd:
    hosts = _hosts_of(worker)
    try:
        host = await hosts.get(home)
        async with hosts.logs.kept(call) as order, host.worker() as process:
            work = process.call(STEP_TASK, order, timeout=call.timeout, grace=call.grace, on_emit=on_emit)
            return StepEnd(body=await hosts.carry_out(key, work, worker))
    except (TaskFailedError, LoadFailedError) as error:
        return StepEnd(error=error.error)
    except WorkerTimeoutError as error:
        return StepEnd(died=str(error), timed_out=True)
    except LocationError as error:
        return StepEnd(died=str(error))
    except asyncio.CancelledError:
        return StepEnd(died="It was stopped.")


async def stop_step(key: str, dask_worker: Any) -> bool:
    """End a step that is under way on this dask worker; False if there is none such."""
    return await _hosts_of(dask_worker).stop(key)


async def end_logs(run_id: str, address: str, dask_worker: Any) -> None:
    """Carry what this dask worker still has of the log of a run to where it is kept."""
    await _hosts_of(dask_worker).logs.end(run_id, address)


def stop_heartbeat(dask_worker: Any) -> None:
    """Have this dask worker, which is about to be closed, no longer tell its scheduler that it is alive."""
    dask_worker.periodic_callbacks["heartbeat"].stop()


@lru_cache
def _source(encoded: bytes) -> LocationSource:
    """A code location as it was sent, which is the same for all steps of a run."""
    return _location_source_decoder.decode(encoded)


def _is_gone(loading: asyncio.Task[LocationProcess]) -> bool:
    """Whether a host that was loaded is no more, or could not be loaded."""
    if not loading.done():
        return False
    return loading.cancelled() or loading.exception() is not None or loading.result().ended.done()
