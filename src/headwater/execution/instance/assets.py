"""What an instance tells of assets: their events, what is known of each, and its partitions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from headwater.clock import to_seconds
from headwater.definitions.arguments import check_asset_key
from headwater.definitions.assets.events import DataProvenance
from headwater.definitions.metadata.from_wire import from_wire
from headwater.errors import InvalidCursorError
from headwater.execution.instance.filters import (
    AssetRecord,
    AssetRecordsFilter,
    DagsterEventType,
    EventRecordsFilter,
    beyond,
)
from headwater.execution.instance.in_process_result import RunEventView, view
from headwater.execution.instance.memory_log import EventLog
from headwater.execution.instance.records import (
    EventRecords,
    RecordedEvaluation,
    RecordedUpdate,
    recorded_update,
    records_page,
)
from headwater.keys import AssetCheckKey, AssetKey, CoercibleToAssetKey
from headwater.records.log.event_records import provenance_of
from headwater.records.log.events import CheckEvaluation, Event, EventKind

_MOST_UPDATES = 50
_MOST_EVALUATIONS = 500


class AssetQueries:
    """What can be asked of an instance about its assets."""

    _log: EventLog

    def get_latest_materialization_event(self, asset_key: CoercibleToAssetKey) -> RunEventView | None:
        """The newest materialization of an asset; None where it has none."""
        found = self._log.events_of(key_text(asset_key), EventKind.MATERIALIZATION, 1)
        return view(found[0]) if found else None

    def get_latest_data_provenance(
        self, asset_key: CoercibleToAssetKey, partition_key: str | None = None
    ) -> DataProvenance | None:
        """What the newest materialization of an asset, or of one partition, was made from.

        None where there is none, or it was not made by a run that kept count.
        """
        events = self._log.events_of(key_text(asset_key), EventKind.MATERIALIZATION, 1, partition_key)
        return provenance_of(events[0]) if events else None

    def get_latest_materialization_events(
        self, asset_keys: Iterable[CoercibleToAssetKey]
    ) -> dict[AssetKey, RunEventView]:
        """The newest materialization of each of some assets that has one."""
        found = {key: self.get_latest_materialization_event(key) for key in map(AssetKey.from_coercible, asset_keys)}
        return {key: event for key, event in found.items() if event is not None}

    def fetch_materializations(
        self,
        records_filter: CoercibleToAssetKey | AssetRecordsFilter,
        limit: int,
        cursor: str | None = None,
        ascending: bool = False,
    ) -> EventRecords:
        """Materializations of an asset, a page at a time, the last recorded first unless `ascending`.

        Args:
            records_filter: The asset, or a filter with it.
            limit: How many at most.
            cursor: That of the page before.
            ascending: Whether the first one comes first.

        Raises:
            InvalidCursorError: the cursor is no such text.
        """
        return self._page(records_filter, DagsterEventType.ASSET_MATERIALIZATION, limit, cursor, ascending)

    def fetch_observations(
        self,
        records_filter: CoercibleToAssetKey | AssetRecordsFilter,
        limit: int,
        cursor: str | None = None,
        ascending: bool = False,
    ) -> EventRecords:
        """Observations of an asset, as `fetch_materializations` has its materializations.

        Raises:
            InvalidCursorError: the cursor is no such text.
        """
        return self._page(records_filter, DagsterEventType.ASSET_OBSERVATION, limit, cursor, ascending)

    def get_event_records(
        self, event_records_filter: EventRecordsFilter, limit: int | None = None, ascending: bool = False
    ) -> list[RunEventView]:
        """Events of one kind that a filter wants, the last recorded first unless `ascending`.

        Events that were withdrawn or wiped are left out.
        """
        return [view(event) for event in self._log.records(event_records_filter, limit, ascending=ascending)]

    def get_asset_records(self, asset_keys: Sequence[CoercibleToAssetKey] | None = None) -> list[AssetRecord]:
        """What was told last of each asset that has events, all or some of them, by key."""
        wanted = None if asset_keys is None else {AssetKey.from_coercible(key) for key in asset_keys}
        return [self._record(key) for key in self.get_asset_keys() if wanted is None or key in wanted]

    def updates_of(self, asset_key: CoercibleToAssetKey) -> list[RecordedUpdate]:
        """The newest materializations and observations of an asset together, the newest first; at most a hundred."""
        kinds = (EventKind.MATERIALIZATION, EventKind.OBSERVATION)
        events = [event for kind in kinds for event in self._log.events_of(key_text(asset_key), kind, _MOST_UPDATES)]
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

    def read_events(self, after: int = 0) -> Sequence[Event]:
        """All events beyond a place in the log, in its order."""
        return self._log.events_after(after)

    def get_materialized_partitions(self, asset_key: CoercibleToAssetKey) -> set[str]:
        """The partitions of an asset that were ever made."""
        return set(self._log.partitions_of(key_text(asset_key)))

    def get_asset_keys(
        self, prefix: Sequence[str] | None = None, limit: int | None = None, cursor: str | None = None
    ) -> list[AssetKey]:
        """The assets that have events, by key.

        Args:
            prefix: Only those below this one.
            limit: How many at most.
            cursor: Only those behind this one, as the `to_string` of the last key of a page has it.

        Raises:
            InvalidCursorError: the cursor names no key.
        """
        behind = None if cursor is None else AssetKey.from_db_string(cursor)
        if cursor is not None and behind is None:
            raise InvalidCursorError(f"A cursor of asset keys is the to_string() of a key, but got {cursor!r}.")
        keys = sorted(AssetKey.from_escaped_user_string(text) for text in self._log.asset_keys())
        below = [key for key in keys if prefix is None or key.has_prefix(list(prefix))]
        return [key for key in below if behind is None or key > behind][:limit]

    def all_asset_keys(self) -> list[AssetKey]:
        """The same as `get_asset_keys`, all of them."""
        return self.get_asset_keys()

    def has_asset_key(self, asset_key: CoercibleToAssetKey) -> bool:
        """Whether an asset has events."""
        return key_text(asset_key) in self._log.asset_keys()

    def _record(self, key: AssetKey) -> AssetRecord:
        newest = [
            self._log.events_of(key.to_escaped_user_string(), kind, 1)
            for kind in (EventKind.MATERIALIZATION, EventKind.OBSERVATION)
        ]
        made, seen = (view(found[0]) if found else None for found in newest)
        return AssetRecord(key, made, seen)

    def _page(
        self,
        said: CoercibleToAssetKey | AssetRecordsFilter,
        kind: DagsterEventType,
        limit: int,
        cursor: str | None,
        ascending: bool,
    ) -> EventRecords:
        narrowed = said if isinstance(said, AssetRecordsFilter) else AssetRecordsFilter(AssetKey.from_coercible(said))
        wanted = beyond(narrowed.to_event_records_filter(kind), cursor, ascending)
        return records_page(self._log.records(wanted, limit + 1, ascending=ascending), limit, cursor)


def key_text(asset_key: CoercibleToAssetKey) -> str:
    """The text under which the log has an asset."""
    return check_asset_key(asset_key, "asset_key").to_escaped_user_string()
