"""Carry out one run: send its steps to workers as they become ready, and tell the log of each move."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

import structlog
from sqlalchemy.engine import Connection

from headwater.definitions.partitions.dynamic import DynamicKeys
from headwater.errors import (
    ConflictError,
    InvalidConfigError,
    InvalidDefinitionError,
    LocationError,
    MissingInputError,
    RunLogsError,
    StoreError,
    UnknownAssetError,
    UnknownPartitionError,
)
from headwater.execution.executors.choose import Executors
from headwater.execution.executors.executor import Executor
from headwater.execution.logs.folders import Folders
from headwater.execution.logs.run_logs import bound_step
from headwater.execution.steps.messages import PREPARE_TASK, encoder
from headwater.execution.steps.plan import plan_steps
from headwater.execution.steps.plan_checks import failed_blocking
from headwater.execution.steps.queue import StepQueue
from headwater.execution.steps.steps import Step
from headwater.execution.supervision.pool_room import PoolRoom
from headwater.execution.supervision.step_supervisor import StepSupervisor
from headwater.location.supervision.process import LocationProcess
from headwater.records.catalog.existing_inputs import check_reads
from headwater.records.log.events import ErrorInfo, Event, EventKind
from headwater.records.runs.runs import Run
from headwater.storage.catalog.dynamic_partitions import read_all
from headwater.storage.log.writer import Unit
from headwater.storage.runs import runs as run_store
from headwater.storage.runs.owners import LEASE_MICROSECONDS
from headwater.storage.store import Store

TIME_LIMIT_TAGS = ("headwater/max_runtime", "dagster/max_runtime")
"""Tags of a run that say after how many seconds it is stopped."""
_PREPARE_SECONDS = 60.0
_LOOK_SECONDS = 1.0
_OUTSIDE_STEPS = (
    OSError,
    LocationError,
    UnknownAssetError,
    UnknownPartitionError,
    MissingInputError,
    InvalidDefinitionError,
    InvalidConfigError,
)
_log = structlog.get_logger(__name__)


class RunSupervisor:
    """Carries one run out from its claim to its end."""

    def __init__(
        self,
        store: Store,
        location: LocationProcess,
        folders: Folders,
        owner: str,
        run: Run,
        executors: Executors | None = None,
        pool_room: PoolRoom | None = None,
    ) -> None:
        """Prepare.

        Args:
            store: Where the run is.
            location: The process with its definitions.
            folders: Where values and logs go.
            owner: The name of this engine, under which the run is claimed.
            run: The run, queued.
            executors: Makes its executor.
            pool_room: Where its steps wait for places in their pools.
        """
        self._store = store
        self._location = location
        # The worker's own definitions decide, not those that are in force elsewhere.
        self._graph = location.graph
        self._folders = folders
        self._owner = owner
        self._run = run
        self._executors = executors or Executors()
        self._pool_room = pool_room or PoolRoom(store)
        self._failed: dict[str, str] = {}
        self._left_out: set[str] = set()
        self._has_begun = False
        self.is_unwanted = False
        """Set before the task is cancelled because a person canceled the run, and not because the engine stops."""

    async def carry_out(self) -> None:
        """Do all of it; how it went is in the log.

        Raises:
            ConflictError: another engine claimed the run first.
        """
        begun = asyncio.ensure_future(self._move(EventKind.RUN_STARTED))
        try:
            await asyncio.shield(begun)
        except asyncio.CancelledError:
            # Whether it has begun must be known before it can be ended.
            await begun
            await self._end_early()
            return
        limit = time_limit(self._run)
        try:
            async with asyncio.timeout(limit):
                await self._carry_out()
        except asyncio.CancelledError:
            await asyncio.shield(self._end_early())
            return
        except TimeoutError:
            await self._end_failed(
                ErrorInfo(message=f"The run was stopped after {limit:g} s, its time limit.", type="TimeoutError")
            )
            return
        except _OUTSIDE_STEPS as error:
            # No error of this process: the run's end says it to whoever asked for it.
            _log.info("a run failed outside its steps", run_id=self._run.run_id, reason=str(error))
            await self._end_failed(ErrorInfo(message=str(error), type=type(error).__name__))
            return
        except StoreError:
            raise
        except Exception as error:
            # A run must not stay open for ever because of a mistake of ours.
            _log.exception("a run failed by a mistake in Headwater", run_id=self._run.run_id)
            await self._end_failed(ErrorInfo(message=f"Headwater failed: {error!r}", type=type(error).__name__))
            return
        if self._failed:
            first, count = next(iter(self._failed.values())), len(self._failed)
            others = "1 more step failed or was" if count == 2 else f"{count - 1} more steps failed or were"
            more = f" ({others} blocked.)" if count > 1 else ""
            await self._end_failed(ErrorInfo(message=first + more))
        else:
            await self._move(EventKind.RUN_SUCCEEDED)

    async def _carry_out(self) -> None:
        plan = plan_steps(self._graph, self._run.assets, self._run.checks, self._run.job_name)
        await self._see_that_inputs_exist()
        executor = await self._executors.of(self._run, self._location)
        steps = StepSupervisor(
            self._store, self._graph, self._folders, self._run, executor, self._pool_room, self._executors.grace
        )
        await self._prepare(plan, steps)
        try:
            await self._run_steps(plan, steps)
        finally:
            await asyncio.shield(self._let_go(executor))
            # Before the run's end is told of, or whoever follows the log would stop too early.
            await asyncio.shield(self._carry_logs(self._folders.run_logs.end))

    async def _see_that_inputs_exist(self) -> None:
        """A run that would read partitions which do not exist fails before any of its steps."""
        partitions = self._run.partition_keys
        if partitions and not self._run.checks:
            dynamic = DynamicKeys(await self._store.read_async(read_all))
            check_reads(self._graph, self._run.assets, partitions, self._store.clock.now(), dynamic)

    async def _let_go(self, executor: Executor) -> None:
        try:
            await executor.end_run()
        except LocationError as error:
            _log.warning("what a run had open could not be closed", run_id=self._run.run_id, reason=str(error))

    async def _run_steps(self, plan: Sequence[Step], steps: StepSupervisor) -> None:
        queue = StepQueue(plan)
        running: dict[asyncio.Task[None], Step] = {}
        # To wait for any of a thousand tasks costs a thousand callbacks each time; a queue of those that ended, one.
        ended: asyncio.Queue[asyncio.Task[None]] = asyncio.Queue()
        logs = asyncio.create_task(self._follow_logs(running))
        try:
            while queue or running:
                while ready := queue.take_ready():
                    for step in ready:
                        if (why := self._reason_to_skip(step)) is not None:
                            await steps.skip(step, why)
                            queue.end(step)
                        else:
                            task = asyncio.create_task(self._run_step(step, steps))
                            task.add_done_callback(ended.put_nowait)
                            running[task] = step
                if running:
                    done = await ended.get()
                    queue.end(running.pop(done))
                    done.result()
        finally:
            logs.cancel()
            for task in running:
                task.cancel()
            await asyncio.gather(*running, logs, return_exceptions=True)

    async def _follow_logs(self, running: Mapping[asyncio.Task[None], Step]) -> None:
        """Keep what the steps under way print from filling the disk, and bring it to where it is kept."""
        folder = self._folders.run_logs.folder_of(self._run.run_id)
        while True:
            await self._store.clock.sleep(_LOOK_SECONDS)
            for step in list(running.values()):
                await asyncio.to_thread(bound_step, folder, step.name)
            await self._carry_logs(self._folders.run_logs.carry)

    async def _carry_logs(self, how: Callable[[str], None]) -> None:
        """Bring the run's log to where it is kept; a run does not fail because that place does."""
        try:
            await asyncio.to_thread(how, self._run.run_id)
        except RunLogsError as error:
            _log.warning("the log of a run stays here for now", run_id=self._run.run_id, reason=str(error))

    def _reason_to_skip(self, step: Step) -> str | None:
        """Why a step does not begin, and what that means for those below it; None if it does."""
        blocker = next((name for name in step.after if name in self._failed), None)
        if blocker is not None:
            self._failed[step.name] = f"{step.name} was skipped."
            return f"{blocker} did not succeed"
        missing = next((key for key in step.reads if key in self._left_out), None)
        if missing is None:
            return None
        # An input was not made, as its function may; that is no failure.
        if not step.checks:
            self._left_out.update(step.assets)
        return f"{missing} was not made this time"

    async def _prepare(self, plan: Sequence[Step], steps: StepSupervisor) -> None:
        """See that the run's config fits, where it has any or any is wanted."""
        wants = any(self._graph.node(key).definition.config is not None for step in plan for key in step.assets)
        if not self._run.run_config and not wants:
            return
        async with self._location.worker() as worker:
            whole = Step(name="config", assets=self._run.assets)
            await worker.call(PREPARE_TASK, encoder.encode(steps.order(whole, 0)), timeout=_PREPARE_SECONDS)

    async def _run_step(self, step: Step, steps: StepSupervisor) -> None:
        self._has_begun = True
        ended = await steps.carry_out(step)
        bound_step(self._folders.run_logs.folder_of(self._run.run_id), step.name)
        if ended.failure is not None:
            self._failed[step.name] = f"{step.name}: {ended.failure}"
        elif ended.report is not None:
            self._left_out.update(ended.report.left_out)
            if failed_blocking(self._graph, ended.report.checks):
                self._failed[step.name] = f"A blocking check of {step.name} did not pass."

    async def _end_failed(self, error: ErrorInfo) -> None:
        # Where not one step began, the attempt still counts as one, or automation would repeat it for ever.
        settles = () if self._has_begun else self._run.assets
        await self._move(EventKind.RUN_FAILED, settles=settles, error=error)

    async def _end_early(self) -> None:
        if self.is_unwanted:
            await self._move(EventKind.RUN_CANCELED, settles=self._run.assets)
        else:
            # The engine stops, which is no reason to forget the run: whoever starts next begins it anew.
            await self._move(EventKind.RUN_REQUEUED)

    async def _move(self, kind: EventKind, *, settles: tuple[str, ...] = (), error: ErrorInfo | None = None) -> None:
        now = self._store.clock.now()
        starting = kind is EventKind.RUN_STARTED
        event = self._run.event(kind, settles=settles, error=error)

        def refuse_foreign(connection: Connection) -> None:
            current = run_store.get(connection, self._run.run_id)
            free = starting and current.owner is None
            if current.status != self._run.status or not (free or current.owner == self._owner):
                raise ConflictError(f"Run {self._run.run_id} is {current.status} with {current.owner or 'nobody'}.")

        def move(connection: Connection, _events: Sequence[Event]) -> Run:
            return run_store.move(
                connection,
                self._run.run_id,
                kind,
                now,
                error=error,
                owner=self._owner if starting else None,
                lease_until=now + LEASE_MICROSECONDS if starting else None,
            )

        self._run = await self._store.write_async(Unit(events=[event], guard=refuse_foreign, effect=move))


def time_limit(run: Run) -> float | None:
    """After how many seconds a run is stopped; None for never."""
    for name in TIME_LIMIT_TAGS:
        try:
            seconds = float(run.tags.get(name, ""))
        except ValueError:
            continue
        if seconds > 0:
            return seconds
    return None
