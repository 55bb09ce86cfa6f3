"""What the engine sends a worker to evaluate a tick, and what comes back."""

from __future__ import annotations

from typing import Any

import msgspec

from headwater.records.automation.ticks import LogRecord, PartitionsChange, SensorState, ValueChanges
from headwater.records.log.events import ErrorInfo, Event, NewEvent
from headwater.records.runs.runs import Run


class TickOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One tick to evaluate, from the state that the sensor or schedule has."""

    state: SensorState
    values: dict[str, str] = {}
    """What the sensor keeps beside its cursor, as JSON text by key."""
    events: tuple[Event, ...] = ()
    """What an event-driven sensor is called for, in the order of the log."""
    scheduled_at: int | None = None
    """The time that a schedule's tick stands for."""
    monitored: tuple[str, ...] = ()
    """The assets that a multi-asset sensor watches."""
    runs: tuple[Run, ...] = ()
    """Those that the events are about."""
    step_failures: tuple[Event, ...] = ()
    """The failed steps of these runs."""
    instance: tuple[str, str] | None = None
    """What opens `context.instance` (`module:function`), and the store's address."""


class RequestedRun(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A run that a tick asks for. `assets` None means: all that the sensor targets."""

    run_key: str | None = None
    assets: tuple[str, ...] | None = None
    checks: tuple[tuple[str, str], ...] | None = None
    partition: str | None = None
    tags: dict[str, str] = {}
    run_config: dict[str, Any] | None = None
    job_name: str | None = None
    stale_only: bool = False


class TickReport(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a tick came to; nothing of it has happened yet."""

    events: tuple[NewEvent, ...] = ()
    runs: tuple[RequestedRun, ...] = ()
    skip_message: str | None = None
    cursor: str | None = None
    log: tuple[LogRecord, ...] = ()
    values: ValueChanges = ValueChanges()
    partitions: tuple[PartitionsChange, ...] = ()
    consumed: tuple[int, ...] = ()
    """The `seq` of the events that it was about, those given up included."""
    error: ErrorInfo | None = None
    """Why user code failed; then nothing else counts but the log."""


order_decoder = msgspec.msgpack.Decoder(TickOrder)
report_decoder = msgspec.msgpack.Decoder(TickReport)
encoder = msgspec.msgpack.Encoder()
