"""A sensor's tick inside a worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from headwater.automation.ticks.log import TickLog
from headwater.automation.ticks.messages import TickOrder, TickReport
from headwater.automation.ticks.requested_runs import requested
from headwater.clock import from_seconds, to_seconds
from headwater.definitions.assets.events import AssetCheckEvaluation, AssetMaterialization, AssetObservation
from headwater.definitions.definitions import Definitions
from headwater.definitions.metadata.infer import to_wire
from headwater.definitions.partitions import AddDynamicPartitionsRequest
from headwater.definitions.sensors.context import SensorEvaluationContext
from headwater.definitions.sensors.definition import SensorDefinition
from headwater.definitions.sensors.event_contexts import MultiAssetSensorEvaluationContext, RunStatusSensorContext
from headwater.definitions.sensors.kept_state import KeptState
from headwater.definitions.sensors.requests import PartitionsRequest
from headwater.definitions.sensors.results import SensorOutcome, normalize_sensor_result
from headwater.errors import SensorResultError
from headwater.keys import AssetKey
from headwater.location.code.user_calls import call
from headwater.location.hosts.resources import ResourceScope
from headwater.records.automation.ticks import PartitionsChange, SensorState, ValueChanges
from headwater.records.log.event_records import EventRecord
from headwater.records.log.events import (
    CheckEvaluation,
    Event,
    EventKind,
    Materialization,
    NewEvent,
    Observation,
    Reporter,
)

_RUN_KINDS = {"run_status", "run_failure"}


def evaluate_sensor_tick(
    definitions: Definitions, order: TickOrder, log: TickLog, instance: Callable[[], Any] | None
) -> TickReport:
    """What a sensor's function comes to: once, or for each of the events that it is called for."""
    sensor = definitions.get_sensor_def(order.state.sensor)
    kept = KeptState(order.values)
    with ResourceScope(definitions.resources, log=log) as scope:
        tick = _Tick(definitions, sensor, order, log, instance, kept, scope)
        return tick.for_each_event() if sensor.watch is not None and sensor.watch.one_by_one else tick.once()


class _Tick:
    """One tick of one sensor."""

    def __init__(
        self,
        definitions: Definitions,
        sensor: SensorDefinition,
        order: TickOrder,
        log: TickLog,
        instance: Callable[[], Any] | None,
        kept: KeptState,
        scope: ResourceScope,
    ) -> None:
        self._definitions = definitions
        self._sensor = sensor
        self._order = order
        self._log = log
        self._instance = instance
        self._kept = kept
        self._scope = scope

    def once(self) -> TickReport:
        """Call the function once."""
        context = self._multi_asset_context() if self._sensor.kind == "multi_asset" else self._context()
        outcome = normalize_sensor_result(self._call(context), context)
        report = _report([outcome], self._order.state, outcome.cursor)
        put, deleted = self._kept.changes()
        return _with(report, values=ValueChanges(put=put, delete=tuple(deleted)))

    def for_each_event(self) -> TickReport:
        """Call the function for one event after another, up to the first that it fails over.

        What it came to before that one counts; the one that fails comes again, then as the first, and fails the tick.
        """
        outcomes: list[SensorOutcome] = []
        consumed: list[int] = []
        values = ValueChanges()
        for event in self._order.events:
            try:
                outcomes.append(self._for_event(event))
            except Exception:
                if not consumed:
                    raise
                self._log.exception("The event %s failed; it is tried again.", event.seq)
                break
            consumed.append(event.seq)
            put, deleted = self._kept.changes()
            values = ValueChanges(put=put, delete=tuple(deleted))
        cursor = str(consumed[-1]) if consumed else self._order.state.cursor
        return _with(_report(outcomes, self._order.state, cursor), values=values, consumed=tuple(consumed))

    def _for_event(self, event: Event) -> SensorOutcome:
        is_of_run = self._sensor.kind in _RUN_KINDS
        context = self._context(cursor=str(event.seq))
        given: tuple[Any, ...] = (self._run_context(event) if is_of_run else context, EventRecord(event))
        outcome = normalize_sensor_result(self._call(*given), context)
        if outcome.cursor != context.cursor or context.cursor_updated:
            raise SensorResultError(
                f"Sensor {self._sensor.name!r} is called for events, so its cursor is the place in the log; leave "
                "the cursor alone, and keep other things in context.state."
            )
        return outcome

    def _call(self, *given: Any) -> Any:
        arguments = {name: self._scope.get(name) for name in self._sensor.needs.parameters}
        context = given[0] if self._sensor.takes_context else None
        if self._sensor.arguments == 2:
            return call(lambda first, **more: self._sensor.compute_fn(first, given[1], **more), context, **arguments)
        return call(self._sensor.compute_fn, context, **arguments)

    def _options(self, cursor: str | None = None) -> dict[str, Any]:
        state = self._order.state
        started = state.started_at
        return {
            "sensor_name": state.sensor,
            "log": self._log,
            "cursor": state.cursor if cursor is None else cursor,
            "last_tick_completion_time": _seconds(state.last_tick_at),
            "last_run_key": state.last_run_key,
            "last_sensor_start_time": _seconds(started),
            "is_first_tick_since_sensor_start": state.last_tick_at is None or state.last_tick_at < (started or 0),
            "resources": self._scope.among(self._sensor.needs.resources),
            "state": self._kept,
            "instance": self._instance,
            "definitions": self._definitions,
        }

    def _context(self, cursor: str | None = None) -> SensorEvaluationContext:
        return SensorEvaluationContext(**self._options(cursor))

    def _multi_asset_context(self) -> MultiAssetSensorEvaluationContext:
        records: dict[AssetKey, list[EventRecord]] = {}
        for event in self._order.events:
            record = EventRecord(event)
            if record.asset_key is not None:
                records.setdefault(record.asset_key, []).append(record)
        monitored = [AssetKey.from_escaped_user_string(key) for key in self._order.monitored]
        return MultiAssetSensorEvaluationContext(monitored=monitored, records=records, **self._options())

    def _run_context(self, event: Event) -> RunStatusSensorContext:
        run = next((run for run in self._order.runs if run.run_id == event.run_id), None)
        failures = [EventRecord(step) for step in self._order.step_failures if step.run_id == event.run_id]
        context = RunStatusSensorContext(
            sensor_name=self._sensor.name,
            run=run,
            event=EventRecord(event),
            log=self._log,
            step_failures=failures,
            resources=self._scope.among(self._sensor.needs.resources),
            instance=self._instance,
            definitions=self._definitions,
        )
        return context.for_run_failure() if self._sensor.kind == "run_failure" else context


def _report(outcomes: list[SensorOutcome], state: SensorState, cursor: str | None) -> TickReport:
    return TickReport(
        events=tuple(_new_event(event, state) for outcome in outcomes for event in outcome.asset_events),
        runs=tuple(requested(request) for outcome in outcomes for request in outcome.run_requests),
        partitions=tuple(_change(request) for outcome in outcomes for request in outcome.partitions),
        skip_message=next((outcome.skip_message for outcome in reversed(outcomes)), None),
        cursor=cursor,
    )


def _with(report: TickReport, **changes: Any) -> TickReport:
    return msgspec.structs.replace(report, **changes)


def _change(request: PartitionsRequest) -> PartitionsChange:
    adds = isinstance(request, AddDynamicPartitionsRequest)
    keys = tuple(request.partition_keys)
    return PartitionsChange(name=request.partitions_def_name, add=keys if adds else (), delete=() if adds else keys)


def _seconds(moment: int | None) -> float | None:
    return None if moment is None else to_seconds(moment)


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
