"""Carry out one run: send its steps to workers as they become ready, and tell the log of each move."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import msgspec
import structlog
from sqlalchemy.engine import Connection

from headwater.errors import ConflictError, LocationError, UnknownAssetError
from headwater.execution.plan import Step, plan_steps
from headwater.execution.step_messages import StepOrder, StepReport, encoder, report_decoder
from headwater.location.process import LocationProcess, TaskFailedError
from headwater.records.events import (
    CheckEvaluation,
    ErrorInfo,
    Event,
    EventKind,
    Materialization,
    NewEvent,
    Reporter,
    RunEvent,
    StepEvent,
)
from headwater.records.runs import Run
from headwater.storage import runs as run_store
from headwater.storage import states
from headwater.storage.store import Store
from headwater.storage.writer import Unit

STEP_TASK = "headwater.execution.step_task:carry_out"
LEASE_MICROSECONDS = 30_000_000
_STEPS_AT_ONCE = 4
_log = structlog.get_logger(__name__)


class Folders(msgspec.Struct, frozen=True):
    """Where a deployment keeps stored values, and the logs of its runs."""

    storage: Path
    run_logs: Path


class _Began(msgspec.Struct, frozen=True):
    """How far the log reached as a step began, and the versions of its inputs then."""

    seq: int
    inputs: dict[str, int]


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
            self._steps = plan_steps(self._graph, self._run.assets)
            await self._run_steps()
        except asyncio.CancelledError:
            await asyncio.shield(self._end_early())
            return
        except (OSError, LocationError, UnknownAssetError) as error:
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

    async def _run_step(self, step: Step) -> None:
        async with self._slots, self._location.worker() as worker:
            began = await self._begin(step)
            started = self._store.clock.monotonic()
            order = encoder.encode(self._order(step))
            try:
                body = await worker.call(STEP_TASK, order, timeout=step.timeout)
            except TaskFailedError as error:
                await self._fail(step, error.error)
            except LocationError as error:
                await self._fail(step, ErrorInfo(message=str(error), type=type(error).__name__))
            else:
                duration = self._store.clock.monotonic() - started
                await self._succeed(step, report_decoder.decode(body), began, duration)

    def _order(self, step: Step) -> StepOrder:
        return StepOrder(
            run_id=self._run.run_id,
            step=step.name,
            asset_key=step.asset_key,
            check_name=step.check_name,
            partition=self._run.partition,
            run_assets=self._run.assets,
            tags=self._run.tags,
            attempt=self._run.attempt,
            storage_folder=str(self._folders.storage),
            log_folder=str(self._folders.run_logs / self._run.run_id),
        )

    async def _begin(self, step: Step) -> _Began:
        self._attempted.add(step.asset_key)
        wanted = [step.asset_key] if step.check_name else self._graph.upstream_keys(step.asset_key)

        def look(connection: Connection, events: Sequence[Event]) -> _Began:
            kept = {key: states.read_assets(connection, key) for key in wanted}
            newest = {key: found.get((key, EventKind.MATERIALIZATION)) for key, found in kept.items()}
            inputs = {key: latest.seq for key, latest in newest.items() if latest is not None}
            return _Began(events[-1].seq, inputs)

        return await self._store.write_async(Unit(events=[self._step_event(EventKind.STEP_STARTED, step)], effect=look))

    async def _succeed(self, step: Step, report: StepReport, began: _Began, duration: float) -> None:
        self._done.add(step.name)
        events = self._result_events(step, report, began)
        events.append(self._step_event(EventKind.STEP_SUCCEEDED, step, duration=duration))
        await self._store.write_async(Unit(events=events))
        if step.check_name and any(not check.passed and check.severity == "ERROR" for check in report.checks):
            self._note_failed_check(step)

    def _note_failed_check(self, step: Step) -> None:
        """A failed check stops what waits for it; the run fails only where something does."""
        blocking = {check.name for check in self._graph.checks.get(step.asset_key, ()) if check.blocking}
        if step.check_name in blocking:
            self._failed[step.name] = f"The blocking check {step.name} did not pass."

    def _result_events(self, step: Step, report: StepReport, began: _Began) -> list[NewEvent]:
        reporter = Reporter("run", self._run.run_id)
        events: list[NewEvent] = []
        if report.made is not None:
            made = Materialization(
                metadata=report.made.metadata,
                description=report.made.description,
                tags=report.made.tags,
                inputs=began.inputs,
                read_seq=began.seq,
                reporter=reporter,
            )
            events.append(
                NewEvent(
                    kind=EventKind.MATERIALIZATION,
                    payload=made,
                    asset_key=step.asset_key,
                    partition=self._run.partition,
                    run_id=self._run.run_id,
                    data_version=report.made.data_version,
                )
            )
        for check in report.checks:
            evaluation = CheckEvaluation(
                check_name=check.check_name,
                passed=check.passed,
                severity=check.severity,
                metadata=check.metadata,
                description=check.description,
                target_seq=began.inputs.get(check.asset_key),
                reporter=reporter,
            )
            events.append(
                NewEvent(
                    kind=EventKind.CHECK_EVALUATION,
                    payload=evaluation,
                    asset_key=check.asset_key,
                    partition=self._run.partition,
                    run_id=self._run.run_id,
                )
            )
        return events

    async def _fail(self, step: Step, error: ErrorInfo) -> None:
        self._failed[step.name] = f"{step.name}: {error.message}"
        await self._store.write_async(Unit(events=[self._step_event(EventKind.STEP_FAILED, step, error=error)]))

    async def _skip(self, step: Step, blocker: str) -> None:
        self._failed[step.name] = f"{step.name} was skipped."
        error = ErrorInfo(message=f"Skipped, because {blocker} did not succeed.")
        await self._store.write_async(Unit(events=[self._step_event(EventKind.STEP_SKIPPED, step, error=error)]))

    def _step_event(
        self, kind: EventKind, step: Step, *, error: ErrorInfo | None = None, duration: float | None = None
    ) -> NewEvent:
        payload = StepEvent(
            step=step.name,
            assets=() if step.check_name else (step.asset_key,),
            checks=(step.check_name,) if step.check_name else (),
            duration=duration,
            error=error,
        )
        return NewEvent(
            kind=kind,
            payload=payload,
            asset_key=step.asset_key,
            partition=self._run.partition,
            run_id=self._run.run_id,
        )

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
        event = NewEvent(
            kind=kind,
            payload=RunEvent(assets=self._run.assets, settles=settles, error=error),
            partition=self._run.partition,
            run_id=self._run.run_id,
        )

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
