"""Evaluate one tick inside a worker: call the user's function and read what it came to. Nothing is written here."""

from __future__ import annotations

import traceback
from typing import Any

import msgspec

from headwater.automation.tick_messages import RequestedRun, TickOrder, TickReport, encoder, order_decoder
from headwater.clock import Clock, SystemClock, from_seconds, to_seconds
from headwater.definitions.contexts import SensorEvaluationContext
from headwater.definitions.definitions import Definitions
from headwater.definitions.events import AssetCheckEvaluation, AssetMaterialization, AssetObservation
from headwater.definitions.metadata import to_wire
from headwater.definitions.sensor_results import normalize_sensor_result
from headwater.definitions.sensors import RunRequest
from headwater.location.resources import ResourceScope
from headwater.location.tracebacks import describe
from headwater.location.user_calls import call
from headwater.location.worker import Emit
from headwater.records.events import CheckEvaluation, EventKind, Materialization, NewEvent, Observation, Reporter
from headwater.records.ticks import LogRecord, SensorState

_MOST_LINES = 500
_MOST_CHARACTERS = 4_000


class TickLog:
    """What `context.log` of a sensor is: lines that are kept with the tick, as many as are useful."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.lines: list[LogRecord] = []

    def debug(self, msg: object, *args: object) -> None:
        """A detail."""
        self._keep("DEBUG", msg, args)

    def info(self, msg: object, *args: object) -> None:
        """What happens."""
        self._keep("INFO", msg, args)

    def warning(self, msg: object, *args: object) -> None:
        """What may be wrong."""
        self._keep("WARNING", msg, args)

    def error(self, msg: object, *args: object) -> None:
        """What is wrong."""
        self._keep("ERROR", msg, args)

    def exception(self, msg: object, *args: object) -> None:
        """What is wrong, with the exception that is being handled."""
        self._keep("ERROR", f"{msg}\n{traceback.format_exc()}", args)

    def critical(self, msg: object, *args: object) -> None:
        """What keeps everything from working."""
        self._keep("CRITICAL", msg, args)

    def _keep(self, level: str, msg: object, args: tuple[object, ...]) -> None:
        if len(self.lines) < _MOST_LINES:
            text = str(msg) % args if args else str(msg)
            self.lines.append(LogRecord(self._clock.now(), level, text[:_MOST_CHARACTERS]))


def evaluate(definitions: Definitions, payload: bytes, _emit: Emit) -> bytes:
    """The task of a tick; see `headwater.location.worker.Task`."""
    order = order_decoder.decode(payload)
    log = TickLog(SystemClock())
    try:
        report = _evaluate(definitions, order, log)
    except Exception as error:  # whatever user code raises
        report = TickReport(error=describe(error))
    return encoder.encode(msgspec.structs.replace(report, log=tuple(log.lines)))


def _evaluate(definitions: Definitions, order: TickOrder, log: TickLog) -> TickReport:
    state = order.state
    sensor = definitions.get_sensor_def(state.sensor)
    with ResourceScope(definitions.resources, log=log) as scope:
        context = SensorEvaluationContext(
            sensor_name=state.sensor,
            log=log,
            cursor=state.cursor,
            last_tick_completion_time=None if state.last_tick_at is None else to_seconds(state.last_tick_at),
            last_run_key=state.last_run_key,
            is_first_tick_since_sensor_start=state.last_tick_at is None,
            resources=scope.among(sensor.needs.resources),
        )
        arguments = {name: scope.get(name) for name in sensor.needs.parameters}
        returned = call(sensor.compute_fn, context if sensor.takes_context else None, **arguments)
        outcome = normalize_sensor_result(returned, context)
    return TickReport(
        events=tuple(_new_event(event, state) for event in outcome.asset_events),
        runs=tuple(_requested(request) for request in outcome.run_requests),
        skip_message=outcome.skip_message,
        cursor=outcome.cursor,
    )


def _requested(request: RunRequest) -> RequestedRun:
    selection = request.asset_selection
    return RequestedRun(
        run_key=request.run_key,
        assets=None if selection is None else tuple(key.to_escaped_user_string() for key in selection),
        partition=request.partition_key,
        tags=dict(request.tags),
    )


def _new_event(event: AssetMaterialization | AssetObservation | AssetCheckEvaluation, state: SensorState) -> NewEvent:
    reporter = Reporter("sensor", state.sensor)
    moment = None if event.timestamp is None else from_seconds(event.timestamp)
    key = event.asset_key.to_escaped_user_string()
    if isinstance(event, AssetCheckEvaluation):
        evaluation = CheckEvaluation(
            check_name=event.check_name,
            passed=event.passed,
            severity=event.severity.value,
            metadata=to_wire(event.metadata),
            description=event.description,
            reporter=reporter,
        )
        return NewEvent(
            kind=EventKind.CHECK_EVALUATION,
            payload=evaluation,
            asset_key=key,
            partition=event.partition or None,
            timestamp=moment,
        )
    is_materialization = isinstance(event, AssetMaterialization)
    described: dict[str, Any] = {
        "metadata": to_wire(event.metadata),
        "description": event.description,
        "tags": dict(event.tags),
        "reporter": reporter,
    }
    return NewEvent(
        kind=EventKind.MATERIALIZATION if is_materialization else EventKind.OBSERVATION,
        payload=Materialization(**described) if is_materialization else Observation(**described),
        asset_key=key,
        partition=event.partition or None,
        timestamp=moment,
        data_version=event.data_version,
    )
