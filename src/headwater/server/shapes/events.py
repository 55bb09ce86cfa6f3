"""The wire shapes of events, in pages and in the live stream."""

from __future__ import annotations

import msgspec

from headwater.server.shapes.values import ErrorView, MetadataValue, ReporterView


class EventView(msgspec.Struct, kw_only=True):
    """One event of the log. `title` is a sentence for people."""

    seq: int
    kind: str
    asset_key: str | None
    partition: str | None
    run_id: str | None
    timestamp: float
    recorded_at: float
    data_version: str | None
    title: str
    description: str | None
    metadata: dict[str, MetadataValue]
    tags: dict[str, str]
    inputs: dict[str, int]
    input_versions: dict[str, str]
    """Of a materialization that a run made: the data version of each input that it read."""
    code_version: str | None
    flags: list[str]
    reporter: ReporterView | None
    check_name: str | None
    passed: bool | None
    severity: str | None
    step: str | None
    error: ErrorView | None


class EventPage(msgspec.Struct, kw_only=True):
    """Events, newest first (a run's: oldest first). `next` continues the listing, None at its end."""

    items: list[EventView]
    next: str | None


class LiveEvent(msgspec.Struct, kw_only=True):
    """One message of the live stream: an event was committed. Its `id:` line is the `seq` to resume from."""

    seq: int
    kind: str
    asset_key: str | None
    partition: str | None
    run_id: str | None
    timestamp: float
