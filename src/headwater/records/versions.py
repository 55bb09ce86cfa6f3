"""Which version was made from which: the events that a materialization has read."""

from __future__ import annotations

from collections.abc import Iterable

from headwater.records.events import Event, Materialization


def read_versions(events: Iterable[Event]) -> list[tuple[int, int]]:
    """Each (`seq` that was read, `seq` that was made from it) among some events."""
    return sorted(
        {
            (upstream, event.seq)
            for event in events
            if type(event.payload) is Materialization and (event.payload.inputs or event.payload.parts)
            for upstream in (*event.payload.inputs.values(), *event.payload.parts)
        }
    )
