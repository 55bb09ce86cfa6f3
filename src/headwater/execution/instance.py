"""`HeadwaterInstance`: a deployment as Python code sees it, to report to and to ask."""

from __future__ import annotations

import os
import tempfile
import weakref
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from headwater.clock import from_seconds, to_seconds
from headwater.definitions.arguments import check_asset_key, shown
from headwater.definitions.assets.events import (
    AssetCheckEvaluation,
    AssetMaterialization,
    AssetObservation,
    DataProvenance,
)
from headwater.definitions.metadata.from_wire import from_wire
from headwater.definitions.metadata.infer import to_wire
from headwater.definitions.partitions.dynamic import check_new_keys
from headwater.definitions.resources.io_managers import IOManager
from headwater.errors import InvalidCursorError, InvalidInvocationError, InvalidParameterError, SettingsError
from headwater.execution.file_io_manager import FilesystemIOManager
from headwater.execution.in_process_result import RunEventView, view
from headwater.execution.instance_filters import (
    RUN_STATUS_CHANGES,
    AssetRecord,
    DagsterEventType,
    EventRecordsFilter,
    RunsFilter,
)
from headwater.execution.instance_records import EventRecords, RecordedEvaluation, RecordedUpdate, recorded_update
from headwater.execution.memory_log import EventLog, MemoryLog
from headwater.keys import AssetCheckKey, AssetKey, CoercibleToAssetKey
from headwater.records.event_records import provenance_of
from headwater.records.events import CheckEvaluation, Event, EventKind, Materialization, NewEvent, Observation, Reporter
from headwater.records.runs import Run
from headwater.records.versions import Version

_REPORTER = Reporter("python")
_MOST_UPDATES = 50
_MOST_EVALUATIONS = 500


class HeadwaterInstance:
    """A deployment as Python code sees it: report events, ask for events, assets and runs.

    Example:
        >>> instance = HeadwaterInstance.ephemeral()
        >>> instance.report_runless_asset_event(AssetMaterialization("raw"))
        >>> instance.get_latest_materialization_event("raw").asset_key
        AssetKey(['raw'])
    """

    def __init__(self, log: EventLog, storage: Path | None = None, *, close: Any = None) -> None:
        """Stand for a log; users call `ephemeral`, `local_temp` or `get`."""
        self._log = log
        self._storage = storage
        self._close = close

    @staticmethod
    def ephemeral() -> HeadwaterInstance:
        """One in memory, which is gone with the object."""
        return HeadwaterInstance(MemoryLog())

    @staticmethod
    def local_temp(tempdir: str | Path) -> HeadwaterInstance:
        """One in a folder, which is made if it is not there.

        Raises:
            SchemaVersionError: a newer release wrote what is in the folder.
        """
        home = Path(tempdir)
        home.mkdir(parents=True, exist_ok=True)
        return HeadwaterInstance.at(f"sqlite:///{home / 'headwater.db'}", home / "storage")

    @staticmethod
    def at(url: str, storage: Path) -> HeadwaterInstance:
        """The one whose log is in a database, and its values in a folder.

        Raises:
            SchemaVersionError: a newer release wrote the database.
            StoreUnavailableError: it does not answer.
        """
        # The database takes longer to import than everything else that runs a few assets in memory.
        from headwater.execution.store_log import StoreLog
        from headwater.storage.store import Store

        store = Store(url)
        return HeadwaterInstance(StoreLog(store), storage, close=store.close)

    @staticmethod
    def get() -> HeadwaterInstance:
        """The deployment in the folder that `HEADWATER_HOME` names, also while a server works on it.

        Raises:
            SettingsError: the variable is not set.
        """
        home = os.environ.get("HEADWATER_HOME")
        if not home:
            raise SettingsError(
                "HEADWATER_HOME is not set, so there is no deployment to find. Set it to a folder, or use "
                "HeadwaterInstance.ephemeral()."
            )
        return HeadwaterInstance.local_temp(home)

    def __enter__(self) -> HeadwaterInstance:
        return self

    def __exit__(self, *_failure: object) -> None:
        self.dispose()

    def dispose(self) -> None:
        """Let go of the database, after writing what waits."""
        if self._close is not None:
            self._close()
            self._close = None

    def report_runless_asset_event(self, event: AssetMaterialization | AssetObservation | AssetCheckEvaluation) -> None:
        """Record an event that belongs to no run; it is on disk when this returns.

        Raises:
            InvalidInvocationError: it is none of the three kinds of events.
        """
        if isinstance(event, AssetCheckEvaluation):
            payload: Any = CheckEvaluation(
                check_name=event.check_name,
                passed=event.passed,
                severity=event.severity.value,
                metadata=to_wire(event.metadata),
                description=event.description,
                reporter=_REPORTER,
            )
            kind, version, timestamp = EventKind.CHECK_EVALUATION, None, None
        elif isinstance(event, (AssetMaterialization, AssetObservation)):
            is_made = isinstance(event, AssetMaterialization)
            kind = EventKind.MATERIALIZATION if is_made else EventKind.OBSERVATION
            payload = (Materialization if is_made else Observation)(
                metadata=to_wire(event.metadata),
                description=event.description,
                tags=dict(event.tags or {}),
                reporter=_REPORTER,
            )
            version = event.data_version
            timestamp = None if event.timestamp is None else from_seconds(event.timestamp)
        else:
            raise InvalidInvocationError(
                f"report_runless_asset_event takes AssetMaterialization, AssetObservation and AssetCheckEvaluation, "
                f"but got {shown(event)}."
            )
        key = event.asset_key.to_escaped_user_string()
        self.append(
            [
                NewEvent(
                    kind=kind,
                    payload=payload,
                    asset_key=key,
                    partition=event.partition or None,
                    timestamp=timestamp,
                    data_version=version,
                )
            ]
        )

    def get_latest_materialization_event(self, asset_key: CoercibleToAssetKey) -> RunEventView | None:
        """The newest materialization of an asset; None where it has none."""
        found = self._log.events_of(_text(asset_key), EventKind.MATERIALIZATION, 1)
        return view(found[0]) if found else None

    def get_latest_data_provenance(
        self, asset_key: CoercibleToAssetKey, partition_key: str | None = None
    ) -> DataProvenance | None:
        """What the newest materialization of an asset, or of one partition, was made from.

        None where there is none, or it was not made by a run that kept count.
        """
        events = self._log.events_of(_text(asset_key), EventKind.MATERIALIZATION, 1, partition_key)
        return provenance_of(events[0]) if events else None

    def get_latest_materialization_events(
        self, asset_keys: Iterable[CoercibleToAssetKey]
    ) -> dict[AssetKey, RunEventView]:
        """The newest materialization of each of some assets that has one."""
        found = {key: self.get_latest_materialization_event(key) for key in map(AssetKey.from_coercible, asset_keys)}
        return {key: event for key, event in found.items() if event is not None}

    def fetch_materializations(
        self, asset_key: CoercibleToAssetKey, limit: int, cursor: str | None = None
    ) -> EventRecords:
        """Materializations of an asset, the newest first, a page at a time."""
        return self._page(asset_key, EventKind.MATERIALIZATION, limit, cursor)

    def fetch_observations(self, asset_key: CoercibleToAssetKey, limit: int, cursor: str | None = None) -> EventRecords:
        """Observations of an asset, the newest first, a page at a time."""
        return self._page(asset_key, EventKind.OBSERVATION, limit, cursor)

    def get_event_records(
        self, event_records_filter: EventRecordsFilter, limit: int | None = None, ascending: bool = False
    ) -> list[RunEventView]:
        """Events of one kind that a filter wants, the last recorded first unless `ascending`.

        Events that were withdrawn or wiped are left out.
        """
        return [view(event) for event in self._log.records(event_records_filter, limit, ascending=ascending)]

    def fetch_run_status_changes(
        self,
        records_filter: DagsterEventType | EventRecordsFilter,
        limit: int,
        cursor: str | None = None,
        ascending: bool = False,
    ) -> EventRecords:
        """Runs that started or ended, a page at a time, the last recorded first unless `ascending`.

        Args:
            records_filter: The kind, such as `DagsterEventType.RUN_FAILURE`, or a filter with it.
            limit: How many at most.
            cursor: That of the page before.
            ascending: Whether the first one comes first.

        Raises:
            InvalidCursorError: the cursor is no such text.
            InvalidParameterError: the kind is none of those.
        """
        whole = records_filter
        wanted = whole if isinstance(whole, EventRecordsFilter) else EventRecordsFilter(whole)
        if wanted.event_type not in RUN_STATUS_CHANGES:
            raise InvalidParameterError(
                f"fetch_run_status_changes takes {', '.join(each.name for each in RUN_STATUS_CHANGES)}, but got "
                f"{shown(wanted.event_type)}. Use get_event_records for other events."
            )
        if cursor is not None:
            if not cursor.isdecimal():
                raise InvalidCursorError(f"A cursor of run status changes is the one of a page, but got {cursor!r}.")
            field = "after_cursor" if ascending else "before_cursor"
            wanted = msgspec.structs.replace(wanted, **{field: int(cursor)})
        found = self._log.records(wanted, limit + 1, ascending=ascending)
        shown_ones = [view(event) for event in found[:limit]]
        following = str(shown_ones[-1].seq) if shown_ones else cursor
        return EventRecords(shown_ones, following, len(found) > limit)

    def get_asset_records(self, asset_keys: Sequence[CoercibleToAssetKey] | None = None) -> list[AssetRecord]:
        """What was told last of each asset that has events, all or some of them, by key."""
        wanted = None if asset_keys is None else {AssetKey.from_coercible(key) for key in asset_keys}
        return [self._record(key) for key in self.get_asset_keys() if wanted is None or key in wanted]

    def wipe_assets(self, asset_keys: Sequence[CoercibleToAssetKey]) -> None:
        """Forget the history of assets; reports that come later count again. One that has none is passed over."""
        for key in asset_keys:
            if self.has_asset_key(key):
                self._log.wipe(_text(key), ())

    def wipe_asset_partitions(self, asset_key: CoercibleToAssetKey, partition_keys: Sequence[str]) -> None:
        """Forget the history of some partitions of an asset; those that have none are passed over."""
        if partition_keys and self.has_asset_key(asset_key):
            self._log.wipe(_text(asset_key), partition_keys)

    def read_events(self, after: int = 0) -> Sequence[Event]:
        """All events beyond a place in the log, in its order."""
        return self._log.events_after(after)

    def get_materialized_partitions(self, asset_key: CoercibleToAssetKey) -> set[str]:
        """The partitions of an asset that were ever made."""
        return set(self._log.partitions_of(_text(asset_key)))

    def updates_of(self, asset_key: CoercibleToAssetKey) -> list[RecordedUpdate]:
        """The newest materializations and observations of an asset together, the newest first; at most a hundred."""
        kinds = (EventKind.MATERIALIZATION, EventKind.OBSERVATION)
        events = [event for kind in kinds for event in self._log.events_of(_text(asset_key), kind, _MOST_UPDATES)]
        events.sort(key=lambda event: (event.timestamp, event.seq), reverse=True)
        return [recorded_update(event) for event in events]

    def get_latest_asset_check_evaluation(self, key: AssetCheckKey) -> RecordedEvaluation | None:
        """What a check found last, among the newest results of its asset; None where it was not carried out."""
        text = key.asset_key.to_escaped_user_string()
        for event in self._log.events_of(text, EventKind.CHECK_EVALUATION, _MOST_EVALUATIONS):
            payload = event.payload
            if isinstance(payload, CheckEvaluation) and payload.check_name == key.name:
                return RecordedEvaluation(
                    payload.passed, from_wire(payload.metadata), to_seconds(event.timestamp), event.seq
                )
        return None

    def get_dynamic_partitions(self, partitions_def_name: str) -> list[str]:
        """The keys of dynamic partitions, in the order in which they were added."""
        return self._log.dynamic_partitions(partitions_def_name)

    def has_dynamic_partition(self, partitions_def_name: str, partition_key: str) -> bool:
        """Whether dynamic partitions have a key."""
        return partition_key in self._log.dynamic_partitions(partitions_def_name)

    def add_dynamic_partitions(self, partitions_def_name: str, partition_keys: Sequence[str]) -> None:
        """Add keys to dynamic partitions; those that are there stay as they are.

        Raises:
            InvalidParameterError: a key can't be stored, or stands twice.
        """
        self._log.add_dynamic_partitions(partitions_def_name, check_new_keys(partition_keys))

    def delete_dynamic_partition(self, partitions_def_name: str, partition_key: str) -> None:
        """Delete a key of dynamic partitions; one that is not there is passed over."""
        self._log.delete_dynamic_partitions(partitions_def_name, (partition_key,))

    def get_asset_keys(self, prefix: Sequence[str] | None = None, limit: int | None = None) -> list[AssetKey]:
        """The assets that have events, by key."""
        keys = sorted(AssetKey.from_escaped_user_string(text) for text in self._log.asset_keys())
        return [key for key in keys if prefix is None or key.has_prefix(list(prefix))][:limit]

    def all_asset_keys(self) -> list[AssetKey]:
        """The same as `get_asset_keys`, all of them."""
        return self.get_asset_keys()

    def has_asset_key(self, asset_key: CoercibleToAssetKey) -> bool:
        """Whether an asset has events."""
        return _text(asset_key) in self._log.asset_keys()

    def get_runs(self, filters: RunsFilter | None = None, limit: int | None = None) -> list[Run]:
        """Runs, all or those that a filter wants, the newest first."""
        return self._log.runs(limit, filters or RunsFilter())

    def get_runs_count(self, filters: RunsFilter | None = None) -> int:
        """How many runs there are, of all or of those that a filter wants."""
        return len(self.get_runs(filters))

    def get_run_by_id(self, run_id: str) -> Run | None:
        """One run; None where there is none of that id."""
        return self._log.run(run_id)

    def default_io_manager(self) -> IOManager:
        """What stores values where nothing else is said: files, in a folder that goes with an ephemeral instance."""
        if self._storage is not None:
            return FilesystemIOManager(base_dir=self._storage)
        folder = tempfile.TemporaryDirectory(prefix="headwater-", ignore_cleanup_errors=True)
        weakref.finalize(self, folder.cleanup)
        self._storage = Path(folder.name)
        return FilesystemIOManager(base_dir=self._storage, durable=False)

    def append(self, events: Sequence[NewEvent]) -> list[Event]:
        """Keep events, all or none, with their places in the log."""
        return self._log.append(events)

    def begin_run(self, run: Run) -> None:
        """Keep a new run, and say that it was requested."""
        self._log.begin_run(run)

    def move_run(self, run: Run, kind: EventKind, event: NewEvent) -> tuple[Run, Event]:
        """Move a run on, and say so."""
        return self._log.move_run(run, kind, event)

    def version(self, key: str, kinds: Collection[EventKind]) -> Version | None:
        """The newest version of an asset, told of by an event of one of some kinds."""
        return self._log.version(key, kinds)

    def partition_versions(
        self, key: str, partitions: Sequence[str], kinds: Collection[EventKind]
    ) -> dict[str, Version]:
        """The newest version of each of some partitions that has one."""
        return self._log.partition_versions(key, partitions, kinds)

    def _record(self, key: AssetKey) -> AssetRecord:
        newest = [
            self._log.events_of(key.to_escaped_user_string(), kind, 1)
            for kind in (EventKind.MATERIALIZATION, EventKind.OBSERVATION)
        ]
        made, seen = (view(found[0]) if found else None for found in newest)
        return AssetRecord(key, made, seen)

    def _page(self, asset_key: CoercibleToAssetKey, kind: EventKind, limit: int, cursor: str | None) -> EventRecords:
        skip = int(cursor) if cursor else 0
        found = self._log.events_of(_text(asset_key), kind, skip + limit + 1)[skip:]
        has_more = len(found) > limit
        following = str(skip + limit) if has_more else None
        return EventRecords([view(event) for event in found[:limit]], following, has_more)


def _text(asset_key: CoercibleToAssetKey) -> str:
    return check_asset_key(asset_key, "asset_key").to_escaped_user_string()


def open_at(address: str) -> HeadwaterInstance:
    """The deployment whose store has an address, for what works beside its engine."""
    from headwater.execution.store_log import StoreLog
    from headwater.storage.store import Store

    store = Store(address)
    return HeadwaterInstance(StoreLog(store), close=store.close)


DagsterInstance = HeadwaterInstance
"""The name under which the peers' users know it."""
