"""Which definitions were in force from when: a code location's snapshots over time."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from headwater.records.log.events import DefinitionsChanged, Event, EventKind


class DefinitionEntry(msgspec.Struct, frozen=True, kw_only=True):
    """From the moment `since` (microseconds since the epoch) on, a location served a snapshot; '' for none any more.

    The event `seq` says so.
    """

    location: str
    seq: int
    since: int
    snapshot: str


def fold_definitions(events: Iterable[Event]) -> list[DefinitionEntry]:
    """What some events say of definitions in force. A location that failed to load stays with what it had."""
    return [
        DefinitionEntry(
            location=event.payload.location, seq=event.seq, since=event.recorded_at, snapshot=event.payload.snapshot
        )
        for event in events
        if event.kind is EventKind.DEFINITIONS_CHANGED and isinstance(event.payload, DefinitionsChanged)
    ]
