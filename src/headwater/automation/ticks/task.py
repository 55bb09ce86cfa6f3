"""Evaluate one tick inside a worker: call the user's function and read what it came to. Nothing is written here."""

from __future__ import annotations

import msgspec

from headwater.automation.opened_instance import instance_opener
from headwater.automation.ticks.log import TickLog
from headwater.automation.ticks.messages import TickReport, encoder, order_decoder
from headwater.automation.ticks.requested_runs import check_configs
from headwater.automation.ticks.schedule_tick import evaluate_schedule_tick
from headwater.automation.ticks.sensor_tick import evaluate_sensor_tick
from headwater.clock import SystemClock
from headwater.definitions.definitions import Definitions
from headwater.location.code.tracebacks import describe
from headwater.location.hosts.worker import Emit


def evaluate(definitions: Definitions, payload: bytes, _emit: Emit) -> bytes:
    """The task of a tick; see `headwater.location.hosts.worker.Task`."""
    order = order_decoder.decode(payload)
    log = TickLog(SystemClock())
    is_schedule = order.state.sensor in definitions.resolve().schedules
    evaluate_tick = evaluate_schedule_tick if is_schedule else evaluate_sensor_tick
    try:
        report = evaluate_tick(definitions, order, log, instance_opener(order.instance))
        check_configs(definitions, order.state.sensor, report.runs)
    except Exception as error:  # whatever user code raises
        report = TickReport(error=describe(error))
    return encoder.encode(msgspec.structs.replace(report, log=tuple(log.lines)))
