"""What is asked of an instance: which runs and which events, and what is told of an asset."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

import msgspec

from headwater.clock import from_seconds
from headwater.definitions.arguments import check_moment, shown
from headwater.digits import whole_number
from headwater.errors import InvalidCursorError, InvalidParameterError
from headwater.execution.instance.in_process_result import RunEventView
from headwater.keys import AssetKey
from headwater.records.log.events import Event, EventKind
from headwater.records.runs.runs import Run, RunStatus


class DagsterEventType(StrEnum):
    """Kinds of events by the names that the peers' users know; each equals the `event_type` of a record.

    Example:
        >>> DagsterEventType.ASSET_MATERIALIZATION == "materialization"
        True
    """

    ASSET_MATERIALIZATION = EventKind.MATERIALIZATION.value
    ASSET_OBSERVATION = EventKind.OBSERVATION.value
    ASSET_CHECK_EVALUATION = EventKind.CHECK_EVALUATION.value
    ASSET_WIPED = EventKind.ASSET_WIPED.value
    RUN_ENQUEUED = EventKind.RUN_REQUESTED.value
    RUN_START = EventKind.RUN_STARTED.value
    RUN_SUCCESS = EventKind.RUN_SUCCEEDED.value
    RUN_FAILURE = EventKind.RUN_FAILED.value
    RUN_CANCELED = EventKind.RUN_CANCELED.value
    STEP_START = EventKind.STEP_STARTED.value
    STEP_SUCCESS = EventKind.STEP_SUCCEEDED.value
    STEP_FAILURE = EventKind.STEP_FAILED.value
    STEP_SKIPPED = EventKind.STEP_SKIPPED.value


RUN_STATUS_CHANGES = (
    DagsterEventType.RUN_ENQUEUED,
    DagsterEventType.RUN_START,
    DagsterEventType.RUN_SUCCESS,
    DagsterEventType.RUN_FAILURE,
    DagsterEventType.RUN_CANCELED,
)
"""Kinds of events that move a run on."""


class RunsFilter(msgspec.Struct, frozen=True):
    """Which runs are wanted; whatever is left out may be anything.

    Args:
        run_ids: Those of these ids.
        job_name: Those of a job.
        statuses: Those that stand so.
        tags: Those with these tags; several values of one mean any of them.
        created_after: Those requested after a moment, an aware datetime.
        created_before: Those requested before one.
        updated_after: Those that were requested, began or ended last after a moment.
        updated_before: Those of which that was before one.

    Raises:
        InvalidParameterError: a moment has no time zone; said when the filter is used.

    Example:
        >>> instance = HeadwaterInstance.ephemeral()
        >>> instance.get_runs(RunsFilter(statuses=[RunStatus.FAILURE], tags={"team": ["a", "b"]}))
        []
    """

    run_ids: Sequence[str] | None = None
    job_name: str | None = None
    statuses: Sequence[RunStatus] | None = None
    tags: Mapping[str, str | Sequence[str]] | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None
    updated_after: datetime | None = None
    updated_before: datetime | None = None

    def matches(self, run: Run) -> bool:
        """Whether a run is wanted."""
        return (
            (self.run_ids is None or run.run_id in self.run_ids)
            and self.job_name in (None, run.job_name)
            and (self.statuses is None or run.status in self.statuses)
            and all(run.tags.get(name) in _several(value) for name, value in (self.tags or {}).items())
            and _is_between(run.created_at, self.created_after, self.created_before)
            and _is_between(run.updated_at, self.updated_after, self.updated_before)
        )


class EventRecordsFilter(msgspec.Struct, frozen=True):
    """Which events are wanted; whatever is left out but their kind may be anything.

    Args:
        event_type: Their kind.
        asset_key: Those of an asset.
        asset_partitions: Those of some of its partitions.
        after_cursor: Those behind a place in the log, the `storage_id` of a record.
        before_cursor: Those before one.
        after_timestamp: Those that happened after a moment, in seconds since the epoch.
        before_timestamp: Those that happened before one.
        storage_ids: Those at these places.

    Example:
        >>> instance = HeadwaterInstance.ephemeral()
        >>> instance.report_runless_asset_event(AssetMaterialization("raw", partition="2024-01-01"))
        >>> wanted = EventRecordsFilter(DagsterEventType.ASSET_MATERIALIZATION, asset_key=AssetKey("raw"))
        >>> [record.partition_key for record in instance.get_event_records(wanted)]
        ['2024-01-01']
    """

    event_type: DagsterEventType
    asset_key: AssetKey | None = None
    asset_partitions: Sequence[str] | None = None
    after_cursor: int | None = None
    before_cursor: int | None = None
    after_timestamp: float | None = None
    before_timestamp: float | None = None
    storage_ids: Sequence[int] | None = None

    @property
    def kind(self) -> EventKind:
        """The kind as the log has it.

        Raises:
            InvalidParameterError: there is no such kind.
        """
        return _event_kind(self.event_type, "event_type of an EventRecordsFilter")

    def matches(self, event: Event) -> bool:
        """Whether an event is wanted."""
        key = None if self.asset_key is None else self.asset_key.to_escaped_user_string()
        return (
            event.kind is self.kind
            and key in (None, event.asset_key)
            and (self.asset_partitions is None or event.partition in self.asset_partitions)
            and (self.after_cursor is None or event.seq > self.after_cursor)
            and (self.before_cursor is None or event.seq < self.before_cursor)
            and (self.after_timestamp is None or event.timestamp > from_seconds(self.after_timestamp))
            and (self.before_timestamp is None or event.timestamp < from_seconds(self.before_timestamp))
            and (self.storage_ids is None or event.seq in self.storage_ids)
        )


class AssetRecordsFilter(msgspec.Struct, frozen=True):
    """Which materializations or observations of an asset are wanted; all that is left out may be anything.

    Args:
        asset_key: The asset.
        asset_partitions: Those of some of its partitions.
        after_timestamp: Those that happened after a moment, in seconds since the epoch.
        before_timestamp: Those that happened before one.
        after_storage_id: Those behind a place in the log, the `storage_id` of a record.
        before_storage_id: Those before one.
        storage_ids: Those at these places.

    Example:
        >>> instance = HeadwaterInstance.ephemeral()
        >>> for day in ("2024-01-01", "2024-01-02"):
        ...     instance.report_runless_asset_event(AssetMaterialization("raw", partition=day))
        >>> wanted = AssetRecordsFilter(AssetKey("raw"), asset_partitions=["2024-01-01"])
        >>> [record.partition_key for record in instance.fetch_materializations(wanted, limit=10).records]
        ['2024-01-01']
    """

    asset_key: AssetKey
    asset_partitions: Sequence[str] | None = None
    after_timestamp: float | None = None
    before_timestamp: float | None = None
    after_storage_id: int | None = None
    before_storage_id: int | None = None
    storage_ids: Sequence[int] | None = None

    def to_event_records_filter(self, event_type: DagsterEventType) -> EventRecordsFilter:
        """The same, for events of one kind."""
        return EventRecordsFilter(
            event_type=event_type,
            asset_key=self.asset_key,
            asset_partitions=self.asset_partitions,
            after_cursor=self.after_storage_id,
            before_cursor=self.before_storage_id,
            after_timestamp=self.after_timestamp,
            before_timestamp=self.before_timestamp,
            storage_ids=self.storage_ids,
        )


class AssetRecord(msgspec.Struct, frozen=True):
    """What is known of an asset that has events: what was told of it last.

    Args:
        asset_key: The asset.
        last_materialization: Its newest one; None if it was never made.
        last_observation: Likewise.

    Example:
        >>> instance = HeadwaterInstance.ephemeral()
        >>> instance.report_runless_asset_event(AssetMaterialization("raw"))
        >>> [(record.asset_key.path, record.last_run_id) for record in instance.get_asset_records()]
        [(['raw'], None)]
    """

    asset_key: AssetKey
    last_materialization: RunEventView | None
    last_observation: RunEventView | None

    @property
    def asset_entry(self) -> AssetRecord:
        """The record itself, which the peers keep one level down."""
        return self

    @property
    def last_run_id(self) -> str | None:
        """The run that made it last; None where another system did, or nobody."""
        return None if self.last_materialization is None else self.last_materialization.run_id


def _several(value: str | Sequence[str]) -> Sequence[str]:
    return (value,) if isinstance(value, str) else value


def event_kinds(of_type: DagsterEventType | Collection[DagsterEventType]) -> frozenset[EventKind]:
    """One kind of events or several, as the log has them.

    Raises:
        InvalidParameterError: there is no such kind.
    """
    several = (of_type,) if isinstance(of_type, str) else of_type
    return frozenset(_event_kind(each, "of_type") for each in several)


def _event_kind(said: str, where: str) -> EventKind:
    try:
        return EventKind(said)
    except ValueError:
        raise InvalidParameterError(f"{where} is a DagsterEventType, but got {shown(said)}.") from None


def place_of(cursor: str | None) -> int | None:
    """The place in the log that the cursor of a page stands for.

    Raises:
        InvalidCursorError: it is no such text.
    """
    if cursor is None:
        return None
    number = whole_number(cursor)
    if number is None:
        raise InvalidCursorError(f"A cursor of events is the one of a page, but got {cursor!r}.")
    return number


def beyond(wanted: EventRecordsFilter, cursor: str | None, ascending: bool) -> EventRecordsFilter:
    """What a filter wants behind the page of a cursor.

    Raises:
        InvalidCursorError: it is no such text.
    """
    place = place_of(cursor)
    if place is None:
        return wanted
    if ascending:
        return msgspec.structs.replace(wanted, after_cursor=max(place, wanted.after_cursor or 0))
    before = place if wanted.before_cursor is None else min(place, wanted.before_cursor)
    return msgspec.structs.replace(wanted, before_cursor=before)


def _is_between(moment: int, after: datetime | None, before: datetime | None) -> bool:
    return (after is None or moment > _moment(after)) and (before is None or moment < _moment(before))


def _moment(said: datetime) -> int:
    return from_seconds(check_moment(said, "a moment of a RunsFilter"))
