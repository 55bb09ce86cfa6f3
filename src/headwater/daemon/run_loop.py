"""The run queue: claim queued runs, carry them out, take over those whose engine is gone."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import structlog
from sqlalchemy.engine import Connection

from headwater.clock import MICROSECONDS
from headwater.daemon.run_spans import RunSpans
from headwater.errors import ConflictError, HeadwaterError
from headwater.execution.executors.choose import Executors
from headwater.execution.logs.folders import Folders
from headwater.execution.supervision.pool_room import PoolRoom
from headwater.execution.supervision.run_supervisor import RunSupervisor
from headwater.graph.asset_graph import AssetGraph
from headwater.location.supervision.process import LocationProcess
from headwater.records.log.events import ErrorInfo, Event, EventKind
from headwater.records.runs.decide_queue import RUNS_AT_ONCE, decide_queue, pools_of
from headwater.records.runs.limits import Limit
from headwater.records.runs.runs import IN_PROCESS, Run, RunStatus
from headwater.storage.log.writer import Unit
from headwater.storage.runs import limits as limit_store
from headwater.storage.runs import pool_places
from headwater.storage.runs import runs as run_store
from headwater.storage.runs.owners import LEASE_MICROSECONDS, is_surely_gone
from headwater.storage.store import Store

_MOST_LOOKED_AT = 1_000
_MOST_ATTEMPTS = 3
_HEARTBEAT_SECONDS = LEASE_MICROSECONDS / MICROSECONDS / 3
_log = structlog.get_logger(__name__)


class _Running(NamedTuple):
    """A run under way."""

    run: Run
    supervisor: RunSupervisor
    task: asyncio.Task[None]


class RunLoop:
    """Carries out what is requested, as many runs at once as there is room for."""

    def __init__(
        self,
        store: Store,
        locations: Mapping[str, LocationProcess],
        folders: Folders,
        owner: str,
        executors: Executors | None = None,
    ) -> None:
        self._executors = executors or Executors()
        self._store = store
        self._locations = locations
        self._folders = folders
        self._owner = owner
        self._running: dict[str, _Running] = {}
        self._woken = asyncio.Event()
        self._limits: list[Limit] = []
        self._pools: dict[str, str] = {}
        self._some_wait = False
        self._pool_room = PoolRoom(store)
        self._spans = RunSpans(store)

    def use_graph(self, graph: AssetGraph) -> None:
        """Know these definitions' pools from now on."""
        self._pools = pools_of(graph)
        self.wake()

    def note_end(self) -> None:
        """Look again if any run or step waits: one has ended, maybe elsewhere."""
        self._pool_room.note_freed()
        if self._some_wait:
            self.wake()

    def wake(self) -> None:
        """Look again: a run was requested, is to be canceled, or has ended, or a location was loaded."""
        self._woken.set()

    async def run(self) -> None:
        """Work until cancelled. Runs under way are then given back, to be begun anew by whoever comes next."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._follow_queue())
                group.create_task(self._keep_leases())
        finally:
            await self._give_back()
            await self._executors.close()
            await self._spans.flush()

    async def _follow_queue(self) -> None:
        while True:
            self._woken.clear()
            await self._cancel_unwanted()
            await self._start_queued()
            await self._woken.wait()

    async def _start_queued(self) -> None:
        if len(self._running) >= RUNS_AT_ONCE:
            self._some_wait = True
            return
        names = list(self._locations)

        def read(connection: Connection) -> tuple[list[Run], list[Run], list[Limit], dict[tuple[str, str], int]]:
            queued = run_store.read_queued(connection, names, _MOST_LOOKED_AT)
            limits, steps = limit_store.read(connection), pool_places.read_counts(connection)
            return queued, run_store.read_started(connection), limits, steps

        queued, started, self._limits, steps = await self._store.read_async(read)
        # Those that were begun a moment ago may still look queued.
        going_on = {run.run_id: run for run in started} | {run_id: each.run for run_id, each in self._running.items()}
        waiting = {run.run_id: run for run in queued if run.run_id not in going_on}
        # Asked to end while it went on, at an engine that stopped before it could see to that.
        for run in [run for run in waiting.values() if run.cancel_requested]:
            await self._move(waiting.pop(run.run_id), EventKind.RUN_CANCELED, None)
        decision = decide_queue(
            list(waiting.values()),
            going_on.values(),
            limits=self._limits,
            pools=self._pools,
            room=RUNS_AT_ONCE - len(self._running),
            locations=self._locations.keys(),
            steps=steps,
        )
        self._some_wait = bool(decision.waiting)
        for run_id in decision.start:
            # A location may have gone while the queue was read.
            if waiting[run_id].location in self._locations:
                self._start(waiting[run_id])

    def _start(self, run: Run) -> None:
        location = self._locations[run.location]
        supervisor = RunSupervisor(
            self._store, location, self._folders, self._owner, run, self._executors, self._pool_room
        )
        task = asyncio.create_task(self._carry_out(supervisor, location, run))
        self._running[run.run_id] = _Running(run, supervisor, task)

    async def _carry_out(self, supervisor: RunSupervisor, location: LocationProcess, run: Run) -> None:
        run_id = run.run_id
        try:
            await self._claim(run)
            # Newer definitions may come into force meanwhile; the run ends by those that it began with.
            with location.held():
                await supervisor.carry_out()
            await self._spans.tell(run_id)
        except ConflictError as conflict:
            _log.debug("a run was left to another engine", run_id=run_id, reason=str(conflict))
        except HeadwaterError as error:
            # The store did not take the run's end; the next look at the leases finds it, and it is begun anew.
            _log.error("a run could not be carried out", run_id=run_id, reason=str(error))
        finally:
            self._running.pop(run_id, None)
            self.wake()

    async def _claim(self, run: Run) -> None:
        """Reserve a run under its limits, where another engine may be about to begin one that shares them.

        Raises:
            ConflictError: there is no place any more, or another engine has it.
        """
        if not self._store.is_shared or not any(list(limit.slots(run, self._pools)) for limit in self._limits):
            return

        def guard(connection: Connection) -> None:
            started = run_store.read_started(connection)
            limits = limit_store.read(connection)
            steps = pool_places.read_counts(connection)
            decision = decide_queue([run], started, limits=limits, pools=self._pools, room=1, steps=steps)
            if not decision.start:
                raise ConflictError(f"Run {run.run_id} waits for {decision.waiting[run.run_id]}.")

        def take(connection: Connection, _events: Sequence[Event]) -> None:
            run_store.claim(connection, run.run_id, self._owner, self._store.clock.now() + LEASE_MICROSECONDS)

        await self._store.write_async(Unit(guard=guard, effect=take))

    async def _cancel_unwanted(self) -> None:
        if not self._running:
            return
        for run in await self._store.read_async(run_store.read_open):
            if run.cancel_requested and run.run_id in self._running:
                running = self._running[run.run_id]
                running.supervisor.is_unwanted = True
                running.task.cancel()

    async def _keep_leases(self) -> None:
        """Say that this engine is alive, and take over runs whose engine is not."""
        while True:
            now = self._store.clock.now()
            until = now + LEASE_MICROSECONDS

            def renew(connection: Connection, _events: Sequence[Event], until: int = until) -> None:
                run_store.renew_leases(connection, self._owner, until)

            if self._running:
                await self._store.write_async(Unit(effect=renew))
            still_open = await self._store.read_async(run_store.read_open)
            self._stop_lost(still_open)
            for run in still_open:
                if run.owner is not None and self._is_abandoned(run, now):
                    await self._take_over(run)
            await self._store.clock.sleep(_HEARTBEAT_SECONDS)

    def _stop_lost(self, still_open: Sequence[Run]) -> None:
        """End what this engine still does for runs that another one has taken over, thinking it dead."""
        for run in still_open:
            if run.status is RunStatus.STARTED and run.owner != self._owner and run.run_id in self._running:
                _log.warning("a run was taken over elsewhere; its steps are ended here", run_id=run.run_id)
                self._running[run.run_id].task.cancel()

    def _is_abandoned(self, run: Run, now: int) -> bool:
        if run.owner == self._owner:
            # Begun here and not under way: the store was away as it was to end or to be given back.
            return run.run_id not in self._running
        return (run.lease_until or 0) < now or is_surely_gone(run.owner, self._owner)

    async def _take_over(self, run: Run) -> None:
        """Queue a run again, or give it up: after too many engines died over it, or where nobody else can do it."""
        if run.location == IN_PROCESS:
            message = "The process in which `materialize` carried it out is gone. Make the assets again."
            await self._move(run, EventKind.RUN_FAILED, ErrorInfo(message=message))
            return
        if run.status is RunStatus.QUEUED:
            await self._store.write_async(Unit(effect=lambda c, _events: run_store.disown(c, run.run_id)))
            self.wake()
            return
        if run.attempt < _MOST_ATTEMPTS:
            kind, error = EventKind.RUN_REQUEUED, None
        else:
            kind = EventKind.RUN_FAILED
            error = ErrorInfo(
                message=f"The engine that carried it out was gone {run.attempt} times in a row, so it was given up."
            )
        await self._move(run, kind, error)

    async def _give_back(self) -> None:
        """Stop the runs under way and queue them again: this engine was told to stop, not they."""
        tasks = [running.task for running in self._running.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _move(self, run: Run, kind: EventKind, error: ErrorInfo | None) -> None:
        settles = run.assets if kind in (EventKind.RUN_FAILED, EventKind.RUN_CANCELED) else ()
        event = run.event(kind, settles=settles, error=error)

        def move(connection: Connection, _events: Sequence[Event]) -> None:
            run_store.move(connection, run.run_id, kind, self._store.clock.now(), error=error, expected_owner=run.owner)

        try:
            await self._store.write_async(Unit(events=[event], effect=move))
        except HeadwaterError as conflict:
            _log.info("a run was taken over elsewhere", run_id=run.run_id, reason=str(conflict))
        else:
            self.wake()
