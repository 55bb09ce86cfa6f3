"""What an instance answers with: pages of events, and what updates and checks told."""

from __future__ import annotations

import msgspec

from headwater.definitions.metadata.from_wire import from_wire
from headwater.definitions.metadata.infer import MetadataValue
from headwater.execution.in_process_result import RunEventView
from headwater.records.events import Event, EventKind, Materialization, Observation

_LAST_UPDATED = "dagster/last_updated_timestamp"


class EventRecords(msgspec.Struct, frozen=True):
    """A page of events, the newest first; `cursor` leads to the next one where `has_more`."""

    records: list[RunEventView]
    cursor: str | None
    has_more: bool


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
