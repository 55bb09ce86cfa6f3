"""Ticks: what one evaluation of a sensor or schedule led to, and what is kept between two of them."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from headwater.records.log.events import ErrorInfo


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


class PartitionsChange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Keys that a tick adds to dynamic partitions, or deletes from them."""

    name: str
    add: tuple[str, ...] = ()
    delete: tuple[str, ...] = ()


class ValueChanges(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a tick changes of the values that its sensor keeps; those in `put` are JSON text."""

    put: dict[str, str] = {}
    delete: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything changes."""
        return bool(self.put or self.delete)


class TickDetail(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a tick did, beyond its times and status."""

    skip_message: str | None = None
    error: ErrorInfo | None = None
    cursor: str | None = None
    events: tuple[int, ...] = ()
    event_assets: tuple[str, ...] = ()
    run_ids: tuple[str, ...] = ()
    log: tuple[LogRecord, ...] = ()
    due_at: int | None = None
    """When it should have begun; None where a person asked for it."""
    scheduled_at: int | None = None
    """Of a schedule's tick: the time that it stands for."""
    partitions: tuple[PartitionsChange, ...] = ()
    values_changed: int = 0
    attempt: int = 1
    """How many times in a row it was tried, if it failed before."""
    consumed: tuple[int, ...] = ()
    """The `seq` of the events that it was about."""


class EndedTick(msgspec.Struct, frozen=True, kw_only=True):
    """One evaluation of a sensor or schedule that has ended. Times are microseconds since the epoch."""

    sensor: str
    status: TickStatus
    started_at: int
    ended_at: int
    detail: TickDetail


class Tick(EndedTick, frozen=True, kw_only=True):
    """One evaluation of a sensor or schedule, as kept.

    `tick_id` grows with the order in which ticks were kept.
    """

    tick_id: int


class SensorState(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a sensor or schedule between its ticks. `running` None means: as its definition says."""

    sensor: str
    version: int = 0
    cursor: str | None = None
    running: bool | None = None
    started_at: int | None = None
    last_tick_at: int | None = None
    last_run_key: str | None = None
    tick_requested: bool = False
    failures: int = 0
    """How many ticks in a row have failed."""
    retry_at: int | None = None
    """When a failed tick is tried again."""
    scheduled_at: int | None = None
    """Of a schedule: up to which of its times all is decided."""
