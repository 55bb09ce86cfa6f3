"""What conditions ask about, found the slow way: from the whole history at each question, key by key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from headwater.definitions.partitions import DynamicKeys, partitions_from_snapshot
from headwater.graph.asset_graph import AssetGraph
from headwater.graph.partition_links import PartitionLinks
from headwater.records.log.events import (
    CORRECTIONS,
    BackfillEvent,
    CheckEvaluation,
    Event,
    EventKind,
    FreshnessChange,
    RunEvent,
    StepEvent,
    Wipe,
    Withdrawal,
)
from headwater.records.runs.backfills import Target
from headwater.records.runs.runs import BACKFILL_TAG

EVER = float("inf")
ENDS = (EventKind.RUN_SUCCEEDED, EventKind.RUN_FAILED, EventKind.RUN_CANCELED)
Key = tuple[str, str]
"""An asset and a partition key, '' for an asset without partitions."""


class Moment(msgspec.Struct, frozen=True):
    """One step: the events of a commit, or schedules that ticked, other definitions or keys, or the beginning."""

    at: float
    now: int
    events: tuple[Event, ...] = ()
    ticks: frozenset[str] = frozenset()
    begins: bool = False
    dynamic: tuple[str, ...] = ()
    """The keys of dynamic partitions from then on."""
    code: frozenset[str] = frozenset()
    """Assets whose code has another version from then on."""
    rests: Mapping[str, Sequence[Target]] = {}
    """What the backfills that begin are to make."""


class History:
    """All that has happened; each question is answered from it."""

    def __init__(self, graph: AssetGraph) -> None:
        self.graph = graph
        self.moments: list[Moment] = []
        self.decided: list[tuple[int, set[Key]]] = []
        self._known: dict[Any, Any] = {}
        self._corrections: list[tuple[int, Event]] = []
        self._tags: dict[str, Mapping[str, str]] = {}

    def add(self, moment: Moment) -> int:
        """Take in one more step; returns its number."""
        self.moments.append(moment)
        k = len(self.moments) - 1
        for event in moment.events:
            if event.kind in CORRECTIONS:
                self._corrections.append((k, event))
            elif isinstance(event.payload, RunEvent) and event.kind is EventKind.RUN_REQUESTED:
                self._tags[event.run_id or ""] = event.payload.tags
        return k

    def keys(self, asset: str, k: int) -> list[str]:
        """The partitions of an asset at a step."""
        snapshot, now = self.graph.node(asset).definition.partitions, self.moments[k].now
        if snapshot is None:
            return [""]
        if snapshot.type == "dynamic":
            return list(self.moments[k].dynamic)
        moment = datetime.fromtimestamp(now / 1_000_000, UTC)
        definition = partitions_from_snapshot(snapshot)
        found: list[str] = self.once(("keys", now), lambda: definition.get_partition_keys(moment))
        return found

    def links(self, k: int) -> PartitionLinks:
        """Which partitions go together at a step."""

        def look() -> PartitionLinks:
            moment = datetime.fromtimestamp(self.moments[k].now / 1_000_000, UTC)
            return PartitionLinks(self.graph, moment, DynamicKeys({"names": self.moments[k].dynamic}))

        found: PartitionLinks = self.once(("links", k), look)
        return found

    def events(self, k: int, key: Key) -> Iterable[Event]:
        """The events about one asset and partition in a step."""
        for event in self.moments[k].events:
            payload = event.payload
            assets = payload.assets if isinstance(payload, (RunEvent, StepEvent)) else (event.asset_key,)
            if key[0] in assets and key[1] in ("", event.partition) and (key[1] or not self._is_partitioned(key[0])):
                yield event

    def is_by_time(self, asset: str) -> bool:
        """Whether the partitions of an asset are windows of time."""
        snapshot = self.graph.node(asset).definition.partitions
        return snapshot is not None and snapshot.type != "dynamic"

    def _is_partitioned(self, asset: str) -> bool:
        return self.graph.node(asset).definition.partitions is not None

    def updates(self, k: int, key: Key) -> list[Event]:
        """The new versions in a step; a backdated one is none, and of an observable asset neither is the same one."""
        return [event for event, is_other in self.news(k, key) if is_other or not self._is_observable(key[0])]

    def news(self, k: int, key: Key) -> list[tuple[Event, bool]]:
        """The newest versions that a step brings, and whether each is another one than before."""

        def find() -> list[tuple[Event, bool]]:
            newest = self.version(k - 1, key)
            found = []
            for event in self.events(k, key):
                if not self._is_version(event) or (newest is not None and event.timestamp < newest.timestamp):
                    continue
                is_same = newest is not None and event.data_version == newest.data_version is not None
                newest = event
                if event.kind is EventKind.MATERIALIZATION or not is_same:
                    found.append((event, not is_same))
            return found if key[1] in self.keys(key[0], k) else []

        found: list[tuple[Event, bool]] = self.once(("news", k, key), find)
        return found

    def version(self, k: int, key: Key) -> Event | None:
        """The newest version at a step, also one from before the partition existed."""
        made = [e for j in range(k + 1) for e in self.events(j, key) if self._is_version(e) and self.counts(e, k, key)]
        return max(made, key=lambda event: (event.timestamp, event.seq), default=None)

    def _is_observable(self, asset: str) -> bool:
        return self.graph.node(asset).definition.observable

    def _is_version(self, event: Event) -> bool:
        if event.kind is EventKind.OBSERVATION and event.data_version is not None:
            return self._is_observable(event.asset_key or "")
        return event.kind is EventKind.MATERIALIZATION

    def counts(self, event: Event, k: int, key: Key) -> bool:
        """Whether nothing up to a step withdrew or wiped an event."""
        for j, told in self._corrections:
            if j > k:
                break
            if isinstance(told.payload, Withdrawal) and told.payload.target_seq == event.seq:
                return False
            if isinstance(told.payload, Wipe) and told.asset_key == key[0] and event.seq < told.seq:
                some = told.payload.partitions
                if not some or event.partition in some:
                    return False
        return True

    def is_missing(self, k: int, key: Key) -> bool:
        """Whether there is no version."""
        return self.version(k, key) is None

    def tags(self, run_id: str | None) -> Mapping[str, str] | None:
        """The tags of a run; None for what no run made."""
        return None if run_id is None else self._tags.get(run_id, {})

    def to_backfill(self, key: Key, k: int) -> bool:
        """Whether a backfill is to make it, of whose runs none has ended with it."""
        wanted: set[str] = set()
        for j in range(k + 1):
            for name, targets in self.moments[j].rests.items():
                if any(key[0] == target.asset and key[1] in target.partitions for target in targets):
                    wanted.add(name)
            for event in self.moments[j].events:
                if isinstance(event.payload, BackfillEvent) and event.kind is EventKind.BACKFILL_COMPLETED:
                    wanted.discard(event.payload.backfill)
            for event in self.events(j, key):
                if event.kind in ENDS:
                    wanted.discard((self.tags(event.run_id) or {}).get(BACKFILL_TAG, ""))
        return bool(wanted)

    def freshness(self, k: int, asset: str) -> str | None:
        """What was last said of how fresh an asset is."""
        told = [e for j in range(k + 1) for e in self.moments[j].events if e.asset_key == asset]
        said = [event.payload.state for event in told if isinstance(event.payload, FreshnessChange)]
        return said[-1] if said else None

    def _runs(self, k: int, key: Key) -> dict[str, int]:
        runs: dict[str, int] = {}
        for j in range(k + 1):
            for event in self.events(j, key):
                if event.kind is EventKind.RUN_REQUESTED:
                    runs[event.run_id or ""] = event.seq
                elif event.kind in ENDS:
                    runs.pop(event.run_id or "", None)
        return runs

    def is_running(self, key: Key, k: int, *, of_backfills: bool | None = None) -> bool:
        """Whether a run is to make it; only of a backfill, or of none, where that is said."""
        runs = self._runs(k, key)
        return any(of_backfills in (None, BACKFILL_TAG in (self.tags(run_id) or {})) for run_id in runs)

    def last_request(self, key: Key, k: int) -> int:
        """The `seq` at which the last run under way was requested."""
        return max(self._runs(k, key).values(), default=0)

    def is_awaited(self, key: Key, k: int) -> bool:
        """Whether it was decided on, and the request is not in the log yet."""
        decided = [j for j, keys in self.decided if key in keys and j < k]
        if not decided:
            return False
        later = range(decided[-1] + 1, k + 1)
        return not any(e.kind is EventKind.RUN_REQUESTED for j in later for e in self.events(j, key))

    def attempts(self, k: int, key: Key) -> list[int]:
        """Where attempts began, or were settled, in a step."""
        return [
            event.seq
            for event in self.events(k, key)
            if event.kind is EventKind.STEP_STARTED
            or (isinstance(event.payload, RunEvent) and key[0] in event.payload.settles)
        ]

    def attempted(self, key: Key, k: int) -> int:
        """Where the last attempt began."""
        told = {e.seq: e for j in range(k + 1) for e in self.moments[j].events}
        seqs = (seq for j in range(k + 1) for seq in self.attempts(j, key))
        return max((seq for seq in seqs if self.counts(told[seq], k, key)), default=0)

    def ended(self, key: Key, k: int) -> int:
        """When the last attempt ended."""
        told = [e for j in range(k + 1) for e in self.events(j, key) if e.kind is EventKind.STEP_FAILED]
        told += [e for j in range(k + 1) for e in self.events(j, key) if e.kind is EventKind.MATERIALIZATION]
        return max((event.timestamp for event in told if self.counts(event, k, key)), default=0)

    def is_failed(self, k: int, key: Key) -> bool:
        """Whether the last attempt failed."""
        state = False
        for j in range(k + 1):
            news = [event for event, _ in self.news(j, key) if event.kind is EventKind.MATERIALIZATION]
            for event in self.events(j, key):
                if not self.counts(event, k, key):
                    continue
                settled = isinstance(event.payload, RunEvent) and key[0] in event.payload.settles
                if event.kind is EventKind.STEP_FAILED or (event.kind is EventKind.RUN_FAILED and settled):
                    state = True
                elif event in news:
                    state = False
        return state

    def check(self, k: int, key: Key) -> bool | None:
        """Whether the asset's check passed, which is about all of its partitions; None before its first result."""
        told = [e for j in range(k + 1) for e in self.moments[j].events if e.asset_key == key[0]]
        results = [e.payload.passed for e in told if isinstance(e.payload, CheckEvaluation) and self.counts(e, k, key)]
        return results[-1] if results else None

    def once(self, name: Any, work: Callable[[], Any]) -> Any:
        """Work something out once."""
        if name not in self._known:
            self._known[name] = work()
        return self._known[name]
