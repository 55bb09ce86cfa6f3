"""The partitions of an asset by how they stand: counts and ranges, however many there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import islice

from sqlalchemy.engine import Connection

from headwater.automation.backfills.targets import numbers_of
from headwater.clock import to_datetime, to_seconds
from headwater.definitions.partitions import Ordinals, PartitionsSnapshot, partitions_from_snapshot
from headwater.definitions.partitions.keys import PartitionKeys
from headwater.definitions.partitions.multi import MultiPartitionKeys
from headwater.graph.asset_graph import AssetGraph
from headwater.records.log.events import EventKind
from headwater.records.log.fold import Latest
from headwater.records.log.partition_states import PartitionStates, PartitionStatus
from headwater.records.runs.requests import RANGE_MARK
from headwater.server import shapes
from headwater.storage.log import partition_sets, states
from headwater.storage.runs import runs

_MOST_UNKNOWN = 200
_MOST_NAMED = 2_000
_MADE = EventKind.MATERIALIZATION
_NAMES = {
    PartitionStatus.MATERIALIZED: "materialized",
    PartitionStatus.FAILED: "failed",
    PartitionStatus.IN_PROGRESS: "running",
    PartitionStatus.MISSING: "missing",
}


def partitions_view(connection: Connection, graph: AssetGraph, key: str, now: int) -> shapes.PartitionsView | None:
    """How many partitions an asset has, and how many of them were made or failed; None if it has none."""
    snapshot = graph.node(key).definition.partitions
    if snapshot is None:
        return None
    keys = partitions_from_snapshot(snapshot).keys_at(to_datetime(now), graph.dynamic_keys)
    found = _by_status(connection, key, snapshot, keys)
    return shapes.PartitionsView(
        type=snapshot.type,
        name=snapshot.name,
        total=len(keys),
        materialized=len(found[PartitionStatus.MATERIALIZED]),
        failed=len(found[PartitionStatus.FAILED]),
        first=keys.key_at(0) if len(keys) else None,
        last=keys.key_at(len(keys) - 1) if len(keys) else None,
    )


def partition_list(
    connection: Connection, graph: AssetGraph, key: str, now: int, *, start: int = 0, limit: int | None = None
) -> shapes.PartitionList:
    """The partitions of an asset, those that were reported and are none of its own last.

    Args:
        connection: Where to read.
        graph: All assets.
        key: Which asset.
        now: The time, in microseconds.
        start: The number of the first one.
        limit: How many at most; None for all. Of the others, nothing is read.
    """
    snapshot = graph.node(key).definition.partitions
    keys: Sequence[str] = ()
    if snapshot is not None:
        keys = partitions_from_snapshot(snapshot).keys_at(to_datetime(now), graph.dynamic_keys)
    stop = None if limit is None else start + limit
    own, unknown = keys[start:stop], list[str]()
    if stop is None or stop > len(keys):
        told = set(partition_sets.read(connection, key).names())
        unknown = sorted(told.difference(keys))[max(0, start - len(keys)) : None if stop is None else stop - len(keys)]
    found = states.read_partitions(connection, key, None if limit is None else [*own, *unknown])
    running = {each for run in runs.read_open(connection) if key in run.assets for each in run.partition_keys or ()}
    items = [_partition_state(found, each, each in running) for each in own]
    items += [
        shapes.PartitionState(key=each, status="unknown", seq=state.seq, timestamp=to_seconds(state.timestamp))
        for each in unknown
        if (state := found.get((each, _MADE)) or found.get((each, EventKind.OBSERVATION))) is not None
    ]
    return shapes.PartitionList(items=items)


def partition_ranges(connection: Connection, graph: AssetGraph, key: str, now: int) -> shapes.PartitionRanges:
    """The partitions of an asset as ranges of those that stand alike, in the order of its definition."""
    snapshot = graph.node(key).definition.partitions
    if snapshot is None:
        return shapes.PartitionRanges(total=0, counts={}, ranges=[], unknown=[])
    keys = partitions_from_snapshot(snapshot).keys_at(to_datetime(now), graph.dynamic_keys)
    found = _by_status(connection, key, snapshot, keys)
    unknown = _unknown(connection, key, snapshot, keys)
    ranges = [
        shapes.PartitionRange(
            status=_NAMES[status],  # type: ignore[arg-type]
            first=keys.key_at(start),
            last=keys.key_at(stop - 1),
            start=start,
            count=stop - start,
        )
        for status, numbers in found.items()
        for start, stop in numbers.ranges()
    ]
    return shapes.PartitionRanges(
        total=len(keys),
        counts={**{_NAMES[status]: len(numbers) for status, numbers in found.items()}, "unknown": len(unknown)},
        ranges=sorted(ranges, key=lambda each: each.start),
        unknown=unknown[:_MOST_UNKNOWN],
        dimensions=_dimensions(keys),
    )


def _dimensions(keys: PartitionKeys) -> list[shapes.PartitionDimension]:
    if not isinstance(keys, MultiPartitionKeys):
        return []
    return [
        shapes.PartitionDimension(
            name=name, total=len(each), keys=[each.key_at(number) for number in range(min(len(each), _MOST_NAMED))]
        )
        for name, each in keys.dimensions.items()
    ]


def partition_keys(
    graph: AssetGraph, key: str, now: int, *, start: int, limit: int, find: str | None
) -> shapes.PartitionKeyList:
    """An asset's partition keys from a number on; with `find`, the newest that have a text in them."""
    snapshot = graph.node(key).definition.partitions
    if snapshot is None:
        return shapes.PartitionKeyList(total=0, items=[])
    keys = partitions_from_snapshot(snapshot).keys_at(to_datetime(now), graph.dynamic_keys)
    if find is None:
        numbers: Iterable[int] = range(start, min(start + limit, len(keys)))
    else:
        names = _numbering(_Numbers(snapshot, keys))
        numbers = islice((names[name] for name in reversed(names) if find in name), start, start + limit)
    return shapes.PartitionKeyList(
        total=len(keys), items=[shapes.PartitionKeyView(number=each, key=keys.key_at(each)) for each in numbers]
    )


def told_partitions(
    connection: Connection, graph: AssetGraph, key: str, now: int, wanted: Sequence[str]
) -> Sequence[str]:
    """Keys as they are wanted; in place of each `first...last`, those in the range that the log tells of."""
    if not any(RANGE_MARK in each for each in wanted):
        return wanted
    snapshot = graph.node(key).definition.partitions
    if snapshot is None:
        return wanted
    keys = partitions_from_snapshot(snapshot).keys_at(to_datetime(now), graph.dynamic_keys)
    packed = partition_sets.read(connection, key).packed
    told = Ordinals(place for place in _places(packed, _Numbers(snapshot, keys)) if place is not None)
    ranges = [each for each in wanted if RANGE_MARK in each]
    singles = [each for each in wanted if RANGE_MARK not in each]
    return [*singles, *(keys.key_at(each) for each in told & numbers_of(keys, ranges))]


def _partition_state(found: Mapping[tuple[str, EventKind], Latest], key: str, running: bool) -> shapes.PartitionState:
    made, failed = found.get((key, _MADE)), found.get((key, EventKind.STEP_FAILED))
    is_failed = failed is not None and (made is None or failed.seq > made.seq)
    state = failed if is_failed else made
    status = "running" if running else "failed" if is_failed else "materialized" if made else "missing"
    return shapes.PartitionState(
        key=key,
        status=status,  # type: ignore[arg-type]
        seq=None if state is None else state.seq,
        timestamp=None if state is None else to_seconds(state.timestamp),
    )


def _by_status(
    connection: Connection, key: str, snapshot: PartitionsSnapshot, keys: PartitionKeys
) -> Mapping[PartitionStatus, Ordinals]:
    """As the log tells, and those that a run here is making now."""
    packed = partition_sets.read(connection, key)
    numbers = _Numbers(snapshot, keys)
    found = packed.by_status(_places(packed.packed, numbers), len(keys))
    open_runs = [run for run in runs.read_open(connection) if key in run.assets]
    under_way = {each for run in open_runs for each in run.partition_keys or ()}
    running = Ordinals(place for each in under_way if (place := keys.number_of(each)) is not None)
    others = {status: numbers - running for status, numbers in found.items()}
    return {**others, PartitionStatus.IN_PROGRESS: found[PartitionStatus.IN_PROGRESS] | running}


def _unknown(connection: Connection, key: str, snapshot: PartitionsSnapshot, keys: PartitionKeys) -> list[str]:
    """The keys that the log tells of and that the definition does not have."""
    packed = partition_sets.read(connection, key)
    places = _places(packed.packed, _Numbers(snapshot, keys))
    if None not in places:
        return []
    told = zip(packed.names(), places, packed.statuses(), strict=True)
    return [name for name, place, status in told if place is None and status is not PartitionStatus.MISSING]


class _Numbers:
    """A definition's keys at a moment, equal to those of another moment at which there are as many."""

    def __init__(self, snapshot: PartitionsSnapshot, keys: PartitionKeys) -> None:
        last = keys.key_at(len(keys) - 1) if len(keys) else None
        # Dynamic keys come and go, so that as many with the same last one may be others.
        may_differ = snapshot.type in ("dynamic", "multi")
        self._extent = (snapshot, len(keys), tuple(keys) if may_differ else last)
        self.keys = keys

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Numbers) and self._extent == other._extent

    def __hash__(self) -> int:
        return hash(self._extent)


@lru_cache(maxsize=32)
def _numbering(numbers: _Numbers) -> dict[str, int]:
    """Every key's number: to list all keys once is much quicker than to work out each from its name."""
    return {key: number for number, key in enumerate(numbers.keys)}


@lru_cache(maxsize=32)
def _places(packed: str, numbers: _Numbers) -> tuple[int | None, ...]:
    """The number of each key that the log tells of; they change only as partitions are added."""
    numbering = _numbering(numbers)
    return tuple(map(numbering.get, PartitionStates(packed, "").names()))
