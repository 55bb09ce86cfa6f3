"""What single events say about something going wrong, or being well again; pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from typing import Any

import msgspec

from headwater.records.alerts.alerts import AlertCause, Severity
from headwater.records.log.events import (
    BackfillEvent,
    CheckEvaluation,
    DefinitionsChanged,
    ErrorInfo,
    Event,
    EventKind,
    ExternalRun,
    FreshnessChange,
    RunEvent,
    TickTrouble,
    Withdrawal,
    partitions_of,
)

_MOST_WAITS = 1_000


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """Something is wrong. `subject` is the same each time that it is wrong again."""

    cause: AlertCause
    subject: str
    severity: Severity = "ERROR"
    title: str
    detail: str | None = None
    assets: tuple[str, ...] = ()
    waits: tuple[tuple[str, str], ...] = ()
    failures: int = 1
    run_id: str | None = None
    name: str | None = None
    """Of the sensor, schedule or code location."""


class Relief(msgspec.Struct, frozen=True, kw_only=True):
    """Something may be well again: a subject, what an event said that counts no more, or what waits for a version."""

    subject: str | None = None
    withdrawn_seq: int | None = None
    made: tuple[str, str] | None = None
    """An asset of which there is a new version, and its partition, or ''."""


Signal = Trouble | Relief


def signal_of(event: Event, failed: Mapping[str, Collection[str]]) -> Signal | None:
    """What an event says; None where it says nothing of that sort.

    Args:
        event: The event.
        failed: By run, the assets of its steps that failed or were left out, where that is known.
    """
    if isinstance(event.payload, RunEvent) and event.kind is EventKind.RUN_FAILED:
        return _failed_run(event, event.payload, failed.get(event.run_id or "", ()))
    read = _READERS.get(event.kind)
    if read is None:
        return None
    found: Signal | None = read(event, event.payload)
    return found


def _failed_run(event: Event, payload: RunEvent, failed: Collection[str]) -> Trouble:
    assets = tuple(sorted(failed)) or payload.assets
    partitions = partitions_of(event)
    waits = [(key, partition) for key in assets for partition in partitions or ("",)]
    if len(waits) > _MOST_WAITS:
        waits = [(key, "") for key in assets]
    shown = _shown(assets)
    about = f"{shown}, {_shown(partitions)}" if partitions else shown
    return Trouble(
        cause=AlertCause.RUN_FAILURE,
        subject=_run_subject(payload.assets, partitions),
        title=f"A run of {about} failed",
        detail=_message(payload.error) or payload.reason,
        assets=assets,
        waits=tuple(waits),
        run_id=event.run_id,
    )


def _run_well(event: Event, payload: RunEvent) -> Relief:
    return Relief(subject=_run_subject(payload.assets, partitions_of(event)))


def _made(event: Event, _payload: object) -> Relief | None:
    return None if event.asset_key is None else Relief(made=(event.asset_key, event.partition or ""))


def _failed_elsewhere(event: Event, payload: ExternalRun) -> Trouble | None:
    if event.asset_key is None:
        return None
    about = f"{event.asset_key}, {event.partition}" if event.partition else event.asset_key
    return Trouble(
        cause=AlertCause.RUN_FAILURE,
        subject=_run_subject((event.asset_key,), partitions_of(event)),
        title=f"A run elsewhere of {about} failed",
        detail=payload.description,
        assets=(event.asset_key,),
        waits=((event.asset_key, event.partition or ""),),
    )


def _checked(event: Event, payload: CheckEvaluation) -> Signal | None:
    if event.asset_key is None:
        return None
    subject = f"check:{event.asset_key}:{payload.check_name}:{event.partition or ''}"
    if payload.passed:
        return Relief(subject=subject)
    about = f"{event.asset_key}, {event.partition}" if event.partition else event.asset_key
    is_warning = payload.severity == "WARN"
    return Trouble(
        cause=AlertCause.CHECK_FAILURE,
        subject=subject,
        severity="WARN" if is_warning else "ERROR",
        title=f"Check {payload.check_name} of {about} {'warned' if is_warning else 'failed'}",
        detail=payload.description,
        assets=(event.asset_key,),
        run_id=event.run_id,
    )


def _freshness(event: Event, payload: FreshnessChange) -> Signal | None:
    if event.asset_key is None:
        return None
    subject = f"freshness:{event.asset_key}"
    if payload.state not in ("WARN", "FAIL"):
        return Relief(subject=subject)
    return Trouble(
        cause=AlertCause.FRESHNESS,
        subject=subject,
        severity="WARN" if payload.state == "WARN" else "ERROR",
        title=f"{event.asset_key} is {'about to be late' if payload.state == 'WARN' else 'late'}",
        assets=(event.asset_key,),
    )


def _ticks(event: Event, payload: TickTrouble) -> Signal:
    subject = f"tick:{payload.name}"
    if event.kind is EventKind.TICK_RECOVERED:
        return Relief(subject=subject)
    often = "" if payload.failures == 1 else f" for the {_ordinal(payload.failures)} time in a row"
    return Trouble(
        cause=AlertCause.TICK_FAILURE,
        subject=subject,
        title=f"{payload.name} failed{often}",
        detail=_message(payload.error),
        failures=payload.failures,
        name=payload.name,
    )


def _location(_event: Event, payload: DefinitionsChanged) -> Signal:
    subject = f"location:{payload.location}"
    if payload.error is None:
        return Relief(subject=subject)
    return Trouble(
        cause=AlertCause.LOCATION_FAILURE,
        subject=subject,
        title=f"The definitions of {payload.location} could not be loaded",
        detail=_message(payload.error),
        name=payload.location,
    )


def _failed_backfill(_event: Event, payload: BackfillEvent) -> Trouble:
    return Trouble(
        cause=AlertCause.BACKFILL_FAILURE,
        subject=f"backfill:{payload.backfill}",
        title=f"A backfill of {payload.amount:,} partitions of {_shown(payload.assets)} ended with failures",
        detail=payload.reason,
        assets=payload.assets,
    )


def _backfill_well(_event: Event, payload: BackfillEvent) -> Relief:
    return Relief(subject=f"backfill:{payload.backfill}")


def _withdrawn(_event: Event, payload: Withdrawal) -> Relief:
    return Relief(withdrawn_seq=payload.target_seq)


_READERS: dict[EventKind, Callable[..., Any]] = {
    EventKind.RUN_SUCCEEDED: _run_well,
    EventKind.MATERIALIZATION: _made,
    EventKind.EXTERNAL_FAILED: _failed_elsewhere,
    EventKind.CHECK_EVALUATION: _checked,
    EventKind.FRESHNESS_CHANGED: _freshness,
    EventKind.TICK_FAILED: _ticks,
    EventKind.TICK_RECOVERED: _ticks,
    EventKind.DEFINITIONS_CHANGED: _location,
    EventKind.BACKFILL_FAILED: _failed_backfill,
    EventKind.BACKFILL_COMPLETED: _backfill_well,
    EventKind.EVENT_WITHDRAWN: _withdrawn,
}


def _run_subject(assets: Collection[str], partitions: Collection[str]) -> str:
    """The same for every run of the same assets and partitions."""
    named = "\0".join([*sorted(assets), "", *sorted(partitions)])
    return f"run:{hashlib.sha256(named.encode()).hexdigest()[:32]}"


def _message(error: ErrorInfo | None) -> str | None:
    return None if error is None else error.message


def _shown(names: Collection[str]) -> str:
    few = list(names)[:3]
    rest = len(names) - len(few)
    return ", ".join(few) + (f" and {rest:,} more" if rest else "")


def _ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number % 100 not in (11, 12, 13) else "th"
    return f"{number:,}{ending}"


KINDS = frozenset({*_READERS, EventKind.RUN_FAILED})
"""The kinds of events that say something of that sort."""
