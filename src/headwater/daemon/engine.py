"""The engine of one deployment: its loops under one supervisor, woken by the log."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path

import structlog
from sqlalchemy.engine import Connection

from headwater.automation.backfills.loop import BackfillLoop
from headwater.automation.conditions.loop import ConditionsLoop
from headwater.automation.conditions.switches import KIND, followed
from headwater.automation.freshness_loop import FreshnessLoop
from headwater.automation.ticks.loop import TickLoop
from headwater.clock import to_datetime
from headwater.daemon.alert_channels import AlertChannels
from headwater.daemon.alert_loop import AlertLoop
from headwater.daemon.alert_sender import AlertSender
from headwater.daemon.code_locations import CodeLocations
from headwater.daemon.log_chore import LogChore
from headwater.daemon.openlineage_loop import OpenLineageLoop
from headwater.daemon.openlineage_target import read_target
from headwater.daemon.retention import RetentionChore
from headwater.daemon.run_loop import RunLoop
from headwater.daemon.shares import Shares
from headwater.errors import StoreError, StoreUnavailableError
from headwater.execution.executors.choose import Executors, read_cancel_grace, read_default_executor
from headwater.execution.logs.folders import Folders
from headwater.execution.logs.places import read_run_logs
from headwater.location.sources.source import LocationSource
from headwater.records.automation.leases import Failure, Lease
from headwater.records.log.events import Event, EventKind, LocationReload, Report, SensorSwitched
from headwater.storage.automation import leases, sensors, tick_settings
from headwater.storage.catalog.graph_reader import GraphReader
from headwater.storage.log.writer import Unit
from headwater.storage.runs.owners import is_surely_gone, new_owner
from headwater.storage.store import Store
from headwater.storage.upkeep.tick_retention import forget_old

_BATCH = 1_000
_CONDITIONS = "conditions"
_BACKFILLS = "backfills"
_ALERTS = "alerts"
_OPENLINEAGE = "openlineage"
_REST_SECONDS = 1.0
_BETWEEN_LOOKS_SECONDS = 60.0
_log = structlog.get_logger(__name__)
_FOR_RUNS = {EventKind.RUN_REQUESTED, EventKind.RUN_REQUEUED, EventKind.RUN_CANCEL_REQUESTED, EventKind.LIMITS_CHANGED}
_ENDS = {
    EventKind.RUN_SUCCEEDED,
    EventKind.RUN_FAILED,
    EventKind.RUN_CANCELED,
    EventKind.RUN_REQUEUED,
    EventKind.STEP_SUCCEEDED,
    EventKind.STEP_FAILED,
    EventKind.STEP_RETRIED,
    EventKind.LIMITS_CHANGED,
}
"""What may make room for others."""


class Engine:
    """Everything that happens by itself in a deployment. The death of a loop stops it, loudly."""

    def __init__(
        self,
        store: Store,
        home: Path,
        sources: Sequence[LocationSource],
        *,
        watches: bool = False,
        on_tick: Callable[[str], None] = lambda _name: None,
        on_ready: Callable[[], None] = lambda: None,
        name: str = "default",
    ) -> None:
        """Prepare.

        Args:
            store: The deployment's store.
            home: Its folder, for values and logs.
            sources: Where its definitions come from.
            watches: Whether definitions are loaded anew as soon as their files are saved.
            on_tick: Told of each sensor whose tick was kept.
            on_ready: Called once `waits_for` has come to nothing.
            name: The deployment's, as messages to people give it.
        """
        self._store = store
        folders = Folders(storage=home / "storage", run_logs=read_run_logs(home, os.environ))
        self._locations = CodeLocations(store, sources, home / "logs" / "locations", watches=watches)
        loaded = self._locations.loaded
        owner = new_owner()
        self._shares = Shares(store, owner, loaded, self._locations.changed.set, alone=not store.is_shared)
        self._ticks = TickLoop(store, loaded, on_tick, self._may_tick)
        executors = Executors(read_default_executor(home, os.environ), grace=read_cancel_grace(home))
        self._runs = RunLoop(store, loaded, folders, owner, executors)
        self._conditions = ConditionsLoop(store, self._tell_if_ready, loaded)
        self._freshness = FreshnessLoop(store)
        self._backfills = BackfillLoop(store)
        self._sender = AlertSender(store, AlertChannels(os.environ, name, _address(name)))
        self._alerts = AlertLoop(store, self._sender.wake)
        target = read_target(os.environ, name)
        self._openlineage = None if target is None else OpenLineageLoop(store, target)
        self._reader = GraphReader()
        self._graph = self._reader.graph
        self._owner = owner
        self._unused = set(self._locations.unsettled)
        self._on_ready: Callable[[], None] | None = on_ready
        self._logs = LogChore(store, folders.run_logs)
        self._retention = RetentionChore(store, folders.run_logs, lambda: self._shares.is_mine("retention"))

    def waits_for(self) -> list[str]:
        """What must still happen, in sentences, until everything that its locations define is in force; then nothing.

        A location that can't be loaded is waited for no more once that is known.
        """
        if self._unused:
            return [f"The code location {name!r} is being loaded." for name in sorted(self._unused)]
        return [] if self._conditions.is_settled else ["The conditions are being put into force."]

    async def run(self) -> None:
        """Work until cancelled. The death of a loop is kept, for the next engine to tell of."""
        await self._tell_of_the_last()
        try:
            await self._work()
        except Exception as error:
            failure = Failure(owner=self._owner, failed_at=self._store.clock.now(), reason=_innermost(error))
            with suppress(StoreError):
                self._store.write(Unit(effect=lambda connection, _events: leases.save_failure(connection, failure)))
            raise

    async def _work(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._locations.run(), name="code locations")
            told = {} if self._openlineage is None else {"openlineage": self._openlineage.run}
            for name, work in {
                **told,
                "definitions": self._follow_definitions,
                "leases": self._shares.run,
                "log": self._follow_log,
                "conditions": self._conditions.run,
                "freshness": self._freshness.run,
                "backfills": self._backfills.run,
                "alerts": self._alerts.run,
                "messages of alerts": self._sender.run,
                "ticks": self._ticks.run,
                "runs": self._runs.run,
                "tail": self._store.tail.watch,
                "tick retention": self._forget_ticks,
                "retention": self._retention.run,
                "run logs": self._logs.run,
            }.items():
                group.create_task(self._outlast(name, work), name=name)

    async def _outlast(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Keep a loop working across times in which the database does not answer; any other error ends the engine."""
        while True:
            try:
                await work()
            except* StoreUnavailableError as unavailable:
                _log.error("a loop waits for the database", loop=name, reason=str(unavailable.exceptions[0]))
            await self._store.clock.sleep(_REST_SECONDS)

    async def _follow_definitions(self) -> None:
        """Put new definitions, and shares of the work, into force in every loop."""
        while True:
            await self._locations.changed.wait()
            self._locations.changed.clear()
            try:
                await self._use_definitions()
            except StoreUnavailableError:
                # Still to be done, once the database is back.
                self._locations.changed.set()
                raise

    async def _use_definitions(self) -> None:
        unsettled = set(self._locations.unsettled)
        self._shares.note_locations()
        self._graph = await self._store.read_async(self._reader.read)
        mine = self._graph if self._shares.is_mine(_CONDITIONS) else None
        states = await self._store.read_async(sensors.read_states)
        self._conditions.use_graph(None if mine is None else followed(mine, states))
        self._freshness.use_graph(mine)
        self._backfills.use_graph(self._graph if self._shares.is_mine(_BACKFILLS) else None)
        is_teller = self._shares.is_mine(_ALERTS)
        self._alerts.use_graph(self._graph if is_teller else None)
        self._sender.switch(on=is_teller)
        if self._openlineage is not None:
            self._openlineage.use_graph(self._graph if self._shares.is_mine(_OPENLINEAGE) else None)
        self._ticks.use_graph(self._graph)
        self._runs.use_graph(self._graph)
        self._unused = unsettled
        self._tell_if_ready()

    def _tell_if_ready(self) -> None:
        if self._on_ready is not None and not self.waits_for():
            self._on_ready()
            self._on_ready = None

    def _switches_conditions(self, event: Event) -> bool:
        if not isinstance(event.payload, SensorSwitched) or event.payload.sensor not in self._graph.sensors:
            return False
        return self._graph.sensors[event.payload.sensor][0].kind == KIND

    def _may_tick(self, name: str) -> bool:
        found = self._graph.ticking.get(name)
        return found is not None and self._shares.is_mine(f"tick {name}", found[1])

    async def _tell_of_the_last(self) -> None:
        """Say how the engine before this one ended, if not in order."""

        def look(connection: Connection, _events: Sequence[Event]) -> tuple[Failure | None, list[Lease]]:
            failure = leases.take_failure(connection)
            gone = [lease for lease in leases.read(connection) if is_surely_gone(lease.owner, self._owner)]
            for lease in gone:
                leases.give_up(connection, lease.owner)
            return failure, gone

        failure, gone = await self._store.write_async(Unit(effect=look))
        if failure is not None:
            _log.warning("the last engine died of an error", at=_shown(failure.failed_at), reason=failure.reason)
        for lease in gone:
            if failure is None or failure.owner != lease.owner:
                _log.warning(
                    "an engine was killed before it could stop", owner=lease.owner, after=_shown(lease.renewed_at)
                )

    async def _forget_ticks(self) -> None:
        """Keep the history of ticks bounded."""
        while True:
            now = self._store.clock.now()

            def forget(connection: Connection, _events: Sequence[Event], now: int = now) -> int:
                return forget_old(connection, now, tick_settings.read(connection))

            gone = await self._store.write_async(Unit(effect=forget))
            if not gone:
                await self._store.clock.sleep(_BETWEEN_LOOKS_SECONDS)

    def _is_urgent(self, event: Event) -> bool:
        """Whether an event may be more than a report that no sensor is called for."""
        return not isinstance(event.payload, Report) or self._ticks.is_called_by(event)

    async def _follow_log(self) -> None:
        """Wake the loops that act on rows when an event says that there is one for them."""
        with self._store.tail.subscribe(self._store.tail.head, self._is_urgent) as subscription:
            while True:
                await subscription.wait()
                if (free := subscription.free_until()) > subscription.position:
                    subscription.position = free
                    continue
                events = await self._store.read_after(subscription.position, _BATCH)
                kinds = {event.kind for event in events}
                subscription.position = events[-1].seq if events else self._store.tail.head
                if kinds & _FOR_RUNS:
                    self._runs.wake()
                if kinds & _ENDS:
                    self._runs.note_end()
                self._ticks.heed(events)
                if EventKind.DEFINITIONS_CHANGED in kinds or any(map(self._switches_conditions, events)):
                    self._locations.changed.set()
                for event in events:
                    if isinstance(event.payload, LocationReload):
                        self._locations.reload(event.payload.location)


def _address(deployment: str) -> str | None:
    """Where people reach a deployment's app, if that was said."""
    public = os.environ.get("HEADWATER_PUBLIC_URL", "").rstrip("/")
    return f"{public}/{deployment}".removesuffix("/default") if public else None


def _innermost(error: BaseException) -> str:
    """What really went wrong, where it came through groups of tasks."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"


def _shown(moment: int) -> str:
    return to_datetime(moment).isoformat(timespec="seconds")
