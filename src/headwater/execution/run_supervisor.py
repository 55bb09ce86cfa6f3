"""Carry out one run: send its steps to workers as they become ready, and tell the log of each move."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from pathlib import Path

import msgspec
import structlog
from sqlalchemy.engine import Connection

from headwater.clock import to_datetime
from headwater.errors import ConflictError, InvalidDefinitionError, LocationError, UnknownAssetError
from headwater.execution.plan import plan_steps
from headwater.execution.plan_checks import failed_blocking
from headwater.execution.step_events import Began, result_events, step_event
from headwater.execution.step_messages import StepOrder, StepReport, encoder, report_decoder
from headwater.execution.steps import Step
from headwater.execution.versions_read import read_partition_versions
from headwater.graph.partition_links import PartitionLinks
from headwater.location.process import LocationProcess, TaskFailedError, Worker
from headwater.records.events import ErrorInfo, Event, EventKind, NewEvent
from headwater.records.runs import Run
from headwater.storage import runs as run_store
from headwater.storage import states
from headwater.storage.store import Store
from headwater.storage.writer import Unit

STEP_TASK = "headwater.execution.step_task:carry_out"
PREPARE_TASK = "headwater.execution.step_task:prepare"
LEASE_MICROSECONDS = 30_000_000
_STEPS_AT_ONCE = 4
_PREPARE_SECONDS = 60.0
_log = structlog.get_logger(__name__)


class Folders(msgspec.Struct, frozen=True):
    """Where a deployment keeps stored values, and the logs of its runs."""

    storage: Path
    run_logs: Path


class RunSupervisor:
    """Carries one run out from its claim to its end."""

    def __init__(self, store: Store, location: LocationProcess, folders: Folders, owner: str, run: Run) -> None:
        """Prepare.

        Args:
            store: Where the run is.
            location: The process with its definitions.
            folders: Where values and logs go.
            owner: The name of this engine, under which the run is claimed.
            run: The run, queued.
        """
        self._store = store
        self._location = location
        # The worker's own definitions decide, not those that are in force elsewhere.
        self._graph = location.graph
        self._folders = folders
        self._owner = owner
        self._run = run
        self._steps: list[Step] = []
        self._done: set[str] = set()
        self._failed: dict[str, str] = {}
        self._attempted: set[str] = set()
        self._left_out: set[str] = set()
        self._slots = asyncio.Semaphore(_STEPS_AT_ONCE)
        self.is_unwanted = False
        """Set before the task is cancelled because a person canceled the run, and not because the engine stops."""

    async def carry_out(self) -> None:
        """Do all of it; how it went is in the log.

        Raises:
            ConflictError: another engine claimed the run first.
        """
        await self._move(EventKind.RUN_STARTED)
        try:
            self._steps = plan_steps(self._graph, self._run.assets, self._run.checks)
            await self._prepare()
            await self._run_steps()
        except asyncio.CancelledError:
            await asyncio.shield(self._end_early())
            return
        except (OSError, LocationError, UnknownAssetError, InvalidDefinitionError) as error:
            _log.error("a run failed outside its steps", run_id=self._run.run_id, reason=str(error))
            await self._end_failed(ErrorInfo(message=str(error), type=type(error).__name__))
            return
        if self._failed:
            first, count = next(iter(self._failed.values())), len(self._failed)
            more = f" ({count - 1} more steps failed or were blocked.)" if count > 1 else ""
            await self._end_failed(ErrorInfo(message=first + more))
        else:
            await self._move(EventKind.RUN_SUCCEEDED)

    async def _run_steps(self) -> None:
        waiting = {step.name: step for step in self._steps}
        running: dict[asyncio.Task[None], str] = {}
        try:
            while waiting or running:
                for step in [step for step in waiting.values() if self._is_ready(step, waiting, running)]:
                    del waiting[step.name]
                    if blocker := next((name for name in step.after if name in self._failed), None):
                        await self._skip(step, blocker)
                    elif missing := next((key for key in step.reads if key in self._left_out), None):
                        await self._leave_out(step, missing)
                    else:
                        running[asyncio.create_task(self._run_step(step))] = step.name
                if running:
                    done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                    for task in done:
                        del running[task]
                        task.result()
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    @staticmethod
    def _is_ready(step: Step, waiting: dict[str, Step], running: dict[asyncio.Task[None], str]) -> bool:
        under_way = set(running.values())
        return not any(name in waiting or name in under_way for name in step.after)

    async def _prepare(self) -> None:
        """See that the run's config fits, where it has any or any is wanted."""
        wants = any(self._graph.node(key).definition.takes_config for step in self._steps for key in step.assets)
        if not self._run.run_config and not wants:
            return
        async with self._location.worker() as worker:
            whole = Step(name="config", assets=self._run.assets)
            await worker.call(PREPARE_TASK, encoder.encode(self._order(whole, 0)), timeout=_PREPARE_SECONDS)

    async def _run_step(self, step: Step) -> None:
        retries = 0
        while True:
            async with self._slots, self._location.worker() as worker:
                again = await self._try_step(step, worker, retries)
            if again is None:
                return
            retries += 1
            await self._store.clock.sleep(again)

    async def _try_step(self, step: Step, worker: Worker, retries: int) -> float | None:
        """Carry a step out once; gives the seconds after which to try again, None where it has ended."""
        began = await self._begin(step)
        started = self._store.clock.monotonic()
        order = encoder.encode(self._order(step, retries))
        try:
            body = await worker.call(STEP_TASK, order, timeout=step.timeout)
        except TaskFailedError as error:
            await self._fail(step, error.error)
            return None
        except LocationError as error:
            info = ErrorInfo(message=str(error), type=type(error).__name__)
            if step.retry is not None and retries < step.retry.max_retries:
                return await self._note_retry(step, info, step.retry.wait_before(retries + 1, random.random()))
            await self._fail(step, info)
            return None
        report = report_decoder.decode(body)
        if report.again is not None:
            return await self._note_retry(step, report.again.error, report.again.seconds)
        await self._succeed(step, report, began, self._store.clock.monotonic() - started)
        return None

    async def _note_retry(self, step: Step, error: ErrorInfo, seconds: float) -> float:
        await self._store.write_async(Unit(events=[self._step_event(EventKind.STEP_RETRIED, step, error=error)]))
        return seconds

    def _order(self, step: Step, retries: int) -> StepOrder:
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
            storage_folder=str(self._folders.storage),
            log_folder=str(self._folders.run_logs / self._run.run_id),
            store_url=self._store.url,
        )

    async def _begin(self, step: Step) -> Began:
        self._attempted.update(step.assets)
        wanted = step.assets if step.checks else {up for ups in self._upstream(step).values() for up in ups}

        links = PartitionLinks(self._graph, to_datetime(self._store.clock.now()))
        upstream = {} if step.checks else self._upstream(step)

        def look(connection: Connection, events: Sequence[Event]) -> Began:
            kept = {key: states.read_assets(connection, key) for key in wanted}
            newest = {key: found.get((key, EventKind.MATERIALIZATION)) for key, found in kept.items()}
            inputs = {key: latest.seq for key, latest in newest.items() if latest is not None}
            partitions = self._run.partition_keys or ()
            parts = read_partition_versions(connection, self._graph, links, upstream, partitions)
            return Began(events[-1].seq, inputs, parts)

        return await self._store.write_async(Unit(events=[self._step_event(EventKind.STEP_STARTED, step)], effect=look))

    async def _succeed(self, step: Step, report: StepReport, began: Began, duration: float) -> None:
        self._done.add(step.name)
        self._left_out.update(report.left_out)
        events = result_events(step, report, began, run_id=self._run.run_id, upstream=self._upstream(step))
        events.append(self._step_event(EventKind.STEP_SUCCEEDED, step, duration=duration))
        await self._store.write_async(Unit(events=events))
        if failed_blocking(self._graph, report.checks):
            self._failed[step.name] = f"A blocking check of {step.name} did not pass."

    def _upstream(self, step: Step) -> dict[str, list[str]]:
        return {key: self._graph.upstream_keys(key) for key in step.assets}

    async def _fail(self, step: Step, error: ErrorInfo) -> None:
        self._failed[step.name] = f"{step.name}: {error.message}"
        await self._store.write_async(Unit(events=[self._step_event(EventKind.STEP_FAILED, step, error=error)]))

    async def _skip(self, step: Step, blocker: str) -> None:
        self._failed[step.name] = f"{step.name} was skipped."
        error = ErrorInfo(message=f"Skipped, because {blocker} did not succeed.")
        await self._store.write_async(Unit(events=[self._step_event(EventKind.STEP_SKIPPED, step, error=error)]))

    async def _leave_out(self, step: Step, missing: str) -> None:
        """Skip a step of which an input was not made, as its function may; that is no failure."""
        if not step.checks:
            self._left_out.update(step.assets)
        error = ErrorInfo(message=f"Skipped, because {missing} was not made this time.")
        await self._store.write_async(Unit(events=[self._step_event(EventKind.STEP_SKIPPED, step, error=error)]))

    def _step_event(
        self, kind: EventKind, step: Step, *, error: ErrorInfo | None = None, duration: float | None = None
    ) -> NewEvent:
        return step_event(kind, step, run=self._run, error=error, duration=duration)

    async def _end_failed(self, error: ErrorInfo) -> None:
        # Where not one step began, the attempt still counts as one, or automation would repeat it for ever.
        settles = () if self._attempted else self._run.assets
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
