"""The event log of a deployment, written from a run in the caller's own process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from functools import partial

import msgspec
from sqlalchemy.engine import Connection

from headwater.clock import MICROSECONDS
from headwater.errors import StoreUnavailableError, UnknownRunError
from headwater.execution.instance.filters import EventRecordsFilter, RunsFilter
from headwater.records.log.events import Event, EventKind, NewEvent, PartitionsChanged, Reporter
from headwater.records.log.versions import Version
from headwater.records.runs.requests import requested_events
from headwater.records.runs.runs import Run
from headwater.storage.catalog import dynamic_partitions
from headwater.storage.log import corrections, event_log, states
from headwater.storage.log.event_log import EventFilter
from headwater.storage.log.writer import Unit
from headwater.storage.runs import runs as run_store
from headwater.storage.runs.filter import RunFilter
from headwater.storage.runs.owners import LEASE_MICROSECONDS, new_owner
from headwater.storage.store import Store

_PAGE = 1_000
_REPORTER = Reporter("python")


class StoreLog:
    """A store, as `headwater.execution.instance.memory_log.EventLog` has it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._owner = new_owner(ends_with_process=True)
        self._ended: dict[str, threading.Event] = {}

    def append(self, events: Sequence[NewEvent]) -> list[Event]:
        """Keep events, all or none, with their places in the log."""
        return self._store.write(Unit(events=events, effect=lambda _connection, kept: list(kept)))

    def begin_run(self, run: Run) -> None:
        """Keep a new run of this process, and say that it was requested."""
        held = msgspec.structs.replace(run, owner=self._owner, lease_until=self._lease_until())
        self._store.write(Unit(events=requested_events([held]), effect=lambda c, _kept: run_store.insert(c, held)))
        ended = self._ended[run.run_id] = threading.Event()
        threading.Thread(target=self._hold, args=(ended,), name="lease", daemon=True).start()

    def _hold(self, ended: threading.Event) -> None:
        """Say again and again that this process is at work, or an engine would take its run for lost."""
        while not ended.wait(LEASE_MICROSECONDS / MICROSECONDS / 3):
            until = self._lease_until()
            renew = Unit(effect=lambda c, _kept: run_store.renew_leases(c, self._owner, until))  # noqa: B023
            with suppress(StoreUnavailableError):
                self._store.write(renew)

    def _lease_until(self) -> int:
        return self._store.clock.now() + LEASE_MICROSECONDS

    def move_run(self, run: Run, kind: EventKind, event: NewEvent) -> tuple[Run, Event]:
        """Move a run on, and say so."""
        now, error = self._store.clock.now(), getattr(event.payload, "error", None)
        goes_on = kind is EventKind.RUN_STARTED
        owner, until = (self._owner, self._lease_until()) if goes_on else (None, None)

        def move(connection: Connection, kept: Sequence[Event]) -> tuple[Run, Event]:
            moved = run_store.move(connection, run.run_id, kind, now, error=error, owner=owner, lease_until=until)
            return moved, kept[0]

        if not goes_on and run.run_id in self._ended:
            self._ended.pop(run.run_id).set()
        return self._store.write(Unit(events=[event], effect=move))

    def version(self, key: str, kinds: Collection[EventKind]) -> Version | None:
        """The newest version of an asset."""
        return self._store.read(lambda c: states.StoredVersions(c).version(key, kinds))

    def partition_versions(
        self, key: str, partitions: Sequence[str], kinds: Collection[EventKind]
    ) -> dict[str, Version]:
        """The newest version of each of some partitions that has one."""
        return self._store.read(lambda c: states.StoredVersions(c).partition_versions(key, partitions, kinds))

    def events_of(self, asset_key: str, kind: EventKind, limit: int, partition: str | None = None) -> list[Event]:
        """Events of an asset of one kind, or of one partition of it, the newest first by when they happened."""
        wanted = EventFilter(asset_key=asset_key, kinds=(kind,), partition=partition, only_counting=True)
        return self._store.read(lambda c: event_log.read_newest(c, wanted, limit=limit))

    def partitions_of(self, asset_key: str) -> set[str]:
        """The partitions of an asset that were ever made."""
        found = self._store.read(lambda c: states.read_partitions(c, asset_key))
        return {partition for partition, kind in found if kind is EventKind.MATERIALIZATION}

    def events_after(self, after: int) -> list[Event]:
        """All events beyond a place in the log."""
        found: list[Event] = []
        while page := self._store.read(partial(event_log.read_after, seq=after, limit=_PAGE)):
            found += page
            after = page[-1].seq
        return found

    def asset_keys(self) -> set[str]:
        """The assets that have materializations or observations."""
        kinds = (EventKind.MATERIALIZATION, EventKind.OBSERVATION)
        return {key for key, kind in self._store.read(states.read_assets) if kind in kinds}

    def dynamic_partitions(self, name: str) -> list[str]:
        """The keys of dynamic partitions, in the order in which they were added."""
        return self._store.read(lambda c: dynamic_partitions.read_keys(c, name))

    def add_dynamic_partitions(self, name: str, keys: Sequence[str]) -> None:
        """Add keys; those that are there stay as they are."""
        there, now = set(self.dynamic_partitions(name)), self._store.clock.now()
        added = [key for key in keys if key not in there]
        self._change_partitions(
            PartitionsChanged(name=name, added=tuple(added), reporter=_REPORTER),
            lambda connection: dynamic_partitions.add(connection, name, added, now),
        )

    def delete_dynamic_partitions(self, name: str, keys: Sequence[str]) -> None:
        """Delete keys; those that are not there are passed over."""
        there = set(self.dynamic_partitions(name))
        deleted = [key for key in keys if key in there]
        self._change_partitions(
            PartitionsChanged(name=name, deleted=tuple(deleted), reporter=_REPORTER),
            lambda connection: dynamic_partitions.delete(connection, name, deleted),
        )

    def _change_partitions(self, told: PartitionsChanged, change: Callable[[Connection], None]) -> None:
        """Change keys and say so, if there is anything to change."""
        if told.added or told.deleted:
            event = NewEvent(kind=EventKind.PARTITIONS_CHANGED, payload=told)
            self._store.write(Unit(events=[event], effect=lambda connection, _kept: change(connection)))

    def run(self, run_id: str) -> Run | None:
        """One run."""
        try:
            return self._store.read(lambda c: run_store.get(c, run_id))
        except UnknownRunError:
            return None

    def runs(self, limit: int | None, wanted: RunsFilter) -> list[Run]:
        """Runs, the newest first."""
        if wanted.run_ids is not None:
            named = [run for run in map(self.run, dict.fromkeys(wanted.run_ids)) if run is not None]
            named.sort(key=lambda run: (run.created_at, run.run_id), reverse=True)
            return [run for run in named if wanted.matches(run)][:limit]
        narrowed = RunFilter(statuses=wanted.statuses or (), job_name=wanted.job_name)
        found: list[Run] = []
        before: tuple[int, str] | None = None
        while limit is None or len(found) < limit:
            read = partial(run_store.read_newest, wanted=narrowed, before=before, limit=_PAGE)
            page = self._store.read(read)
            found += [run for run in page if wanted.matches(run)]
            if len(page) < _PAGE:
                break
            before = (page[-1].created_at, page[-1].run_id)
        return found[:limit]

    def records(self, wanted: EventRecordsFilter, limit: int | None, *, ascending: bool) -> list[Event]:
        """Events by their places in the log, the last ones first unless `ascending`, without what was wiped."""
        of = EventFilter(
            only_counting=True,
            kinds=(wanted.kind,),
            asset_key=None if wanted.asset_key is None else wanted.asset_key.to_escaped_user_string(),
        )
        place = wanted.after_cursor if ascending else wanted.before_cursor
        return self._by_place(of, wanted.matches, place, limit, ascending=ascending)

    def events_of_run(
        self, run_id: str, kinds: Collection[EventKind] | None, place: int | None, limit: int | None, *, ascending: bool
    ) -> list[Event]:
        """Events of a run, of all kinds or some, beyond a place in the log, the last ones first unless `ascending`."""
        of = EventFilter(only_counting=True, run_id=run_id, kinds=kinds)
        return self._by_place(of, lambda _event: True, place, limit, ascending=ascending)

    def _by_place(
        self,
        of: EventFilter,
        is_wanted: Callable[[Event], bool],
        place: int | None,
        limit: int | None,
        *,
        ascending: bool,
    ) -> list[Event]:
        found: list[Event] = []
        while limit is None or len(found) < limit:
            read = partial(event_log.read_by_place, wanted=of, place=place, ascending=ascending, limit=_PAGE)
            page = self._store.read(read)
            found += filter(is_wanted, page)
            if len(page) < _PAGE:
                break
            place = page[-1].seq
        return found[:limit]

    def wipe(self, asset_key: str, partitions: Sequence[str]) -> None:
        """Forget an asset that is known, or some of its partitions."""
        forget = partial(corrections.wipe, key=asset_key, partitions=partitions, reason=None, reporter=_REPORTER)
        self._store.write(self._store.read(forget))
