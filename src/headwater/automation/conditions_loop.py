"""Follow the log and request what the conditions decide."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from sqlalchemy.engine import Connection

from headwater.automation.decide_conditions import Decision, Request
from headwater.automation.state import AutomationState
from headwater.clock import to_datetime
from headwater.errors import ConflictError
from headwater.graph.asset_graph import AssetGraph
from headwater.records.events import CORRECTIONS, Event
from headwater.records.requests import new_run_id, requested_events
from headwater.records.runs import Cause, Run, RunStatus
from headwater.storage import automation as automation_store
from headwater.storage import event_log, runs, states
from headwater.storage.store import Store
from headwater.storage.writer import Unit

_BATCH = 1_000
_log = structlog.get_logger(__name__)


class ConditionsLoop:
    """Decides on every event once, and writes the decision with the place in the log that it was taken at."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._graph = AssetGraph((), ())
        self._state: AutomationState | None = None
        self._position = 0
        self._version = 0

    async def use_graph(self, graph: AssetGraph) -> None:
        """Decide by these definitions from now on.

        An asset whose condition is new is made from its next update on, not for what happened before it had one.
        """
        self._graph = graph
        automated = {node.key for node in graph.nodes if node.kind == "native" and node.definition.condition}

        def keep(connection: Connection, _events: Sequence[Event]) -> None:
            known = automation_store.read_automated(connection)
            automation_store.save_automated(connection, automated - known.keys(), event_log.head(connection))
            automation_store.forget_automated(connection, known.keys() - automated)

        await self._store.write_async(Unit(effect=keep))
        await self._reload()

    async def run(self) -> None:
        """Work until cancelled."""
        with self._store.tail.subscribe(self._position) as subscription:
            while True:
                subscription.position = self._position
                await subscription.wait()
                try:
                    await self._catch_up()
                except ConflictError as conflict:
                    _log.info("a decision was dropped", reason=str(conflict))
                    await self._reload()

    async def _reload(self) -> None:
        """Take the state from the folds, and decide again on all that no decision was written for."""

        def read(connection: Connection) -> tuple[AutomationState, int, int]:
            position, version = automation_store.read_position(connection)
            whole = states.read_assets(connection).values()
            parts = states.read_all_partitions(connection)
            state = AutomationState(
                position, [*whole, *parts], runs.read_open(connection), automation_store.read_automated(connection)
            )
            return state, position, version

        self._state, self._position, self._version = await self._store.read_async(read)

    async def _catch_up(self) -> None:
        while True:
            events = await self._store.read_after(self._position, _BATCH)
            if not events or self._state is None:
                return
            for event in events:
                self._state.apply(event)
            now = self._store.clock.now()
            requests = Decision(self._graph, self._state, to_datetime(now)).decide(events)
            await self._write(requests, events, now)
            self._position = events[-1].seq
            if any(event.kind in CORRECTIONS for event in events):
                # What was true before is so no more: begin again from the folds.
                await self._reload()

    async def _write(self, requests: Sequence[Request], events: Sequence[Event], now: int) -> None:
        # A pass that requests nothing needs no row: taken again after a restart, it would request nothing again.
        corrected = any(event.kind in CORRECTIONS for event in events)
        if not requests and not corrected and len(events) < _BATCH:
            return
        planned = _group(self._graph, requests, events, now)
        version, reached = self._version, events[-1].seq

        def guard(connection: Connection) -> None:
            automation_store.check_version(connection, version)

        def keep(connection: Connection, _events: Sequence[Event]) -> None:
            automation_store.save_position(connection, reached, version)
            for run in planned:
                runs.insert(connection, run)

        await self._store.write_async(Unit(events=requested_events(planned), guard=guard, effect=keep))
        self._version += 1


def _group(graph: AssetGraph, requests: Sequence[Request], events: Sequence[Event], now: int) -> list[Run]:
    """One run for what belongs to one location and partition, so that it is made together and in order."""
    grouped: dict[tuple[str, str | None], list[Request]] = {}
    for request in requests:
        location = graph.node(request.asset_key).location or ""
        grouped.setdefault((location, request.partition), []).append(request)
    return [
        Run(
            run_id=new_run_id(),
            location=location,
            assets=tuple(sorted(request.asset_key for request in mine)),
            status=RunStatus.QUEUED,
            cause=_cause(mine, [event for event in events if event.partition in (None, partition)]),
            created_at=now,
            partition=partition,
        )
        for (location, partition), mine in grouped.items()
    ]


def _cause(requests: Sequence[Request], events: Sequence[Event]) -> Cause:
    made_here = {request.asset_key for request in requests}
    changed = sorted({key for request in requests for key in request.because_of} - made_here)
    seqs = tuple(event.seq for event in events if event.asset_key in changed)[:20]
    verb = "was" if len(changed) == 1 else "were"
    reason = f"{', '.join(changed)} {verb} updated" if changed else None
    return Cause(kind="automation", reason=reason, events=seqs)
