"""Follow the log and the clock, and record when an asset begins or ceases to meet its freshness policy."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

import structlog
from sqlalchemy.engine import Connection

from headwater.automation.deadlines import Deadlines
from headwater.automation.waiting import wait_for_more
from headwater.definitions.freshness import FreshnessPolicy
from headwater.errors import ConflictError
from headwater.graph.asset_graph import AssetGraph
from headwater.records.automation.freshness import FreshnessState, Judgement, judge_freshness
from headwater.records.log.events import CORRECTIONS, Event, EventKind, FreshnessChange, NewEvent, Rename
from headwater.storage.automation import freshness as freshness_store
from headwater.storage.log import event_log, states
from headwater.storage.log.writer import Unit
from headwater.storage.store import Store

_BATCH = 1_000
_log = structlog.get_logger(__name__)


class FreshnessLoop:
    """Waits for the deadline of each asset that has a policy; nothing is looked at before something is due."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._woken = asyncio.Event()
        self._graph: AssetGraph | None = None
        self._policies: dict[str, FreshnessPolicy] = {}
        self._updated: dict[str, int] = {}
        self._states: dict[str, str] = {}
        self._deadlines = Deadlines()
        self._position = 0
        self._is_loaded = False

    def use_graph(self, graph: AssetGraph | None) -> None:
        """Judge by these definitions from now on; by none where another engine judges."""
        self._graph = graph
        self._is_loaded = False
        self._woken.set()

    async def run(self) -> None:
        """Work until cancelled."""
        self._is_loaded = False
        with self._store.tail.subscribe(0, self._is_urgent) as subscription:
            while True:
                self._woken.clear()
                try:
                    await self._look()
                except ConflictError as conflict:
                    _log.info("a change of freshness was dropped", reason=str(conflict))
                    self._is_loaded = False
                    continue
                subscription.position = self._position
                follows = subscription if self._policies else None
                await wait_for_more(follows, self._woken, self._deadlines.soonest(), self._store.clock)

    def _is_urgent(self, event: Event) -> bool:
        """Whether an event may make an asset fresh, or is a correction."""
        return event.asset_key in self._policies or event.kind in CORRECTIONS

    async def _look(self) -> None:
        if self._graph is None:
            self._policies = {}
            self._deadlines.clear()
            return
        if not self._is_loaded:
            await self._load(self._graph)
        while self._policies and (events := await self._store.read_after(self._position, _BATCH)):
            await self._judge(await self._take_in(events))
            self._position = events[-1].seq
        due = [key for key, _ in self._deadlines.pop_due(self._store.clock.now())]
        await self._judge(due)

    async def _load(self, graph: AssetGraph) -> None:
        """Begin from the folds; what changed while nobody looked is recorded once."""
        self._policies = {
            node.key: node.definition.freshness for node in graph.nodes if node.definition.freshness is not None
        }

        def read(connection: Connection) -> tuple[int, dict[str, int], dict[str, str]]:
            return (
                event_log.head(connection),
                states.read_update_times(connection, list(self._policies)),
                {key: row.state for key, row in freshness_store.read_freshness(connection).items()},
            )

        self._position, self._updated, self._states = await self._store.read_async(read)
        gone = self._states.keys() - self._policies.keys()
        if gone:
            await self._store.write_async(
                Unit(effect=lambda connection, _events: freshness_store.forget_freshness(connection, gone))
            )
        self._deadlines.clear()
        await self._judge(list(self._policies))
        self._is_loaded = True

    async def _take_in(self, events: Iterable[Event]) -> list[str]:
        """The assets with a policy that some events are about."""
        concerned: dict[str, None] = {}
        corrected: set[str] = set()
        for event in events:
            if event.kind in CORRECTIONS:
                former = event.payload.former if isinstance(event.payload, Rename) else None
                corrected |= {key for key in (event.asset_key, former) if key is not None and key in self._policies}
            elif event.kind is EventKind.MATERIALIZATION and event.asset_key in self._policies:
                assert event.asset_key is not None
                known = self._updated.get(event.asset_key, event.timestamp)
                self._updated[event.asset_key] = max(event.timestamp, known)
                concerned[event.asset_key] = None
        if corrected:
            times = await self._store.read_async(lambda c: states.read_update_times(c, list(corrected)))
            for key in corrected:
                self._updated.pop(key, None)
            self._updated |= times
        return [*concerned, *corrected]

    async def _judge(self, keys: Sequence[str]) -> None:
        """Record what is another than before, and wait for the next deadlines."""
        now = self._store.clock.now()
        changed: list[tuple[str, Judgement]] = []
        for key in keys:
            judged = judge_freshness(self._policies.get(key), self._updated.get(key), now)
            self._deadlines.set(key, judged.deadline)
            if judged.state != self._states.get(key, FreshnessState.UNKNOWN):
                changed.append((key, judged))
        if changed:
            await self._record(changed, now)

    async def _record(self, changed: Sequence[tuple[str, Judgement]], now: int) -> None:
        former = {key: self._states.get(key, FreshnessState.UNKNOWN.value) for key, _ in changed}
        events = [
            NewEvent(
                kind=EventKind.FRESHNESS_CHANGED,
                asset_key=key,
                payload=FreshnessChange(
                    state=judged.state.value,
                    former=former[key],
                    updated_at=self._updated.get(key),
                    deadline=judged.deadline,
                ),
                timestamp=_since(judged, now),
            )
            for key, judged in changed
        ]

        def guard(connection: Connection) -> None:
            kept = freshness_store.read_freshness(connection)
            for key, state in former.items():
                if (kept[key].state if key in kept else FreshnessState.UNKNOWN) != state:
                    raise ConflictError(f"Another engine judged the freshness of {key} first.")

        def keep(connection: Connection, appended: Sequence[Event]) -> None:
            for event in appended:
                assert isinstance(event.payload, FreshnessChange)
                row = freshness_store.FreshnessRow(event.payload.state, event.timestamp, event.seq)
                freshness_store.save_freshness(connection, event.asset_key or "", row)

        await self._store.write_async(Unit(events=events, guard=guard, effect=keep))
        self._states |= {key: judged.state.value for key, judged in changed}


def _since(judged: Judgement, now: int) -> int:
    """An asset is late since its deadline, however late that was noticed; it is fresh since that was reported."""
    is_late = judged.state in (FreshnessState.WARN, FreshnessState.FAIL)
    return min(judged.since, now) if is_late and judged.since is not None else now
