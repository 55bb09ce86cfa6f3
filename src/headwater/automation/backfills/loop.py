"""Follow the log, and request the runs of backfills as those before them end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence

import msgspec
import structlog
from sqlalchemy.engine import Connection

from headwater.automation.backfills.decide import BackfillDecision, Wanted, decide_backfill
from headwater.automation.backfills.state import BackfillState
from headwater.automation.waiting import wait_for_more
from headwater.clock import to_datetime
from headwater.definitions.partitions import DynamicKeys
from headwater.errors import ConflictError, InvalidParameterError
from headwater.graph.asset_graph import AssetGraph
from headwater.graph.partition_links import PartitionLinks
from headwater.records.log.events import BackfillEvent, Event, EventKind, NewEvent, Report, RunEvent
from headwater.records.runs.backfills import ACTIVE, Backfill, BackfillRun, BackfillStatus, Counts, settle
from headwater.records.runs.requests import new_run_id, requested_events
from headwater.records.runs.runs import BACKFILL_TAG, ENDED, Cause, Run, RunStatus
from headwater.storage.catalog import dynamic_partitions
from headwater.storage.log import event_log
from headwater.storage.log.writer import Unit
from headwater.storage.runs import backfills, runs
from headwater.storage.store import Store

_BATCH = 1_000
_MOST_EVENTS = 100_000
_log = structlog.get_logger(__name__)
_ENDS = frozenset({EventKind.RUN_SUCCEEDED, EventKind.RUN_FAILED, EventKind.RUN_CANCELED})
_COMMANDS = frozenset(
    {
        EventKind.BACKFILL_REQUESTED,
        EventKind.BACKFILL_PAUSED,
        EventKind.BACKFILL_RESUMED,
        EventKind.BACKFILL_RETRIED,
        EventKind.BACKFILL_CANCEL_REQUESTED,
    }
)
_MOVED = {EventKind.RUN_STARTED: RunStatus.STARTED, EventKind.RUN_REQUEUED: RunStatus.QUEUED}


class _Followed:
    """A backfill that goes on, and the ends of runs that its next decision is to take in."""

    def __init__(self, backfill: Backfill, state: BackfillState) -> None:
        self.backfill = backfill
        self.state = state
        self.ended: dict[str, BackfillRun] = {}


class BackfillLoop:
    """Decides as runs end and as people command; each decision is one transaction, on top of the one before."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._graph: AssetGraph | None = None
        self._woken = asyncio.Event()
        self._loaded: AssetGraph | None = None
        self._followed: dict[str, _Followed] = {}
        self._backfill_of: dict[str, str] = {}
        """The backfill of each run under way."""

    def use_graph(self, graph: AssetGraph | None) -> None:
        """Decide by these definitions from now on; nothing where another engine decides."""
        self._graph = graph
        self._woken.set()

    async def run(self) -> None:
        """Work until cancelled."""
        self._loaded = None
        with self._store.tail.subscribe(0, _is_urgent) as subscription:
            while True:
                self._woken.clear()
                try:
                    subscription.position = await self._look(subscription.position)
                except ConflictError as conflict:
                    _log.info("a backfill is looked at again", reason=str(conflict))
                    self._loaded = None
                    continue
                follows = None if self._graph is None else subscription
                await wait_for_more(follows, self._woken, None, self._store.clock)

    async def _look(self, position: int) -> int:
        """Take in and act on what there is; returns how far the log was read."""
        graph = self._graph
        if graph is None:
            self._loaded = None
            return position
        if self._loaded is not graph:
            # What is committed while the rows are read is read again as events, which changes nothing.
            position = self._store.tail.head
            self._followed.clear()
            self._backfill_of.clear()
            self._loaded = graph
            for each in await self._store.read_async(backfills.read_active):
                await self._take_up(each.backfill_id, graph)
            await self._act(list(self._followed))
        while events := await self._store.read_after(position, _BATCH):
            await self._act(await self._take_in(events, graph))
            position = events[-1].seq
        return position

    async def _take_up(self, backfill_id: str, graph: AssetGraph) -> None:
        """Begin to follow a backfill, or follow it anew, from what is kept of it."""
        now = to_datetime(self._store.clock.now())

        def read(connection: Connection) -> _Followed | None:
            backfill = backfills.get(connection, backfill_id)
            if backfill.status not in ACTIVE:
                return None
            links = PartitionLinks(graph, now, DynamicKeys(dynamic_partitions.read_all(connection)))
            targets = backfills.read_targets(connection, backfill_id)
            known = backfills.read_progress(connection, backfill_id)
            followed = _Followed(backfill, BackfillState(graph, links, targets, backfill.policy, known))
            for run in followed.state.open.values():
                if run.status in ENDED:
                    followed.ended[run.run_id] = settle(run, _events(connection, run.run_id))
            return followed

        known = self._followed.pop(backfill_id, None)
        for run_id in () if known is None else known.state.open:
            self._backfill_of.pop(run_id, None)
        try:
            followed = await self._store.read_async(read)
        except InvalidParameterError as error:
            _log.error("a backfill can't go on", backfill_id=backfill_id, reason=str(error))
            return
        if followed is not None:
            self._followed[backfill_id] = followed
            self._backfill_of.update(dict.fromkeys(followed.state.open, backfill_id))

    async def _take_in(self, events: Sequence[Event], graph: AssetGraph) -> dict[str, None]:
        """The backfills that some events are about."""
        concerned: dict[str, None] = {}
        again: dict[str, None] = {}
        for event in events:
            if isinstance(event.payload, BackfillEvent):
                if event.kind in _COMMANDS:
                    again[event.payload.backfill] = None
            elif event.kind is EventKind.PARTITIONS_CHANGED:
                # Their numbers may be others now.
                again.update(dict.fromkeys(self._followed))
            elif isinstance(event.payload, RunEvent) and event.run_id is not None:
                if event.kind is EventKind.RUN_REQUESTED and event.run_id not in self._backfill_of:
                    # A person may try a run again, which is part of the backfill too.
                    again.update(dict.fromkeys({event.payload.tags.get(BACKFILL_TAG, "")} & self._followed.keys()))
                concerned.update(dict.fromkeys(await self._hear_of_run(event, event.run_id)))
        for backfill_id in again:
            await self._take_up(backfill_id, graph)
        return concerned | again

    async def _hear_of_run(self, event: Event, run_id: str) -> Sequence[str]:
        followed = self._followed.get(self._backfill_of.get(run_id, ""))
        if followed is None:
            return ()
        run = followed.state.open.get(run_id)
        if run is None:
            return ()
        if event.kind in _MOVED:
            followed.state.add(msgspec.structs.replace(run, status=_MOVED[event.kind]))
        elif event.kind in _ENDS:
            told: Sequence[Event] = [event]
            if event.kind is not EventKind.RUN_SUCCEEDED:
                told = await self._store.read_async(lambda c: _events(c, run_id))
            followed.ended[run_id] = settle(run, told)
            return (followed.backfill.backfill_id,)
        return ()

    async def _act(self, backfill_ids: Iterable[str]) -> None:
        for backfill_id in backfill_ids:
            followed = self._followed.get(backfill_id)
            if followed is None:
                continue
            if followed.backfill.status is BackfillStatus.CANCELING:
                await self._cancel(followed)
            else:
                await self._go_on(followed)

    async def _go_on(self, followed: _Followed) -> None:
        """Take in ends of runs, and request what may begin."""
        backfill, state, now = followed.backfill, followed.state, self._store.clock.now()
        kinds: list[EventKind] = []
        if backfill.status is BackfillStatus.REQUESTED:
            kinds.append(EventKind.BACKFILL_STARTED)
            backfill = backfill.moved(EventKind.BACKFILL_STARTED, now)
        for run in followed.ended.values():
            state.add(run)
        is_running = backfill.status is BackfillStatus.RUNNING
        decision = decide_backfill(state, max(0, backfill.max_runs - len(state.open)) if is_running else 0)
        planned = [self._plan(followed, wanted, now) for wanted in decision.requests]
        for each in planned:
            state.add(backfills.run_of(each))
        if not state.open and (end := _end(state, is_running=is_running)) is not None:
            kinds.append(end)
            backfill = backfill.moved(end, now)
        await self._write(followed, backfill, kinds, planned, _count(state, decision))

    async def _cancel(self, followed: _Followed) -> None:
        """End the runs that wait, ask those that go on to end, and end the backfill once none is left."""
        backfill, state, now = followed.backfill, followed.state, self._store.clock.now()
        for run in followed.ended.values():
            state.add(run)
        waiting, asked = [], []
        if state.open:
            known = await self._store.read_async(lambda c: runs.read_many(c, list(state.open)))
            waiting = [run for run in known.values() if _waits(run)]
            asked = [
                run
                for run in known.values()
                if run.status not in ENDED and not _waits(run) and not run.cancel_requested
            ]
        kinds = [] if state.open else [EventKind.BACKFILL_CANCELED]
        for kind in kinds:
            backfill = backfill.moved(kind, now)
        counts = _count(state, decide_backfill(state, 0))
        await self._write(followed, backfill, kinds, (), counts, waiting=waiting, asked=asked)

    def _plan(self, followed: _Followed, wanted: Wanted, now: int) -> Run:
        backfill = followed.backfill
        keys = followed.state.links.parts(wanted.assets[0]).keys.select(wanted.numbers)
        return Run(
            run_id=new_run_id(),
            location=wanted.location,
            assets=tuple(sorted(wanted.assets)),
            status=RunStatus.QUEUED,
            cause=Cause(
                kind="backfill",
                name=backfill.backfill_id,
                reason=backfill.cause.reason,
                trace=backfill.cause.trace,
            ),
            created_at=now,
            partition=(keys[0] or None) if len(keys) == 1 else None,
            partitions=tuple(keys) if len(keys) > 1 else (),
            tags={**backfill.tags, BACKFILL_TAG: backfill.backfill_id},
            run_config=backfill.run_config,
        )

    async def _write(
        self,
        followed: _Followed,
        backfill: Backfill,
        kinds: Sequence[EventKind],
        planned: Sequence[Run],
        counts: Counts,
        *,
        waiting: Sequence[Run] = (),
        asked: Sequence[Run] = (),
    ) -> None:
        """Keep a decision whole: what has ended, the runs that are requested or to end, and how the backfill stands."""
        if not (kinds or planned or waiting or asked or followed.ended):
            return
        known = followed.backfill
        ended = list(followed.ended.values())
        changed = msgspec.structs.replace(backfill, counts=counts)
        events: list[NewEvent] = [known.event(kind) for kind in kinds]
        events += requested_events(planned)
        events += [run.event(EventKind.RUN_CANCELED, settles=run.assets, reason=_CANCELED) for run in waiting]
        events += [run.event(EventKind.RUN_CANCEL_REQUESTED) for run in asked]
        now = self._store.clock.now()

        def keep(connection: Connection, _events: Sequence[Event]) -> Backfill:
            backfills.settle_runs(connection, known.backfill_id, ended)
            for run in planned:
                runs.insert(connection, run)
            for run in waiting:
                runs.move(connection, run.run_id, EventKind.RUN_CANCELED, now)
            for run in asked:
                runs.request_cancel(connection, run.run_id)
            return backfills.save(connection, changed, known.version)

        kept = await self._store.write_async(Unit(events=events, guard=_guard(known, waiting), effect=keep))
        followed.backfill = kept
        followed.ended.clear()
        for run in ended:
            self._backfill_of.pop(run.run_id, None)
        self._backfill_of.update({run.run_id: known.backfill_id for run in planned})
        if kept.status not in ACTIVE:
            del self._followed[known.backfill_id]


_CANCELED = "its backfill was canceled"


def _guard(backfill: Backfill, waiting: Sequence[Run]) -> Callable[[Connection], None]:
    """Refuse where somebody else has changed the backfill, or a run that is to be canceled waits no more."""

    def check(connection: Connection) -> None:
        backfills.check_version(connection, backfill.backfill_id, backfill.version)
        found = runs.read_many(connection, [run.run_id for run in waiting])
        if not all(_waits(run) for run in found.values()):
            raise ConflictError(f"A run of backfill {backfill.backfill_id} has begun meanwhile.")

    return check


def _waits(run: Run) -> bool:
    return run.status is RunStatus.QUEUED and run.owner is None


def _end(state: BackfillState, *, is_running: bool) -> EventKind | None:
    if state.is_all_made():
        return EventKind.BACKFILL_COMPLETED
    return EventKind.BACKFILL_FAILED if is_running else None


def _count(state: BackfillState, decision: BackfillDecision) -> Counts:
    counts = Counts()
    for standing in state.standing(decision.blocked).values():
        counts += standing.counts
    return counts


def _events(connection: Connection, run_id: str) -> list[Event]:
    return event_log.read_run(connection, run_id, limit=_MOST_EVENTS)


def _is_urgent(event: Event) -> bool:
    """Whether an event may be about a backfill: reports never are."""
    return not isinstance(event.payload, Report)
