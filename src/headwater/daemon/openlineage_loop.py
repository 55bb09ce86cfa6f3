"""Follow the log, and tell an OpenLineage receiver of each run and step: in order, each at least once.

The log itself is what waits to be sent, so nothing is lost while the receiver is away or no engine is at work.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Any

import msgspec
import structlog
from sqlalchemy.engine import Connection

from headwater.automation.waiting import wait_for_more
from headwater.clock import MICROSECONDS
from headwater.daemon.openlineage_target import NotTakenError, OpenLineageTarget, TargetClient
from headwater.graph.asset_graph import AssetGraph
from headwater.openlineage.naming import without_credentials
from headwater.openlineage.outgoing.datasets import Datasets
from headwater.openlineage.outgoing.runs import RUN_MOVES, STEP_MOVES, RunTeller
from headwater.records.log.events import Event, EventKind, StepEvent
from headwater.storage import settings
from headwater.storage.log import event_log
from headwater.storage.log.writer import Unit
from headwater.storage.runs import runs as run_store
from headwater.storage.store import Store
from headwater.version import package_version

_CURSOR = "openlineage-told"
_BATCH = 500
_MOST_UNKEPT = 10_000
_LONGEST_PAUSE_SECONDS = 60
_MADE = frozenset({EventKind.MATERIALIZATION, EventKind.CHECK_EVALUATION})
_KINDS = frozenset({*RUN_MOVES, *STEP_MOVES, EventKind.RUN_REQUEUED})
_log = structlog.get_logger(__name__)
Told = tuple[int, dict[str, Any]]
"""The event in the log, and one that tells of it."""


class _Cursor(msgspec.Struct, frozen=True):
    """How far a receiver was told."""

    url: str
    seq: int


_cursors = msgspec.json.Decoder(_Cursor)


class OpenLineageLoop:
    """Tells one receiver, unless another engine does."""

    def __init__(self, store: Store, target: OpenLineageTarget) -> None:
        """Prepare.

        Args:
            store: Where log and place are.
            target: Who is told.
        """
        self._store = store
        self._target = target
        self._place = without_credentials(target.url)
        self._graph: AssetGraph | None = None
        self._teller: RunTeller | None = None
        self._woken = asyncio.Event()
        self._position: int | None = None
        self._kept = 0
        self._failures = 0
        self._begun: dict[str, dict[str, Event]] = {}
        """By run, its steps that have not ended, and how they began."""

    def use_graph(self, graph: AssetGraph | None) -> None:
        """Tell by these definitions from now on; nothing where another engine tells."""
        self._graph = graph
        self._teller = None
        self._woken.set()

    async def run(self) -> None:
        """Work until cancelled."""
        client = TargetClient(self._target)
        try:
            with self._store.tail.subscribe(0, _is_told) as subscription:
                while True:
                    self._woken.clear()
                    again = await self._look(client)
                    subscription.position = self._position or 0
                    follows = None if self._graph is None or again is not None else subscription
                    await wait_for_more(follows, self._woken, again, self._store.clock)
        finally:
            await client.close()

    async def _look(self, client: TargetClient) -> int | None:
        """Tell all that there is; returns when to try again, where the receiver is away."""
        while (graph := self._graph) is not None:
            if self._position is None:
                self._position = await self._load()
            teller = self._teller
            if teller is None:
                self._teller = teller = _teller(graph, self._target.namespace)
            events = await self._store.read_after(self._position, _BATCH)
            if not events:
                return None
            moves = [event for event in events if _is_told(event)]
            told = await self._store.read_async(partial(self._translate, moves=moves, teller=teller)) if moves else []
            for seq, each in told:
                try:
                    await self._send(client, seq, each)
                except NotTakenError as error:
                    self._position = seq - 1
                    return self._after_failure(error)
            self._position = events[-1].seq
            if told or self._position - self._kept > _MOST_UNKEPT:
                await self._keep()
        self._position = None
        return None

    async def _load(self) -> int:
        """The place from which on the receiver is to be told: of a new one, from now on."""
        self._begun.clear()

        def read(connection: Connection) -> tuple[str | None, int]:
            return settings.read(connection, _CURSOR), event_log.head(connection)

        kept, head = await self._store.read_async(read)
        cursor = None if kept is None else _cursors.decode(kept)
        self._kept = head if cursor is None or cursor.url != self._place else cursor.seq
        self._position = self._kept
        if cursor is None or cursor.url != self._place:
            await self._keep()
        return self._kept

    def _translate(self, connection: Connection, *, moves: Sequence[Event], teller: RunTeller) -> list[Told]:
        runs = run_store.read_many(connection, list({event.run_id for event in moves if event.run_id is not None}))
        told: list[Told] = []
        for event in moves:
            run = runs.get(event.run_id or "")
            if run is None:
                continue
            begun = self._begun_of(connection, run.run_id, event.seq)
            if event.kind is EventKind.STEP_STARTED:
                begun[_name(event)] = event
                tell = partial(teller.of_step, run, event, event)
            elif event.kind in STEP_MOVES:
                began = begun.pop(_name(event), event)
                tell = partial(teller.of_step, run, began, event, _made_by(connection, began, event))
            else:
                lost = () if event.kind is EventKind.RUN_STARTED else self._begun.pop(run.run_id).values()
                tell = partial(teller.of_run, run, event, tuple(lost))
            try:
                told += ((event.seq, each) for each in tell())
            except Exception:
                # What one event comes to must not keep others from being told.
                _log.exception("an event can't be told as OpenLineage has it", event_id=event.seq)
        return told

    def _begun_of(self, connection: Connection, run_id: str, before: int) -> dict[str, Event]:
        """The run's steps that had not ended at a place in the log, to be kept up to date from then on."""
        if run_id not in self._begun:
            found: dict[str, Event] = {}
            for earlier in event_log.read_run_between(connection, run_id, _KINDS, 0, before):
                if earlier.kind is EventKind.STEP_STARTED:
                    found[_name(earlier)] = earlier
                elif earlier.kind is EventKind.RUN_REQUEUED:
                    found.clear()
                else:
                    found.pop(_name(earlier), None)
            self._begun[run_id] = found
        return self._begun[run_id]

    async def _send(self, client: TargetClient, seq: int, event: dict[str, Any]) -> None:
        try:
            await client.send(event)
        except NotTakenError as error:
            if not error.for_good:
                raise
            _log.error(
                "an OpenLineage receiver refuses an event, which is left out",
                url=self._place,
                event_id=seq,
                reason=str(error),
            )
        self._failures = 0

    def _after_failure(self, error: NotTakenError) -> int:
        self._failures += 1
        # What was translated and not sent is translated again, from what the log says of these runs.
        self._begun.clear()
        if self._failures & (self._failures - 1) == 0:
            _log.warning(
                "an OpenLineage receiver does not take events; they wait",
                url=self._place,
                tries=self._failures,
                reason=str(error),
            )
        pause = min(_LONGEST_PAUSE_SECONDS, 1 << min(self._failures - 1, 6))
        return self._store.clock.now() + pause * MICROSECONDS

    async def _keep(self) -> None:
        cursor = _Cursor(self._place, self._position or 0)
        text = msgspec.json.encode(cursor).decode()
        await self._store.write_async(Unit(effect=lambda connection, _events: settings.save(connection, _CURSOR, text)))
        self._kept = cursor.seq


def _teller(graph: AssetGraph, namespace: str) -> RunTeller:
    return RunTeller(Datasets(graph, namespace), namespace, package_version())


def _is_told(event: Event) -> bool:
    return event.kind in _KINDS


def _name(event: Event) -> str:
    return event.payload.step if isinstance(event.payload, StepEvent) else ""


def _made_by(connection: Connection, began: Event, ended: Event) -> list[Event]:
    """What a step made and judged: of its assets, or by its checks, since it began."""
    step = ended.payload
    if not isinstance(step, StepEvent) or ended.run_id is None:
        return []
    between = event_log.read_run_between(connection, ended.run_id, _MADE, began.seq, ended.seq)
    if step.checks:
        return [each for each in between if getattr(each.payload, "check_name", None) in step.checks]
    return [each for each in between if each.asset_key in step.assets]
