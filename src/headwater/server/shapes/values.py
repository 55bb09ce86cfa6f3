"""Values that several shapes hold."""

from __future__ import annotations

from typing import Any

import msgspec


class MetadataValue(msgspec.Struct, kw_only=True):
    """One metadata value: its kind (`int`, `url`, `md`, `table`, …) and plain JSON."""

    type: str
    value: Any


class ErrorView(msgspec.Struct, kw_only=True):
    """Why something failed."""

    message: str
    type: str | None
    traceback: str | None


class ReporterView(msgspec.Struct, kw_only=True):
    """Who told the log: `via` is `rest`, `sensor`, `run`, `openlineage`, `app` or `cli`; `name` says which one.

    `by` is the token or person that it came with, where `name` is that of something else, such as a job.
    """

    via: str
    name: str | None
    by: str | None = None


class EventRef(msgspec.Struct, kw_only=True):
    """The head of an event: enough to say when and by what an asset was last touched."""

    seq: int
    timestamp: float
    partition: str | None
    run_id: str | None


class SourceView(msgspec.Struct, kw_only=True):
    """Where a definition stands in the user's code."""

    file: str
    line: int
