"""What the engine sends a worker to evaluate a sensor, and what comes back."""

from __future__ import annotations

import msgspec

from headwater.records.events import NewEvent
from headwater.records.ticks import LogRecord, SensorState


class SensorOrder(msgspec.Struct, frozen=True, kw_only=True):
    """One tick to evaluate, from the state that the sensor has."""

    state: SensorState


class RequestedRun(msgspec.Struct, frozen=True, kw_only=True):
    """A run that a tick asks for. `assets` None means: all that the sensor targets."""

    run_key: str | None
    assets: tuple[str, ...] | None
    partition: str | None
    tags: dict[str, str]


class SensorReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a tick came to; nothing of it has happened yet."""

    events: tuple[NewEvent, ...]
    runs: tuple[RequestedRun, ...]
    skip_message: str | None
    cursor: str | None
    log: tuple[LogRecord, ...]


order_decoder = msgspec.msgpack.Decoder(SensorOrder)
report_decoder = msgspec.msgpack.Decoder(SensorReport)
encoder = msgspec.msgpack.Encoder()
