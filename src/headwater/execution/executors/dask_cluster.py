"""Steps as tasks of a dask cluster: its scheduler places them, by its own rules and the resources that they ask for."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import msgspec
import structlog

from headwater.definitions.runs.executors import DaskConfig
from headwater.definitions.snapshot import content_hash, encode_snapshot
from headwater.errors import LocationError, WorkerDiedError, WorkerTimeoutError
from headwater.execution.executors import dask_worker
from headwater.execution.executors.executor import Executor, Slots, StepCall
from headwater.execution.executors.partition_tasks import carry_out_all, split
from headwater.execution.executors.resources import resources_of
from headwater.location.supervision.process import LocationProcess, TaskFailedError

try:
    import dask

    # It sets its own level as it is imported, and with its default tells of every connection.
    dask.config.update_defaults({"logging": {"distributed": "warning"}})
    import distributed
except ImportError as error:
    raise LocationError("The dask executor needs the extra dask: pip install 'headwater[dask]'.") from error

_CONNECT_SECONDS = 30
_MOST_TASKS = 1_000
_MOST_BYTES = 4 * 1024 * 1024
"""How many tasks go to the scheduler in one message, and how large their orders are together."""
_log = structlog.get_logger(__name__)


class _Call:
    """A step under way on the cluster: whom to tell, and the worker that has it."""

    def __init__(self, on_start: Callable[[], Awaitable[None]], on_emit: Callable[[bytes], None]) -> None:
        self.on_start = on_start
        self.on_emit = on_emit
        self.worker: str | None = None
        self.attempt: str | None = None
        self.report: dask_worker.StepEnd | None = None
        self.starting: asyncio.Task[None] | None = None


class _Leaving:
    """A step on its way to the scheduler; `future` gives the one by which dask calls it."""

    def __init__(self, key: str, call: StepCall, home: dask_worker.StepHome, wanted: dict[str, float]) -> None:
        self.key = key
        self.call = call
        self.home = home
        self.wanted = wanted
        self.future: asyncio.Future[distributed.Future[Any]] = asyncio.get_running_loop().create_future()


class DaskCluster:
    """A connection to a scheduler, shared by runs; or a cluster of this machine, which ends with it."""

    def __init__(self, client: distributed.Client, cluster: Any) -> None:
        """Take over a connected client; `connect` makes one."""
        self._client = client
        self._cluster = cluster
        self._topic = f"headwater-{uuid.uuid4().hex}"
        self._calls: dict[str, _Call] = {}
        self._turn: list[_Leaving] = []

    @classmethod
    async def connect(cls, config: DaskConfig) -> DaskCluster:
        """Reach a scheduler, or start one with workers here where there is no address.

        Raises:
            LocationError: nobody answers there.
        """
        cluster = None
        try:
            if config.address is None:
                cluster = await distributed.LocalCluster(
                    n_workers=config.workers, threads_per_worker=2, dashboard_address=None, asynchronous=True
                )
            client = await distributed.Client(
                cluster or config.address, asynchronous=True, timeout=_CONNECT_SECONDS, set_as_default=False
            )
        except (OSError, TimeoutError, ValueError) as error:
            raise LocationError(
                f"The dask scheduler at {config.address or 'this machine'} can't be reached: {error or 'no answer'}. "
                "Name it in the settings, [execution] address, or as HEADWATER_DASK_ADDRESS."
            ) from error
        made = cls(client, cluster)
        client.subscribe_topic(made._topic, made._hear)
        return made

    @property
    def is_connected(self) -> bool:
        """Whether the scheduler is still there."""
        return bool(self._client.status == "running")

    def executor(self, location: LocationProcess, config: DaskConfig) -> Executor:
        """The executor of a run."""
        return _DaskExecutor(self, location, config)

    async def close(self) -> None:
        """Leave the cluster."""
        if self._cluster is not None and self.is_connected:
            # A heartbeat that is under way when its worker is closed would print a traceback on the terminal.
            await self._client.run(dask_worker.stop_heartbeat, on_error="ignore")
        await self._client.close()
        if self._cluster is not None:
            await self._cluster.close()

    async def carry_out(self, call: StepCall, home: dask_worker.StepHome, told: _Call) -> bytes:
        """Give a step to the scheduler and wait for its end."""
        key = f"headwater-{uuid.uuid4().hex}"
        self._calls[key] = told
        wanted = resources_of(call.tags, call.step)
        await self._warn_of_missing(call, wanted)
        try:
            future = await self._submit(_Leaving(key, call, home, wanted))
            try:
                error = await future.exception()
                return await self._end(future, error, told)
            except asyncio.CancelledError:
                await asyncio.shield(self._stop(key, told))
                raise
            finally:
                future.release()
        finally:
            del self._calls[key]

    async def _submit(self, leaving: _Leaving) -> distributed.Future[Any]:
        """Send a step to the scheduler, in one message with all others of this turn of the loop."""
        if not self._turn:
            asyncio.get_running_loop().call_soon(self._send_turn)
        self._turn.append(leaving)
        return await leaving.future

    def _send_turn(self) -> None:
        turn, self._turn = self._turn, []
        groups: dict[tuple[Any, ...], list[_Leaving]] = {}
        for each in turn:
            # One that was cancelled meanwhile does not begin.
            if not each.future.done():
                groups.setdefault((each.home, *sorted(each.wanted.items())), []).append(each)
        for group in groups.values():
            for batch in _batches(group):
                self._send(batch)

    def _send(self, batch: list[_Leaving]) -> None:
        keys = [each.key for each in batch]
        try:
            futures = self._client.map(
                dask_worker.carry_out_step,
                [each.call for each in batch],
                keys,
                key=keys,
                home=batch[0].home,
                topic=self._topic,
                resources=batch[0].wanted or None,
                pure=False,
            )
        except Exception as error:
            # Such as a connection that is closed: each of those who wait is told.
            for each in batch:
                each.future.set_exception(LocationError(f"dask did not take it: {type(error).__name__}: {error}"))
            return
        for each, future in zip(batch, futures, strict=True):
            each.future.set_result(future)

    async def _end(self, future: distributed.Future[Any], error: BaseException | None, told: _Call) -> bytes:
        if told.starting is not None:
            await told.starting
        if future.status == "finished":
            end = told.report or await future
            if end.told:
                told.on_emit(end.told)
            return _body_of(end)
        if future.status == "cancelled":
            raise WorkerDiedError("The dask scheduler was lost, and the step with it.")
        if isinstance(error, distributed.KilledWorker):
            raise WorkerDiedError(
                f"The dask worker that carried it out was lost, each of the times that it was begun (the last was "
                f"{error.last_worker.address}). It may have run out of memory."
            )
        raise LocationError(f"dask could not carry it out: {type(error).__name__}: {error}")

    async def _stop(self, key: str, told: _Call) -> None:
        """End a step: one that waits is forgotten by the scheduler, one that works is stopped on its worker."""
        if told.worker is not None:
            try:
                await self._client.run(dask_worker.stop_step, key, workers=[told.worker], on_error="ignore")
            except (OSError, ValueError) as error:
                _log.warning("a step could not be stopped on its worker", key=key, reason=str(error))

    async def end_logs(self, run_id: str, address: str, workers: set[str]) -> None:
        """Have workers carry what they still have of the log of a run to where it is kept."""
        there = sorted(workers & (await self._known_workers()).keys())
        if not there:
            return
        try:
            await self._client.run(dask_worker.end_logs, run_id, address, workers=there, on_error="ignore")
        except (OSError, ValueError) as error:
            _log.warning("the end of a log may be left on a worker", run_id=run_id, reason=str(error))

    async def _known_workers(self) -> dict[str, Any]:
        """The workers by address as the scheduler knows them now; the client may remember none yet."""
        scheduler: Any = self._client.scheduler
        try:
            identity: dict[str, Any] = await scheduler.identity(n_workers=-1)
        except OSError:
            return {}
        return dict(identity["workers"])

    async def _warn_of_missing(self, call: StepCall, wanted: dict[str, float]) -> None:
        if not wanted:
            return
        workers = (await self._known_workers()).values()
        for name, amount in wanted.items():
            most = max((worker["resources"].get(name, 0) for worker in workers), default=0)
            if most < amount:
                _log.warning(
                    "a step waits for a dask worker with more than any has; start one with --resources",
                    run_id=call.run_id, step=call.step, resource=name, wanted=amount, most=most,
                )  # fmt: skip

    def _hear(self, event: tuple[Any, Any]) -> None:
        """Take what a worker says of a step."""
        message = event[1]
        told = self._calls.get(message["key"])
        if told is None:
            return
        if told.attempt != message["attempt"]:
            if told.attempt is not None:
                _log.warning("a step is begun anew on a dask worker", step_key=message["key"])
            told.attempt = message["attempt"]
            # The scheduler adds the address of the worker to whatever one says.
            told.worker = message["worker"]
            told.starting = asyncio.ensure_future(told.on_start())
        if "end" in message:
            told.report = msgspec.msgpack.decode(message["end"], type=dask_worker.StepEnd)


class _DaskExecutor(Executor):
    begins_at_once = False

    def __init__(self, cluster: DaskCluster, location: LocationProcess, config: DaskConfig) -> None:
        self._cluster = cluster
        version = content_hash(encode_snapshot(location.snapshot))
        self._home = dask_worker.StepHome(source=msgspec.json.encode(location.source), version=version)
        self._slots = Slots(config.max_concurrent or None, config.tag_concurrency_limits)
        self._partitions_per_task = config.partitions_per_task
        self._logs: tuple[str, str] | None = None
        self._workers: set[str] = set()

    async def carry_out(
        self, call: StepCall, on_start: Callable[[], Awaitable[None]], on_emit: Callable[[bytes], None]
    ) -> bytes:
        """As `Executor.carry_out`."""
        if call.log_address is not None:
            self._logs = (call.run_id, call.log_address)
        calls = split(call, self._partitions_per_task)
        if len(calls) > 1:
            return await carry_out_all(calls, self._carry_out, on_start, on_emit)
        return await self._carry_out(call, on_start, on_emit)

    async def _carry_out(
        self, call: StepCall, on_start: Callable[[], Awaitable[None]], on_emit: Callable[[bytes], None]
    ) -> bytes:
        """One task."""
        told = _Call(on_start, on_emit)
        async with self._slots.taken(call.tags):
            try:
                return await self._cluster.carry_out(call, self._home, told)
            finally:
                if told.worker is not None:
                    self._workers.add(told.worker)

    async def end_run(self) -> None:
        """Have the workers carry what they still have of the run's log to where it is kept."""
        if self._logs is not None:
            await self._cluster.end_logs(*self._logs, self._workers)


def _batches(leaving: list[_Leaving]) -> Iterator[list[_Leaving]]:
    """Steps in the portions in which they are sent."""
    batch: list[_Leaving] = []
    size = 0
    for each in leaving:
        if batch and (len(batch) == _MOST_TASKS or size + len(each.call.order) > _MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(each)
        size += len(each.call.order)
    if batch:
        yield batch


def _body_of(end: dask_worker.StepEnd) -> bytes:
    if end.error is not None:
        raise TaskFailedError(end.error)
    if end.died is not None:
        raise (WorkerTimeoutError if end.timed_out else WorkerDiedError)(end.died)
    return end.body
