"""Evaluate one tick inside a worker: call the user's function and read what it came to. Nothing is written here."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec

from headwater.automation.schedule_tick import evaluate_schedule_tick
from headwater.automation.sensor_tick import evaluate_sensor_tick
from headwater.automation.tick_log import TickLog
from headwater.automation.tick_messages import TickOrder, TickReport, encoder, order_decoder
from headwater.clock import SystemClock
from headwater.definitions.definitions import Definitions
from headwater.location.tracebacks import describe
from headwater.location.worker import Emit, find_task


def evaluate(definitions: Definitions, payload: bytes, _emit: Emit) -> bytes:
    """The task of a tick; see `headwater.location.worker.Task`."""
    order = order_decoder.decode(payload)
    log = TickLog(SystemClock())
    is_schedule = order.state.sensor in definitions.resolve().schedules
    evaluate_tick = evaluate_schedule_tick if is_schedule else evaluate_sensor_tick
    try:
        report = evaluate_tick(definitions, order, log, _instance_opener(order))
    except Exception as error:  # whatever user code raises
        report = TickReport(error=describe(error))
    return encoder.encode(msgspec.structs.replace(report, log=tuple(log.lines)))


def _instance_opener(order: TickOrder) -> Callable[[], Any] | None:
    if order.instance is None:
        return None
    opener, address = order.instance
    return lambda: _open(opener, address)


@cache
def _open(opener: str, address: str) -> Any:
    """The deployment as user code sees it; one for all ticks of this worker."""
    open_at: Any = find_task(opener)
    return open_at(address)
