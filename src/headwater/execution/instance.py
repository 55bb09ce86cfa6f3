"""`HeadwaterInstance`: a deployment as Python code sees it, to report to and to ask."""

from __future__ import annotations

import os
import tempfile
import weakref
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from headwater.clock import from_seconds
from headwater.definitions.arguments import check_asset_key, shown
from headwater.definitions.events import AssetCheckEvaluation, AssetMaterialization, AssetObservation
from headwater.definitions.io_managers import IOManager
from headwater.definitions.metadata import to_wire
from headwater.errors import InvalidInvocationError, SettingsError
from headwater.execution.file_io_manager import FilesystemIOManager
from headwater.execution.in_process_result import RunEventView, view
from headwater.execution.memory_log import EventLog, MemoryLog
from headwater.keys import AssetKey, CoercibleToAssetKey
from headwater.records.events import (
    CheckEvaluation,
    Event,
    EventKind,
    Materialization,
    NewEvent,
    Observation,
    Reporter,
)
from headwater.records.runs import Run

_REPORTER = Reporter("python")


class EventRecords(msgspec.Struct, frozen=True):
    """A page of events, the newest first; `cursor` leads to the next one where `has_more`."""

    records: list[RunEventView]
    cursor: str | None
    has_more: bool


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
        # The database takes longer to import than everything else that runs a few assets in memory.
        from headwater.execution.store_log import StoreLog
        from headwater.storage.engine import sqlite_url
        from headwater.storage.store import Store

        home = Path(tempdir)
        home.mkdir(parents=True, exist_ok=True)
        store = Store(sqlite_url(home / "headwater.db"))
        return HeadwaterInstance(StoreLog(store), home / "storage", close=store.close)

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

    def get_materialized_partitions(self, asset_key: CoercibleToAssetKey) -> set[str]:
        """The partitions of an asset that were ever made."""
        return set(self._log.partitions_of(_text(asset_key)))

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

    def get_runs(self, limit: int | None = None) -> list[Run]:
        """Runs, the newest first."""
        return self._log.runs(limit)

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

    def versions(self, keys: Iterable[str]) -> dict[str, int]:
        """The `seq` of the newest materialization of each asset that has one."""
        return self._log.versions(keys)

    def _page(self, asset_key: CoercibleToAssetKey, kind: EventKind, limit: int, cursor: str | None) -> EventRecords:
        skip = int(cursor) if cursor else 0
        found = self._log.events_of(_text(asset_key), kind, skip + limit + 1)[skip:]
        has_more = len(found) > limit
        following = str(skip + limit) if has_more else None
        return EventRecords([view(event) for event in found[:limit]], following, has_more)


def _text(asset_key: CoercibleToAssetKey) -> str:
    return check_asset_key(asset_key, "asset_key").to_escaped_user_string()


DagsterInstance = HeadwaterInstance
"""The name under which the peers' users know it."""
