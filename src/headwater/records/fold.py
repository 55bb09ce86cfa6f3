"""Folds from events to state: the newest event by asset, partition and kind, and by check.

Each is a maximum by (`timestamp`, `seq`) plus a count, so that every order of arrival ends in the same state.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from headwater.records.events import (
    CheckEvaluation,
    Event,
    EventKind,
    Materialization,
    RunEvent,
    StepEvent,
    partitions_of,
)

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


class Latest(msgspec.Struct, frozen=True, kw_only=True):
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
    news_seq: int | None = None
    """The last event that is news whatever its `timestamp`: a sensor noticed it just then."""
    count: int = 1

    @property
    def updated_seq(self) -> int:
        """The last event that changed what there is to read: the newest version, or later news of an older one."""
        return max(self.seq, self.news_seq or 0)


class CheckLatest(msgspec.Struct, frozen=True, kw_only=True):
    """The newest evaluation of a check, of the whole asset or one partition."""

    asset_key: str
    check_name: str
    partition: str
    seq: int
    timestamp: int
    passed: bool
    severity: str


def fold_latest(events: Iterable[Event]) -> list[Latest]:
    """The newest event by asset, partition and kind among some events."""
    slots: dict[tuple[str, str, EventKind], _Slot] = {}
    for event in events:
        if event.kind not in _OF_ASSET:
            continue
        for key in _assets_of(event):
            for partition in (WHOLE, *partitions_of(event)):
                slot = slots.get((key, partition, event.kind))
                if slot is None:
                    slots[(key, partition, event.kind)] = _Slot(event)
                else:
                    slot.add(event)
    return [slot.state(key, partition) for (key, partition, _), slot in slots.items()]


def fold_checks(events: Iterable[Event]) -> list[CheckLatest]:
    """The newest evaluation by check and partition among some events."""
    newest: dict[tuple[str, str, str], CheckLatest] = {}
    for event in events:
        if event.kind is not EventKind.CHECK_EVALUATION or event.asset_key is None:
            continue
        assert isinstance(event.payload, CheckEvaluation)
        for partition in {WHOLE, event.partition or WHOLE}:
            state = CheckLatest(
                asset_key=event.asset_key,
                check_name=event.payload.check_name,
                partition=partition,
                seq=event.seq,
                timestamp=event.timestamp,
                passed=event.payload.passed,
                severity=event.payload.severity,
            )
            known = newest.get((state.asset_key, state.check_name, partition))
            if known is None or (state.timestamp, state.seq) > (known.timestamp, known.seq):
                newest[(state.asset_key, state.check_name, partition)] = state
    return list(newest.values())


def is_news(event: Event) -> bool:
    """Whether an event is news however old it says it is: a sensor looks at what is there now.

    A backdated report by others is history, which starts nothing.
    """
    payload = event.payload
    return isinstance(payload, Materialization) and payload.reporter is not None and payload.reporter.via == "sensor"


def _assets_of(event: Event) -> Iterable[str]:
    if isinstance(event.payload, StepEvent):
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
        if (event.timestamp, event.seq) > (self.newest.timestamp, self.newest.seq):
            self.newest = event
        if is_news(event):
            self.news_seq = max(event.seq, self.news_seq or 0)
        self.count += 1

    def state(self, key: str, partition: str) -> Latest:
        event = self.newest
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
            news_seq=self.news_seq,
            count=self.count,
        )
