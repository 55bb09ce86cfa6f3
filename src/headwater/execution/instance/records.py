"""What an instance answers with: pages of events, runs with their times, and what updates and checks told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from headwater.clock import to_datetime, to_seconds
from headwater.definitions.metadata.from_wire import from_wire
from headwater.definitions.metadata.infer import MetadataValue
from headwater.execution.instance.in_process_result import RunEventView, view
from headwater.records.log.events import Event, EventKind, Materialization, Observation
from headwater.records.runs.runs import Run

_LAST_UPDATED = "dagster/last_updated_timestamp"


class EventRecords(msgspec.Struct, frozen=True):
    """A page of events, in the order that was asked for; `cursor` leads to those behind it, also to later ones."""

    records: list[RunEventView]
    cursor: str | None
    has_more: bool


class RunRecord(msgspec.Struct, frozen=True):
    """A run with its times.

    Args:
        dagster_run: The run.

    Example:
        >>> from headwater import asset, materialize
        >>> @asset
        ... def orders():
        ...     return [1, 2]
        >>> instance = HeadwaterInstance.ephemeral()
        >>> run_id = materialize([orders], instance=instance).run_id
        >>> [record.dagster_run.run_id == run_id for record in instance.get_run_records()]
        [True]
    """

    dagster_run: Run

    @property
    def run(self) -> Run:
        """The same as `dagster_run`."""
        return self.dagster_run

    @property
    def create_timestamp(self) -> datetime:
        """When it was requested, in UTC."""
        return to_datetime(self.dagster_run.created_at)

    @property
    def update_timestamp(self) -> datetime:
        """When it was requested, began or ended last, in UTC."""
        return to_datetime(self.dagster_run.updated_at)

    @property
    def start_time(self) -> float | None:
        """When it began, in seconds since the epoch; None while it waits."""
        return None if self.dagster_run.started_at is None else to_seconds(self.dagster_run.started_at)

    @property
    def end_time(self) -> float | None:
        """When it ended, in seconds since the epoch; None until then."""
        return None if self.dagster_run.ended_at is None else to_seconds(self.dagster_run.ended_at)


class RecordedUpdate(msgspec.Struct, frozen=True):
    """What a materialization or an observation says of an asset, for checks that look at what is recorded.

    `updated_at`, in seconds since the epoch, is None for an observation that does not say when the asset was updated.
    """

    metadata: dict[str, MetadataValue]
    updated_at: float | None
    partition: str | None
    data_version: str | None
    seq: int = 0
    """Its place in the log."""


class RecordedEvaluation(msgspec.Struct, frozen=True):
    """What a check found last: whether it passed, what it told, when (in seconds since the epoch), and its place."""

    passed: bool
    metadata: dict[str, MetadataValue]
    evaluated_at: float
    seq: int


def records_page(found: Sequence[Event], limit: int | None, cursor: str | None) -> EventRecords:
    """A page of events out of what was found, which is one more than wanted where there are more."""
    records = [view(event) for event in found[:limit]]
    following = str(records[-1].seq) if records else cursor
    return EventRecords(records, following, limit is not None and len(found) > limit)


def recorded_update(event: Event) -> RecordedUpdate:
    """What a materialization or an observation says of its asset."""
    payload = event.payload
    metadata = from_wire(payload.metadata) if isinstance(payload, (Materialization, Observation)) else {}
    said = metadata.get(_LAST_UPDATED)
    moment = said.value if said is not None else None
    return RecordedUpdate(
        metadata=metadata,
        updated_at=event.timestamp / 1_000_000 if event.kind is EventKind.MATERIALIZATION else moment,
        partition=event.partition,
        data_version=event.data_version,
        seq=event.seq,
    )
