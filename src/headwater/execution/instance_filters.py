"""What is asked of an instance: which runs and which events, and what is told of an asset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

import msgspec

from headwater.clock import from_seconds
from headwater.definitions.arguments import check_moment, shown
from headwater.definitions.sensors.event_definitions import RunStatus as PublicStatus
from headwater.errors import InvalidParameterError
from headwater.execution.in_process_result import RunEventView
from headwater.keys import AssetKey
from headwater.records.events import Event, EventKind
from headwater.records.runs import Run, RunStatus

AnyStatus: TypeAlias = PublicStatus | RunStatus


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

    Raises:
        InvalidParameterError: a moment has no time zone; said when the filter is used.

    Example:
        >>> instance = HeadwaterInstance.ephemeral()
        >>> instance.get_runs(RunsFilter(statuses=[RunStatus.FAILURE], tags={"team": ["a", "b"]}))
        []
    """

    run_ids: Sequence[str] | None = None
    job_name: str | None = None
    statuses: Sequence[AnyStatus] | None = None
    tags: Mapping[str, str | Sequence[str]] | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None

    @property
    def stored_statuses(self) -> tuple[RunStatus, ...]:
        """The statuses as runs have them."""
        return tuple(RunStatus[status.name] for status in self.statuses or ())

    def matches(self, run: Run) -> bool:
        """Whether a run is wanted."""
        after, before = self.created_after, self.created_before
        return (
            (self.run_ids is None or run.run_id in self.run_ids)
            and self.job_name in (None, run.job_name)
            and (self.statuses is None or run.status in self.stored_statuses)
            and all(run.tags.get(name) in _several(value) for name, value in (self.tags or {}).items())
            and (after is None or run.created_at > _moment(after))
            and (before is None or run.created_at < _moment(before))
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
        try:
            return EventKind(self.event_type)
        except ValueError:
            raise InvalidParameterError(
                f"event_type of an EventRecordsFilter is a DagsterEventType, but got {shown(self.event_type)}."
            ) from None

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


def _moment(said: datetime) -> int:
    return from_seconds(check_moment(said, "created_after or created_before of a RunsFilter"))
