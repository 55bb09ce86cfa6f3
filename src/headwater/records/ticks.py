"""Ticks: what one evaluation of a sensor led to."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from headwater.records.events import ErrorInfo


class TickStatus(StrEnum):
    """How a tick ended. One that recorded events or requested runs is a success."""

    SUCCESS = "success"
    SKIPPED = "skipped"
    FAILURE = "failure"


class LogRecord(msgspec.Struct, frozen=True):
    """A line that user code logged. `timestamp` is in microseconds."""

    timestamp: int
    level: str
    text: str


class TickDetail(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a tick did, beyond its times and status."""

    skip_message: str | None = None
    error: ErrorInfo | None = None
    cursor: str | None = None
    events: tuple[int, ...] = ()
    event_assets: tuple[str, ...] = ()
    run_ids: tuple[str, ...] = ()
    log: tuple[LogRecord, ...] = ()


class Tick(msgspec.Struct, frozen=True, kw_only=True):
    """One evaluation of a sensor, as kept. Times are microseconds since the epoch."""

    tick_id: int
    sensor: str
    status: TickStatus
    started_at: int
    ended_at: int
    detail: TickDetail


class SensorState(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a sensor between its ticks. `running` None means: as its definition says."""

    sensor: str
    version: int = 0
    cursor: str | None = None
    running: bool | None = None
    started_at: int | None = None
    last_tick_at: int | None = None
    last_run_key: str | None = None
    tick_requested: bool = False
