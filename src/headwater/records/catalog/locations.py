"""Code locations as they stand: loading, loaded with a snapshot, or failed with a traceback."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from headwater.records.log.events import ErrorInfo


class LocationStatus(StrEnum):
    """Whether a location's definitions could be loaded. One that failed keeps the last good snapshot."""

    LOADING = "loading"
    LOADED = "loaded"
    FAILED = "failed"


class Location(msgspec.Struct, frozen=True, kw_only=True):
    """A code location; `snapshot` is the content hash of the definitions in force."""

    name: str
    status: LocationStatus
    error: ErrorInfo | None = None
    snapshot: str | None = None
    loaded_at: int | None = None
