"""Carry out one step of a run: try it as often as its definition allows, and tell the log of each move."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

import msgspec
from sqlalchemy.engine import Connection

from headwater.clock import to_datetime
from headwater.definitions.partitions.dynamic import DynamicKeys
from headwater.errors import LocationError
from headwater.execution.executors.executor import Executor, StepCall
from headwater.execution.logs.folders import Folders
from headwater.execution.steps.events import StepTimes, result_events, step_event
from headwater.execution.steps.messages import StepOrder, StepReport, encoder, report_decoder, started_decoder
from headwater.execution.steps.plan import pools_of_step
from headwater.execution.steps.steps import Step, grace_of
from headwater.execution.steps.versions_read import Began, look
from headwater.execution.supervision.pool_room import PoolRoom
from headwater.graph.asset_graph import AssetGraph
from headwater.graph.partition_links import PartitionLinks
from headwater.location.supervision.process import GRACE_SECONDS, TaskFailedError
from headwater.records.log.events import ErrorInfo, Event, EventKind, NewEvent
from headwater.records.runs.runs import Run
from headwater.storage.catalog.dynamic_partitions import read_all
from headwater.storage.log import event_log
from headwater.storage.log.states import StoredVersions
from headwater.storage.log.writer import Unit
from headwater.storage.runs import pool_places
from headwater.storage.runs import runs as run_store
from headwater.storage.runs.pool_places import PoolFullError
from headwater.storage.store import Store


class StepEnded(msgspec.Struct, frozen=True, kw_only=True):
    """How a step ended: with a report, or the reason why it failed."""

    report: StepReport | None = None
    failure: str | None = None


class StepSupervisor:
    """Carries out the steps of one run, any number at once."""

    def __init__(
        self,
        store: Store,
        graph: AssetGraph,
        folders: Folders,
        run: Run,
        executor: Executor,
        pool_room: PoolRoom,
        grace: float = GRACE_SECONDS,
    ) -> None:
        """Prepare.

        Args:
            store: Where the run is.
            graph: What the location has loaded that carries it out.
            folders: Where values and logs go.
            run: The run, started.
            executor: Takes the steps to workers.
            pool_room: Where steps wait for places in their pools.
            grace: How many seconds functions have to end by themselves, where their tags say nothing.
        """
        self._store = store
        self._graph = graph
        self._folders = folders
        self._run = run
        self._executor = executor
        self._pool_room = pool_room
        self._grace = grace

    async def carry_out(self, step: Step) -> StepEnded:
        """Do a step, and again where its definition says so."""
        retries = 0
        while True:
            ended = await self._try(step, retries)
            if isinstance(ended, StepEnded):
                return ended
            retries += 1
            await self._store.clock.sleep(ended)

    async def skip(self, step: Step, why: str) -> None:
        """Tell that a step does not begin at all."""
        await self._write(EventKind.STEP_SKIPPED, step, error=ErrorInfo(message=f"Skipped, because {why}."))

    def order(self, step: Step, retries: int) -> StepOrder:
        """What a worker is told to do."""
        return StepOrder(
            run_id=self._run.run_id,
            step=step.name,
            assets=step.assets,
            checks=step.checks,
            partitions=self._run.partition_keys,
            tags=self._run.tags,
            retry_number=retries,
            run_config=self._run.run_config,
            job_name=self._run.job_name,
            keeps_resources=self._executor.keeps_resources,
            storage_folder=str(self._folders.storage),
            log_folder=str(self._folders.run_logs.folder_of(self._run.run_id)),
            store_url=self._store.url,
        )

    async def _try(self, step: Step, retries: int) -> StepEnded | float:
        """Carry a step out once; gives its end, or the seconds after which to try again."""
        call = StepCall(
            run_id=self._run.run_id,
            step=step.name,
            order=encoder.encode(self.order(step, retries)),
            timeout=step.timeout,
            grace=grace_of(step, self._grace),
            tags=step.tags,
            log_address=self._folders.run_logs.address,
            log_folder=str(self._folders.run_logs.folder_of(self._run.run_id)),
        )
        # What begins without waiting may read what was there when it was sent off; later news must not count as read.
        before = None if self._executor.begins_at_once else await self._look(step)
        began: list[tuple[Began, float]] = []
        ready = StepTimes(ready_at=self._store.clock.now())
        process_started_at: int | None = None

        def note_process(told: bytes) -> None:
            nonlocal process_started_at
            process_started_at = started_decoder.decode(told).at

        async def note_start() -> None:
            now = self._store.clock.monotonic()
            began.append((before or await self._begin(step, ready), now))
            if before is not None:
                await self._write(EventKind.STEP_STARTED, step, times=ready)

        def times() -> StepTimes:
            duration = self._store.clock.monotonic() - began[-1][1] if began else None
            return StepTimes(process_started_at=process_started_at, duration=duration)

        try:
            body = await self._carry_out(step, call, note_start, note_process)
        except TaskFailedError as error:
            return await self._fail(step, error.error, times())
        except LocationError as error:
            info = ErrorInfo(message=str(error), type=type(error).__name__)
            if step.retry is not None and retries < step.retry.max_retries:
                return await self._note_retry(step, info, step.retry.wait_before(retries + 1, random.random()))
            return await self._fail(step, info, times())
        report = report_decoder.decode(body)
        if report.again is not None:
            return await self._note_retry(step, report.again.error, report.again.seconds)
        await self._succeed(step, report, began[-1][0], times())
        return StepEnded(report=report)

    async def _carry_out(
        self,
        step: Step,
        call: StepCall,
        note_start: Callable[[], Awaitable[None]],
        note_process: Callable[[bytes], None],
    ) -> bytes:
        """Bring a step to a worker, once its pools have room for it."""
        pools = pools_of_step(self._graph, step)
        while pools:
            await self._pool_room.wait(pools)
            # Others may have waited for the same place.
            with suppress(PoolFullError):
                if not self._executor.begins_at_once:
                    await self._store.write_async(Unit(guard=self._take_places(step)))
                return await self._executor.carry_out(call, note_start, note_process)
        return await self._executor.carry_out(call, note_start, note_process)

    def _take_places(self, step: Step) -> Callable[[Connection], None]:
        """The guard of what a step begins with: its run is still ours, and its pools have places, which it takes."""

        def guard(connection: Connection) -> None:
            self._refuse_if_lost(connection)
            if pools := pools_of_step(self._graph, step):
                pool_places.take(connection, self._run.run_id, step.name, pools)

        return guard

    async def _begin(self, step: Step, times: StepTimes) -> Began:
        """Tell that a step begins, with its places in pools; gives how far the log reaches just then.

        Raises:
            PoolFullError: there is no place; nothing was told.
        """

        def look(connection: Connection, events: Sequence[Event]) -> Began:
            return self._read(connection, step, events[-1].seq)

        started = self._event(EventKind.STEP_STARTED, step, times=times)
        return await self._store.write_async(Unit(events=[started], guard=self._take_places(step), effect=look))

    async def _look(self, step: Step) -> Began:
        """How far the log reaches now."""
        return await self._store.read_async(lambda c: self._read(c, step, event_log.head(c)))

    def _read(self, connection: Connection, step: Step, seq: int) -> Began:
        """The versions that a step reads, at a place in the log."""
        ups = {up for key in step.assets for up in self._graph.input_keys(key)}
        has_parts = any(self._graph.node(up).definition.partitions is not None for up in ups)
        dynamic = DynamicKeys(read_all(connection)) if has_parts else None
        links = PartitionLinks(self._graph, to_datetime(self._store.clock.now()), dynamic)
        partitions = self._run.partition_keys or ()
        return look(StoredVersions(connection), self._graph, links, step, partitions, seq)

    async def _succeed(self, step: Step, report: StepReport, began: Began, times: StepTimes) -> None:
        events = result_events(step, report, began, run_id=self._run.run_id, graph=self._graph)
        events.append(self._event(EventKind.STEP_SUCCEEDED, step, times=times))
        await self._store.write_async(Unit(events=events, guard=self._refuse_if_lost, effect=self._freeing(step)))

    async def _fail(self, step: Step, error: ErrorInfo, times: StepTimes) -> StepEnded:
        await self._write(EventKind.STEP_FAILED, step, error=error, times=times)
        return StepEnded(failure=error.message)

    async def _note_retry(self, step: Step, error: ErrorInfo, seconds: float) -> float:
        await self._write(EventKind.STEP_RETRIED, step, error=error)
        return seconds

    async def _write(
        self, kind: EventKind, step: Step, *, error: ErrorInfo | None = None, times: StepTimes | None = None
    ) -> None:
        event = self._event(kind, step, error=error, times=times)
        effect = None if kind is EventKind.STEP_STARTED else self._freeing(step)
        await self._store.write_async(Unit(events=[event], guard=self._refuse_if_lost, effect=effect))

    def _freeing(self, step: Step) -> Callable[[Connection, Sequence[Event]], None] | None:
        """What gives back the places of a step that has ended, if it had any."""
        if not pools_of_step(self._graph, step):
            return None
        return lambda connection, _events: pool_places.free(connection, self._run.run_id, step.name)

    def _refuse_if_lost(self, connection: Connection) -> None:
        """A step says nothing any more once its run was taken over: whoever has it now begins the step anew."""
        run_store.check_owner(connection, self._run)

    def _event(
        self, kind: EventKind, step: Step, *, error: ErrorInfo | None = None, times: StepTimes | None = None
    ) -> NewEvent:
        return step_event(kind, step, run=self._run, error=error, times=times)
