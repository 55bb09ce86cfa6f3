"""An event log that lives as long as the process: what `materialize` writes where no instance is given."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Protocol

from headwater.clock import Clock, SystemClock
from headwater.execution.instance.filters import EventRecordsFilter, RunsFilter
from headwater.records.log.events import Event, EventKind, NewEvent, Wipe
from headwater.records.log.fold import WHOLE, Latest, fold_latest, newest_version
from headwater.records.log.versions import Version
from headwater.records.runs.runs import Run


class EventLog(Protocol):
    """Where a run in the caller's process writes, and from where it reads what it is made from."""

    def append(self, events: Sequence[NewEvent]) -> list[Event]:
        """Keep events, all or none, with their places in the log."""
        ...

    def begin_run(self, run: Run) -> None:
        """Keep a new run, and say that it was requested."""
        ...

    def move_run(self, run: Run, kind: EventKind, event: NewEvent) -> tuple[Run, Event]:
        """Move a run on, and say so."""
        ...

    def version(self, key: str, kinds: Collection[EventKind]) -> Version | None:
        """The newest version of an asset."""
        ...

    def partition_versions(
        self, key: str, partitions: Sequence[str], kinds: Collection[EventKind]
    ) -> dict[str, Version]:
        """The newest version of each of some partitions that has one."""
        ...

    def events_of(self, asset_key: str, kind: EventKind, limit: int, partition: str | None = None) -> list[Event]:
        """Events of an asset of one kind, or of one partition of it, the newest first by when they happened."""
        ...

    def partitions_of(self, asset_key: str) -> set[str]:
        """The partitions of an asset that were ever made."""
        ...

    def events_after(self, after: int) -> list[Event]:
        """All events beyond a place in the log."""
        ...

    def asset_keys(self) -> set[str]:
        """The assets that have materializations or observations."""
        ...

    def dynamic_partitions(self, name: str) -> list[str]:
        """The keys of dynamic partitions, in the order in which they were added."""
        ...

    def add_dynamic_partitions(self, name: str, keys: Sequence[str]) -> None:
        """Add keys; those that are there stay as they are."""
        ...

    def delete_dynamic_partitions(self, name: str, keys: Sequence[str]) -> None:
        """Delete keys; those that are not there are passed over."""
        ...

    def run(self, run_id: str) -> Run | None:
        """One run."""
        ...

    def runs(self, limit: int | None, wanted: RunsFilter) -> list[Run]:
        """Runs, the newest first."""
        ...

    def records(self, wanted: EventRecordsFilter, limit: int | None, *, ascending: bool) -> list[Event]:
        """Events by their places in the log, the last ones first unless `ascending`, without what was wiped."""
        ...

    def events_of_run(
        self, run_id: str, kinds: Collection[EventKind] | None, place: int | None, limit: int | None, *, ascending: bool
    ) -> list[Event]:
        """Events of a run, of all kinds or some, beyond a place in the log, the last ones first unless `ascending`."""
        ...

    def wipe(self, asset_key: str, partitions: Sequence[str]) -> None:
        """Forget an asset that is known, or some of its partitions."""
        ...


class MemoryLog:
    """A log in memory."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._events: list[Event] = []
        self._wiped: set[int] = set()
        self._latest: dict[tuple[str, str, EventKind], Latest] = {}
        self._runs: dict[str, Run] = {}
        self._dynamic: dict[str, dict[str, None]] = {}

    def append(self, events: Sequence[NewEvent]) -> list[Event]:
        """Keep events, with their places in the log."""
        now = self._clock.now()
        kept = []
        for event in events:
            seq = len(self._events) + 1
            timestamp = now if event.timestamp is None else event.timestamp
            whole = Event(
                seq=seq,
                kind=event.kind,
                payload=event.payload,
                asset_key=event.asset_key,
                partition=event.partition,
                run_id=event.run_id,
                timestamp=timestamp,
                recorded_at=now,
                data_version=event.data_version,
            )
            self._events.append(whole)
            kept.append(whole)
        self._fold(kept)
        return kept

    def _fold(self, events: Sequence[Event]) -> None:
        for state in fold_latest(events):
            place = (state.asset_key, state.partition, state.kind)
            known = self._latest.get(place)
            if known is None or (state.timestamp, state.seq) > (known.timestamp, known.seq):
                self._latest[place] = state

    def begin_run(self, run: Run) -> None:
        """Keep a new run."""
        self._runs[run.run_id] = run

    def move_run(self, run: Run, kind: EventKind, event: NewEvent) -> tuple[Run, Event]:
        """Move a run on, and say so."""
        moved = run.moved(kind, self._clock.now(), error=getattr(event.payload, "error", None))
        self._runs[run.run_id] = moved
        return moved, self.append([event])[0]

    def version(self, key: str, kinds: Collection[EventKind]) -> Version | None:
        """The newest version of an asset."""
        return newest_version(self._states(key, WHOLE, kinds))

    def partition_versions(
        self, key: str, partitions: Sequence[str], kinds: Collection[EventKind]
    ) -> dict[str, Version]:
        """The newest version of each of some partitions that has one."""
        newest = ((each, newest_version(self._states(key, each, kinds))) for each in partitions)
        return {partition: version for partition, version in newest if version is not None}

    def _states(self, key: str, partition: str, kinds: Collection[EventKind]) -> list[Latest]:
        places = ((key, partition, kind) for kind in kinds)
        return [self._latest[place] for place in places if place in self._latest]

    def events_of(self, asset_key: str, kind: EventKind, limit: int, partition: str | None = None) -> list[Event]:
        """Events of an asset of one kind, or of one partition of it, the newest first by when they happened."""
        mine = (event for event in self._counting() if event.kind is kind and event.asset_key == asset_key)
        found = [event for event in mine if partition in (None, event.partition)]
        return sorted(found, key=lambda event: (event.timestamp, event.seq), reverse=True)[:limit]

    def partitions_of(self, asset_key: str) -> set[str]:
        """The partitions of an asset that were ever made."""
        made = (
            each for each in self._counting() if each.kind is EventKind.MATERIALIZATION and each.asset_key == asset_key
        )
        return {event.partition for event in made if event.partition is not None}

    def events_after(self, after: int) -> list[Event]:
        """All events beyond a place in the log."""
        return self._events[after:]

    def asset_keys(self) -> set[str]:
        """The assets that have materializations or observations."""
        kinds = (EventKind.MATERIALIZATION, EventKind.OBSERVATION)
        return {event.asset_key for event in self._counting() if event.kind in kinds and event.asset_key is not None}

    def dynamic_partitions(self, name: str) -> list[str]:
        """The keys of dynamic partitions, in the order in which they were added."""
        return list(self._dynamic.get(name, ()))

    def add_dynamic_partitions(self, name: str, keys: Sequence[str]) -> None:
        """Add keys; those that are there stay as they are."""
        self._dynamic.setdefault(name, {}).update(dict.fromkeys(keys))

    def delete_dynamic_partitions(self, name: str, keys: Sequence[str]) -> None:
        """Delete keys; those that are not there are passed over."""
        for key in keys:
            self._dynamic.get(name, {}).pop(key, None)

    def run(self, run_id: str) -> Run | None:
        """One run."""
        return self._runs.get(run_id)

    def runs(self, limit: int | None, wanted: RunsFilter) -> list[Run]:
        """Runs, the newest first."""
        return [run for run in reversed(self._runs.values()) if wanted.matches(run)][:limit]

    def records(self, wanted: EventRecordsFilter, limit: int | None, *, ascending: bool) -> list[Event]:
        """Events by their places in the log, the last ones first unless `ascending`, without what was wiped."""
        found = [event for event in self._counting() if wanted.matches(event)]
        return (found if ascending else found[::-1])[:limit]

    def events_of_run(
        self, run_id: str, kinds: Collection[EventKind] | None, place: int | None, limit: int | None, *, ascending: bool
    ) -> list[Event]:
        """Events of a run, of all kinds or some, beyond a place in the log, the last ones first unless `ascending`."""
        mine = [event for event in self._counting() if event.run_id == run_id]
        found = [event for event in mine if kinds is None or event.kind in kinds]
        if place is not None:
            found = [event for event in found if (event.seq > place if ascending else event.seq < place)]
        return (found if ascending else found[::-1])[:limit]

    def wipe(self, asset_key: str, partitions: Sequence[str]) -> None:
        """Forget an asset that is known, or some of its partitions."""
        mine = [event for event in self._counting() if event.asset_key == asset_key]
        self._wiped.update(event.seq for event in mine if not partitions or event.partition in partitions)
        self._latest = {place: state for place, state in self._latest.items() if place[0] != asset_key}
        self._fold([event for event in mine if event.seq not in self._wiped])
        self.append(
            [NewEvent(kind=EventKind.ASSET_WIPED, payload=Wipe(partitions=tuple(partitions)), asset_key=asset_key)]
        )

    def _counting(self) -> Iterator[Event]:
        return (event for event in self._events if event.seq not in self._wiped)
