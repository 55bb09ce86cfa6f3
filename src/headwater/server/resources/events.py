"""Events as the API shows them."""

from __future__ import annotations

from collections.abc import Mapping

from headwater.clock import to_seconds
from headwater.definitions.snapshot import WireValue
from headwater.records.log.events import (
    AlertRuleEvent,
    BackfillEvent,
    CheckEvaluation,
    DefinitionsChanged,
    DryRun,
    ErrorInfo,
    Event,
    EventKind,
    ExternalRun,
    FreshnessChange,
    LimitsChanged,
    LocationReload,
    Materialization,
    Observation,
    PartitionsChanged,
    Rename,
    Report,
    Reporter,
    RunEvent,
    SensorSwitched,
    StepEvent,
    TickTrouble,
    Wipe,
    Withdrawal,
)
from headwater.server import shapes

_RUN_TITLES = {
    EventKind.RUN_REQUESTED: "Run requested",
    EventKind.RUN_REQUEST_JOINED: "Run requested again while it waited",
    EventKind.RUN_STARTED: "Run started",
    EventKind.RUN_REQUEUED: "Run begun anew, because its engine was gone",
    EventKind.RUN_SUCCEEDED: "Run succeeded",
    EventKind.RUN_FAILED: "Run failed",
    EventKind.RUN_CANCELED: "Run canceled",
    EventKind.RUN_CANCEL_REQUESTED: "Cancellation of the run requested",
}
_SENSOR_TITLES = {
    EventKind.SENSOR_STARTED: ("Sensor", "switched on"),
    EventKind.SENSOR_STOPPED: ("Sensor", "switched off"),
    EventKind.SENSOR_TICK_REQUESTED: ("Sensor", "asked to tick"),
    EventKind.SENSOR_CURSOR_SET: ("Sensor", "set back or on by hand"),
    EventKind.SCHEDULE_STARTED: ("Schedule", "switched on"),
    EventKind.SCHEDULE_STOPPED: ("Schedule", "switched off"),
    EventKind.SCHEDULE_TICK_REQUESTED: ("Schedule", "asked to tick"),
}
_EXTERNAL_TITLES = {
    EventKind.EXTERNAL_STARTED: "Its run elsewhere started",
    EventKind.EXTERNAL_PROGRESSING: "Its run elsewhere goes on",
    EventKind.EXTERNAL_FAILED: "Its run elsewhere failed",
    EventKind.EXTERNAL_SKIPPED: "Its run elsewhere made nothing",
}
_BACKFILL_TITLES = {
    EventKind.BACKFILL_REQUESTED: "requested",
    EventKind.BACKFILL_STARTED: "started",
    EventKind.BACKFILL_PAUSED: "paused",
    EventKind.BACKFILL_RESUMED: "resumed",
    EventKind.BACKFILL_CANCEL_REQUESTED: "asked to end",
    EventKind.BACKFILL_RETRIED: "tries again what failed",
    EventKind.BACKFILL_COMPLETED: "completed",
    EventKind.BACKFILL_FAILED: "ended with failures",
    EventKind.BACKFILL_CANCELED: "canceled",
}
_STEP_TITLES = {
    EventKind.STEP_STARTED: "started",
    EventKind.STEP_SUCCEEDED: "succeeded",
    EventKind.STEP_FAILED: "failed",
    EventKind.STEP_SKIPPED: "skipped",
    EventKind.STEP_RETRIED: "failed, and is tried again",
}
_WITH_ERRORS = (RunEvent, StepEvent, TickTrouble, DefinitionsChanged)


def event_view(event: Event) -> shapes.EventView:
    """One event in full."""
    payload = event.payload
    told = payload if isinstance(payload, Report) else None
    return shapes.EventView(
        seq=event.seq,
        kind=event.kind.value,
        asset_key=event.asset_key,
        partition=event.partition,
        run_id=event.run_id,
        timestamp=to_seconds(event.timestamp),
        recorded_at=to_seconds(event.recorded_at),
        data_version=event.data_version,
        title=_title(event),
        description=told.description if told else None,
        metadata=metadata_view(told.metadata) if told else {},
        tags=payload.tags if isinstance(payload, (Materialization, Observation, ExternalRun)) else {},
        inputs=payload.inputs if isinstance(payload, Materialization) else {},
        input_versions=(payload.input_versions or {}) if isinstance(payload, Materialization) else {},
        code_version=payload.code_version if isinstance(payload, Materialization) else None,
        flags=list(told.flags) if told else [],
        reporter=_reporter_view(getattr(payload, "reporter", None)),
        check_name=payload.check_name if isinstance(payload, CheckEvaluation) else None,
        passed=payload.passed if isinstance(payload, CheckEvaluation) else None,
        severity=payload.severity if isinstance(payload, CheckEvaluation) else None,
        step=payload.step if isinstance(payload, StepEvent) else None,
        error=error_view(payload.error) if isinstance(payload, _WITH_ERRORS) else None,
    )


def metadata_view(metadata: Mapping[str, WireValue]) -> dict[str, shapes.MetadataValue]:
    """Metadata entries by name."""
    return {name: shapes.MetadataValue(type=entry.type, value=entry.value) for name, entry in metadata.items()}


def error_view(error: ErrorInfo | None) -> shapes.ErrorView | None:
    """Why something failed."""
    if error is None:
        return None
    return shapes.ErrorView(message=error.message, type=error.type, traceback=error.traceback)


def _reporter_view(reporter: Reporter | None) -> shapes.ReporterView | None:
    return None if reporter is None else shapes.ReporterView(via=reporter.via, name=reporter.name, by=reporter.by)


def _title(event: Event) -> str:
    payload = event.payload
    if isinstance(payload, CheckEvaluation):
        outcome = "passed" if payload.passed else "warned" if payload.severity == "WARN" else "failed"
        return f"Check {payload.check_name} {outcome}"
    if isinstance(payload, StepEvent):
        return f"Step {payload.step} {_STEP_TITLES[event.kind]}"
    if isinstance(payload, RunEvent):
        return _RUN_TITLES[event.kind]
    if isinstance(payload, SensorSwitched):
        return f"{_SENSOR_TITLES[event.kind][0]} {payload.sensor} {_SENSOR_TITLES[event.kind][1]}"
    if isinstance(payload, PartitionsChanged):
        return f"Partitions {payload.name}: {len(payload.added)} added, {len(payload.deleted)} deleted"
    if isinstance(payload, DryRun):
        return f"Dry run of {payload.name}"
    if isinstance(payload, ExternalRun):
        return _EXTERNAL_TITLES[event.kind]
    if isinstance(payload, (Withdrawal, Wipe, Rename)):
        return _correction_title(payload)
    if isinstance(payload, (BackfillEvent, FreshnessChange)):
        return _change_title(event.kind, payload)
    if isinstance(payload, (DefinitionsChanged, LimitsChanged, LocationReload, AlertRuleEvent)):
        return _deployment_title(event.kind, payload)
    if isinstance(payload, TickTrouble):
        return f"{payload.name} {f'failed {_times(payload.failures)}' if payload.failures else 'works again'}"
    made = "Materialized" if payload.reporter is not None and payload.reporter.via == "run" else "Reported"
    return "Observed" if isinstance(payload, Observation) else made


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times in a row"


def _change_title(kind: EventKind, payload: BackfillEvent | FreshnessChange) -> str:
    if isinstance(payload, BackfillEvent):
        return f"Backfill of {payload.amount:,} partitions {_BACKFILL_TITLES[kind]}"
    return f"Freshness went from {payload.former} to {payload.state}"


def _deployment_title(
    kind: EventKind, payload: DefinitionsChanged | LimitsChanged | LocationReload | AlertRuleEvent
) -> str:
    if isinstance(payload, DefinitionsChanged):
        return f"Definitions of {payload.location} {'changed' if payload.error is None else 'could not be loaded'}"
    if isinstance(payload, AlertRuleEvent):
        return f"Alert rule {payload.rule} {'changed' if kind is EventKind.ALERT_RULE_CHANGED else 'asked for a test'}"
    if isinstance(payload, LocationReload):
        return f"Reload of {payload.location} asked for"
    return f"Limit for {payload.limit} {'lifted' if payload.most is None else f'set to {payload.most}'}"


def _correction_title(payload: Withdrawal | Wipe | Rename) -> str:
    because = f": {payload.reason}" if payload.reason else ""
    if isinstance(payload, Withdrawal):
        return f"Event {payload.target_seq} withdrawn{because}"
    if isinstance(payload, Rename):
        return f"{payload.former} {'merged into this asset' if payload.merged else 'renamed to this'}{because}"
    shown = ", ".join(payload.partitions[:3]) + (", …" if len(payload.partitions) > 3 else "")
    return f"{f'Partitions {shown}' if shown else 'The asset'} wiped{because}"
