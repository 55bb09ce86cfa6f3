"""Follow the log, and decide which incidents open and end, and which messages are due; each step is one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import structlog
from sqlalchemy.engine import Connection

from headwater.automation.waiting import wait_for_more
from headwater.errors import ConflictError
from headwater.graph.asset_graph import AssetGraph
from headwater.records.alerts.alerts import AlertRule, Delivery, Incident
from headwater.records.alerts.decide import Alarms, Change
from headwater.records.alerts.signals import KINDS, signal_of
from headwater.records.log.events import Event, EventKind, Report, StepEvent
from headwater.storage import alerts
from headwater.storage.log import event_log
from headwater.storage.log.writer import Unit
from headwater.storage.store import Store

_BATCH = 1_000
_MOST_UNKEPT = 10_000
"""So far may the place that is kept be behind; what lies between says nothing, so that it can be read again."""
_log = structlog.get_logger(__name__)


class AlertLoop:
    """Turns events into incidents and messages, on from a place in the log that is kept with them."""

    def __init__(self, store: Store, on_message: Callable[[], None]) -> None:
        """Prepare.

        Args:
            store: Where log, rules and messages are.
            on_message: Called whenever there are new messages to be sent.
        """
        self._store = store
        self._on_message = on_message
        self._graph: AssetGraph | None = None
        self._woken = asyncio.Event()
        self._alarms: Alarms | None = None
        self._rules: dict[str, AlertRule] = {}
        self._position = 0
        self._kept = 0

    def use_graph(self, graph: AssetGraph | None) -> None:
        """Decide by these definitions from now on; nothing where another engine decides."""
        self._graph = graph
        self._alarms = None
        self._woken.set()

    async def run(self) -> None:
        """Work until cancelled."""
        self._alarms = None
        with self._store.tail.subscribe(0, self._is_urgent) as subscription:
            while True:
                self._woken.clear()
                try:
                    await self._look()
                except ConflictError as conflict:
                    _log.info("alerts are looked at again", reason=str(conflict))
                    self._alarms = None
                    continue
                subscription.position = self._position
                follows = None if self._graph is None else subscription
                await wait_for_more(follows, self._woken, None, self._store.clock)

    def _is_urgent(self, event: Event) -> bool:
        """Whether an event may be more than a report that no rule is about."""
        return bool(self._rules) or not isinstance(event.payload, Report)

    async def _look(self) -> None:
        while (graph := self._graph) is not None:
            if self._alarms is None:
                await self._load(graph)
                continue
            events = await self._store.read_after(self._position, _BATCH)
            if not events:
                return
            await self._take_in(events, self._alarms)

    async def _load(self, graph: AssetGraph) -> None:
        def read(connection: Connection) -> tuple[dict[str, AlertRule], list[Incident], int]:
            rules = alerts.read_rules(connection)
            place = alerts.read_cursor(connection) if rules else event_log.head(connection)
            return rules, alerts.read_open(connection), place

        self._rules, incidents, self._position = await self._store.read_async(read)
        self._kept = self._position
        self._alarms = Alarms(self._rules.values(), incidents, graph)

    async def _take_in(self, events: Sequence[Event], alarms: Alarms) -> None:
        changed = next((n for n, event in enumerate(events) if event.kind is EventKind.ALERT_RULE_CHANGED), None)
        if changed is not None:
            # What comes before is judged by the rules of before.
            events = events[: changed + 1]
        if any(event.kind is EventKind.ALERT_TEST_REQUESTED for event in events):
            self._on_message()
        changes = await self._changes(events, alarms) if self._rules else []
        self._position = events[-1].seq
        is_behind = bool(self._rules) and self._position - self._kept > _MOST_UNKEPT
        if changes or is_behind or (changed is not None and self._rules):
            await self._keep(changes)
        if changed is not None:
            self._alarms = None

    async def _changes(self, events: Sequence[Event], alarms: Alarms) -> list[tuple[Event, Change]]:
        runs = [event.run_id for event in events if event.kind is EventKind.RUN_FAILED and event.run_id is not None]
        failed = await self._failed_assets(runs) if runs else {}
        changes: list[tuple[Event, Change]] = []
        for event in events:
            if event.kind not in KINDS or (event.kind is EventKind.MATERIALIZATION and not alarms.awaits_versions()):
                continue
            signal = signal_of(event, failed)
            if signal is not None:
                changes += [(event, change) for change in alarms.note(event, signal, str(event.seq))]
        return changes

    async def _failed_assets(self, runs: Sequence[str]) -> dict[str, set[str]]:
        """By run, the assets of its steps that failed."""
        steps = await self._store.read_async(lambda connection: event_log.read_failed_steps(connection, runs))
        found: dict[str, set[str]] = {}
        for step in steps:
            if isinstance(step.payload, StepEvent) and step.run_id is not None:
                found.setdefault(step.run_id, set()).update(step.payload.assets)
        return found

    async def _keep(self, changes: Sequence[tuple[Event, Change]]) -> None:
        """Keep incidents, messages and the place in the log together; nothing of it where another engine was first."""
        incidents = {change.incident.incident_id: change.incident for _, change in changes}
        messages = [message for event, change in changes for message in self._messages(event, change)]
        began, position = self._kept, self._position

        def guard(connection: Connection) -> None:
            if alerts.read_cursor(connection) != began:
                raise ConflictError("Another engine, or a person who changed the rules, was first.")

        def keep(connection: Connection, _events: Sequence[Event]) -> None:
            alerts.save_incidents(connection, incidents.values())
            alerts.insert_deliveries(connection, messages)
            alerts.save_cursor(connection, position)
            alerts.forget_old(connection, self._store.clock.now())

        await self._store.write_async(Unit(guard=guard, effect=keep))
        self._kept = position
        if messages:
            self._on_message()

    def _messages(self, event: Event, change: Change) -> list[Delivery]:
        rule = self._rules.get(change.incident.rule)
        if rule is None or change.sort is None:
            return []
        now = self._store.clock.now()
        return [
            Delivery(
                delivery_id=f"{event.seq}-{change.incident.incident_id}-{change.sort}-{number}",
                rule=rule.name,
                channel=channel,
                sort=change.sort,
                incident=change.incident,
                created_at=now,
                next_at=now,
            )
            for number, channel in enumerate(rule.channels)
        ]
