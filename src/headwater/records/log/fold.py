"""Folds from events to state: the newest event by asset, partition and kind, and by check.

Each is a maximum by (`timestamp`, `seq`) plus a count, so that every order of arrival ends in the same state.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from headwater.records.log.events import (
    CheckEvaluation,
    Event,
    EventKind,
    Materialization,
    RunEvent,
    StepEvent,
    partitions_of,
)
from headwater.records.log.versions import Basis, Version, basis_of

WHOLE = ""
"""The partition that stands for an asset as a whole."""

_OF_ASSET = frozenset(
    {
        EventKind.MATERIALIZATION,
        EventKind.OBSERVATION,
        EventKind.STEP_STARTED,
        EventKind.STEP_FAILED,
        EventKind.RUN_FAILED,
        EventKind.RUN_CANCELED,
        EventKind.EXTERNAL_STARTED,
        EventKind.EXTERNAL_PROGRESSING,
        EventKind.EXTERNAL_FAILED,
        EventKind.EXTERNAL_SKIPPED,
    }
)


_OF_ONE = _OF_ASSET - {
    EventKind.STEP_STARTED,
    EventKind.STEP_FAILED,
    EventKind.RUN_FAILED,
    EventKind.RUN_CANCELED,
}
"""Kinds that are about the one asset that they stand under."""


class Latest(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The newest event of a kind for an asset or one partition, and how many there were.

    The kinds `run_failed` and `run_canceled` are kept for assets that such an end settles.
    """

    asset_key: str
    partition: str
    kind: EventKind
    seq: int
    timestamp: int
    run_id: str | None
    data_version: str | None
    event_partition: str | None
    read_seq: int | None = None
    basis: Basis | None = None
    """The versions that it was made from, where that is known."""
    news_seq: int | None = None
    """The last event that is news whatever its `timestamp`: a sensor noticed it just then."""
    count: int = 1

    @property
    def version(self) -> Version:
        """The version of the data that it tells of."""
        return Version(self.seq, self.data_version)

    @property
    def updated_seq(self) -> int:
        """The last event that changed what there is to read: the newest version, or later news of an older one."""
        return max(self.seq, self.news_seq or 0)


def telling_kinds(is_observable: bool) -> tuple[EventKind, ...]:
    """The kinds of events that tell of versions of an asset: what looks at one that others make tells of them too."""
    return (EventKind.MATERIALIZATION, EventKind.OBSERVATION) if is_observable else (EventKind.MATERIALIZATION,)


def newest_telling(states: Iterable[Latest]) -> Latest | None:
    """The newest of some states that tells of a version; an observation does so by its name."""
    telling = (each for each in states if each.kind is not EventKind.OBSERVATION or each.data_version is not None)
    return max(telling, key=lambda state: (state.timestamp, state.seq), default=None)


def newest_version(states: Iterable[Latest]) -> Version | None:
    """The newest version that some states tell of."""
    newest = newest_telling(states)
    return None if newest is None else newest.version


class CheckLatest(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The newest evaluation of a check, of the whole asset or one partition."""

    asset_key: str
    check_name: str
    partition: str
    seq: int
    timestamp: int
    passed: bool
    severity: str


class DroppedCount(msgspec.Struct, frozen=True):
    """How many events of a kind retention dropped from the log, and the last of them that was news."""

    asset_key: str
    partition: str
    kind: EventKind
    count: int
    news_seq: int | None


class Corrected(msgspec.Struct, frozen=True):
    """What later corrections did to the assets that events of runs and steps name in what they say.

    `renamed` has by former name the present one and the event that says so; `wiped` by asset the event and the
    partitions of each wipe, none for all of them.
    """

    renamed: Mapping[str, tuple[str, int]] = {}
    wiped: Mapping[str, Sequence[tuple[int, frozenset[str]]]] = {}

    def present_key(self, key: str, seq: int) -> str:
        """The name that an asset has by now, which an event called `key`."""
        present, by_seq = self.renamed.get(key, (key, 0))
        return present if seq < by_seq else key

    def is_wiped(self, key: str, partition: str | None, seq: int) -> bool:
        """Whether an event is forgotten for an asset."""
        return any(seq < by_seq and (not some or partition in some) for by_seq, some in self.wiped.get(key, ()))


class LatestFold:
    """The newest event by asset, partition and kind, event by event."""

    def __init__(self, corrected: Corrected | None = None) -> None:
        """Begin with nothing; `corrected` is needed for events that corrections followed."""
        self._corrected = corrected or Corrected()
        self._slots: dict[tuple[str, str, EventKind], _Slot] = {}

    def add(self, event: Event) -> None:
        """Take one more event into account, which was not withdrawn."""
        kind = event.kind
        if kind in _OF_ONE:
            if event.asset_key is not None:
                self._put(event.asset_key, WHOLE, event)
                if event.partition:
                    self._put(event.asset_key, event.partition, event)
        elif kind in _OF_ASSET:
            self._add_named(event)

    def _add_named(self, event: Event) -> None:
        """An event of a run or step, which names the assets that it is about."""
        for named, partition in places_of(event):
            key = named if named == event.asset_key else self._corrected.present_key(named, event.seq)
            is_one_of_several = named != event.asset_key or (partition != WHOLE and partition != event.partition)
            if is_one_of_several and self._corrected.is_wiped(key, partition, event.seq):
                continue
            self._put(key, partition, event)

    def _put(self, key: str, partition: str, event: Event) -> None:
        place = (key, partition, event.kind)
        slot = self._slots.get(place)
        if slot is None:
            self._slots[place] = _Slot(event)
        else:
            slot.add(event)

    def add_dropped(self, dropped: DroppedCount) -> None:
        """Count events that are in the log no more; the newest of each slot always is."""
        slot = self._slots.get((dropped.asset_key, dropped.partition, dropped.kind))
        if slot is not None:
            slot.add_dropped(dropped)

    def states(self) -> list[Latest]:
        """What was found."""
        return [slot.state(key, partition) for (key, partition, _), slot in self._slots.items()]


def fold_latest(events: Iterable[Event]) -> list[Latest]:
    """The newest event by asset, partition and kind among some events."""
    fold = LatestFold()
    for event in events:
        fold.add(event)
    return fold.states()


def fold_checks(events: Iterable[Event]) -> list[CheckLatest]:
    """The newest evaluation by check and partition among some events."""
    newest: dict[tuple[str, str, str], CheckLatest] = {}
    for event in events:
        if event.kind is not EventKind.CHECK_EVALUATION or event.asset_key is None:
            continue
        for partition in {WHOLE, event.partition or WHOLE}:
            state = check_latest_of(event, event.asset_key, partition)
            known = newest.get((state.asset_key, state.check_name, partition))
            if known is None or (state.timestamp, state.seq) > (known.timestamp, known.seq):
                newest[(state.asset_key, state.check_name, partition)] = state
    return list(newest.values())


def check_latest_of(event: Event, key: str, partition: str) -> CheckLatest:
    """The state of a check of which an evaluation is the newest."""
    assert isinstance(event.payload, CheckEvaluation)
    return CheckLatest(
        asset_key=key,
        check_name=event.payload.check_name,
        partition=partition,
        seq=event.seq,
        timestamp=event.timestamp,
        passed=event.payload.passed,
        severity=event.payload.severity,
    )


def latest_of(event: Event, key: str, partition: str, *, count: int, news_seq: int | None = None) -> Latest:
    """The state of an asset or partition of which an event is the newest of its kind."""
    return Latest(
        asset_key=key,
        partition=partition,
        kind=event.kind,
        seq=event.seq,
        timestamp=event.timestamp,
        run_id=event.run_id,
        data_version=event.data_version,
        event_partition=event.partition,
        read_seq=event.payload.read_seq if isinstance(event.payload, Materialization) else None,
        basis=basis_of(event),
        news_seq=news_seq,
        count=count,
    )


def is_news(event: Event) -> bool:
    """Whether an event is news however old it says it is: a sensor looks at what is there now.

    A backdated report by others is history, which starts nothing, unless it asks for that.
    """
    payload = event.payload
    if type(payload) is not Materialization:
        return False
    return payload.news or (payload.reporter is not None and payload.reporter.via == "sensor")


def places_of(event: Event) -> Iterable[tuple[str, str]]:
    """The assets and partitions whose latest state an event may be."""
    if event.kind not in _OF_ASSET:
        return ()
    partitions = (WHOLE, *partitions_of(event))
    return [(key, partition) for key in _assets_of(event) for partition in partitions]


def _assets_of(event: Event) -> Iterable[str]:
    if isinstance(event.payload, StepEvent) and (len(event.payload.assets) != 1 or event.asset_key is None):
        return event.payload.assets
    if isinstance(event.payload, RunEvent):
        return event.payload.settles
    return () if event.asset_key is None else (event.asset_key,)


class _Slot:
    """What is known of one asset or partition and one kind, while events are folded."""

    __slots__ = ("count", "newest", "news_seq")

    def __init__(self, event: Event) -> None:
        self.newest = event
        self.count = 1
        self.news_seq = event.seq if is_news(event) else None

    def add(self, event: Event) -> None:
        newest = self.newest
        if event.timestamp > newest.timestamp or (event.timestamp == newest.timestamp and event.seq > newest.seq):
            self.newest = event
        if is_news(event):
            self.news_seq = max(event.seq, self.news_seq or 0)
        self.count += 1

    def add_dropped(self, dropped: DroppedCount) -> None:
        if dropped.news_seq is not None:
            self.news_seq = max(dropped.news_seq, self.news_seq or 0)
        self.count += dropped.count

    def state(self, key: str, partition: str) -> Latest:
        return latest_of(self.newest, key, partition, count=self.count, news_seq=self.news_seq)
