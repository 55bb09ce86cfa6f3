"""`HeadwaterInstance`: a deployment as Python code sees it, to report to and to ask."""

from __future__ import annotations

import os
import tempfile
import weakref
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from headwater.clock import from_seconds
from headwater.definitions.arguments import shown
from headwater.definitions.assets.events import (
    AssetCheckEvaluation,
    AssetMaterialization,
    AssetObservation,
)
from headwater.definitions.metadata.infer import to_wire
from headwater.definitions.partitions.dynamic import check_new_keys
from headwater.definitions.resources.io_managers import IOManager
from headwater.errors import InvalidInvocationError, SettingsError
from headwater.execution.instance.assets import AssetQueries, key_text
from headwater.execution.instance.memory_log import EventLog, MemoryLog
from headwater.execution.instance.runs import RunQueries
from headwater.execution.io.file_io_manager import FilesystemIOManager
from headwater.keys import CoercibleToAssetKey
from headwater.records.log.events import (
    CheckEvaluation,
    Event,
    EventKind,
    Materialization,
    NewEvent,
    Observation,
    Reporter,
)
from headwater.records.log.versions import Version
from headwater.records.runs.runs import Run

_REPORTER = Reporter("python")
_MOST_UPDATES = 50
_MOST_EVALUATIONS = 500


class HeadwaterInstance(AssetQueries, RunQueries):
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
        from headwater.execution.instance.store_log import StoreLog
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

    def report_runless_asset_event(
        self, asset_event: AssetMaterialization | AssetObservation | AssetCheckEvaluation
    ) -> None:
        """Record an event that belongs to no run; it is on disk when this returns.

        Raises:
            InvalidInvocationError: it is none of the three kinds of events.
        """
        event = asset_event
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

    def wipe_assets(self, asset_keys: Sequence[CoercibleToAssetKey]) -> None:
        """Forget the history of assets; reports that come later count again. One that has none is passed over."""
        for key in asset_keys:
            if self.has_asset_key(key):
                self._log.wipe(key_text(key), ())

    def wipe_asset_partitions(self, asset_key: CoercibleToAssetKey, partition_keys: Sequence[str]) -> None:
        """Forget the history of some partitions of an asset; those that have none are passed over."""
        if partition_keys and self.has_asset_key(asset_key):
            self._log.wipe(key_text(asset_key), partition_keys)

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


def open_at(address: str) -> HeadwaterInstance:
    """The deployment whose store has an address, for what works beside its engine."""
    from headwater.execution.instance.store_log import StoreLog
    from headwater.storage.store import Store

    store = Store(address)
    return HeadwaterInstance(StoreLog(store), close=store.close)


DagsterInstance = HeadwaterInstance
"""The name under which the peers' users know it."""
