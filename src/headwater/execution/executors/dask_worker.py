"""A step on a dask worker: its user code runs in a process of its own there, which can be killed without harm.

The process is forked from a host that has the definitions loaded, as on the engine's machine.
"""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from headwater.errors import LocationError, WorkerTimeoutError
from headwater.execution.executors.dask_logs import WorkerLogs
from headwater.execution.executors.executor import StepCall
from headwater.execution.steps.messages import STEP_TASK
from headwater.location.loading import Loader, LoadFailedError
from headwater.location.process import LocationProcess, TaskFailedError
from headwater.location.source import LocationSource
from headwater.records.log.events import ErrorInfo

_location_source_decoder = msgspec.json.Decoder(LocationSource)

_LOOK_SECONDS = 2.0
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
        self.running: dict[str, asyncio.Task[bytes]] = {}

    async def get(self, home: StepHome) -> LocationProcess:
        """The host of a location, loaded once.

        Raises:
            LocationError: it can't be loaded here.
        """
        source = _location_source_decoder.decode(home.source)
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


async def carry_out_step(home: StepHome, call: StepCall, topic: str, key: str) -> StepEnd | None:
    """The task that dask runs. Small reports travel as events, which is quicker than to fetch the task's result."""
    from distributed.worker import get_worker

    worker = get_worker()

    told: list[bytes] = []
    worker.log_event(topic, {"key": key, "begun": True})
    end = await _carry_out(home, call, worker, key, told.append)
    if told:
        end = msgspec.structs.replace(end, told=told[-1])
    if len(end.body) > _MOST_EVENT_BYTES:
        return end
    worker.log_event(topic, {"key": key, "end": msgspec.msgpack.encode(end)})
    return None


async def _carry_out(home: StepHome, call: StepCall, worker: Any, key: str, on_emit: Any) -> StepEnd:
    hosts = _hosts_of(worker)
    try:
        host = await hosts.get(home)
        async with hosts.logs.kept(call) as order, host.worker() as process:
            task = asyncio.ensure_future(
                process.call(STEP_TASK, order, timeout=call.timeout, grace=call.grace, on_emit=on_emit)
            )
            hosts.running[key] = task
            try:
                return StepEnd(body=await _unless_unwanted(task, worker, key))
            finally:
                del hosts.running[key]
    except (TaskFailedError, LoadFailedError) as error:
        return StepEnd(error=error.error)
    except WorkerTimeoutError as error:
        return StepEnd(died=str(error), timed_out=True)
    except LocationError as error:
        return StepEnd(died=str(error))
    except asyncio.CancelledError:
        return StepEnd(died="It was stopped.")


async def _unless_unwanted(task: asyncio.Task[bytes], worker: Any, key: str) -> bytes:
    """Wait for a step; end it if the scheduler has forgotten it, as it does when whoever asked for it is gone."""
    try:
        while not task.done():
            await asyncio.wait({task}, timeout=_LOOK_SECONDS)
            known = worker.state.tasks.get(key)
            if not task.done() and (known is None or known.state == "cancelled"):
                task.cancel()
        return task.result()
    finally:
        task.cancel()


async def stop_step(key: str, dask_worker: Any) -> bool:
    """End a step that is under way on this dask worker; False if there is none such."""
    task = _hosts_of(dask_worker).running.get(key)
    if task is None:
        return False
    task.cancel()
    with suppress(asyncio.CancelledError, LocationError):
        await task
    return True


async def end_logs(run_id: str, address: str, dask_worker: Any) -> None:
    """Carry what this dask worker still has of the log of a run to where it is kept."""
    await _hosts_of(dask_worker).logs.end(run_id, address)


def stop_heartbeat(dask_worker: Any) -> None:
    """Have this dask worker, which is about to be closed, no longer tell its scheduler that it is alive."""
    dask_worker.periodic_callbacks["heartbeat"].stop()


def _is_gone(loading: asyncio.Task[LocationProcess]) -> bool:
    """Whether a host that was loaded is no more, or could not be loaded."""
    if not loading.done():
        return False
    return loading.cancelled() or loading.exception() is not None or loading.result().ended.done()
