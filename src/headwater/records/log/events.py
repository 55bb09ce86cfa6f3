"""The event log's vocabulary: one frozen type a kind of fact, and the envelope that carries it.

Times are microseconds since the epoch. `timestamp` is when the thing happened, `recorded_at` when the log took it.
Asset keys are in the escaped text form of `AssetKey`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, TypeAlias

import msgspec

from headwater.definitions.snapshot import WireValue


class EventKind(StrEnum):
    """What sort of fact an event records."""

    MATERIALIZATION = "materialization"
    OBSERVATION = "observation"
    CHECK_EVALUATION = "check_evaluation"
    RUN_REQUESTED = "run_requested"
    RUN_REQUEST_JOINED = "run_request_joined"
    RUN_STARTED = "run_started"
    RUN_REQUEUED = "run_requeued"
    RUN_SUCCEEDED = "run_succeeded"
    RUN_FAILED = "run_failed"
    RUN_CANCELED = "run_canceled"
    RUN_CANCEL_REQUESTED = "run_cancel_requested"
    STEP_STARTED = "step_started"
    STEP_SUCCEEDED = "step_succeeded"
    STEP_FAILED = "step_failed"
    STEP_SKIPPED = "step_skipped"
    STEP_RETRIED = "step_retried"
    DEFINITIONS_CHANGED = "definitions_changed"
    LIMITS_CHANGED = "limits_changed"
    LOCATION_RELOAD_REQUESTED = "location_reload_requested"
    SENSOR_STARTED = "sensor_started"
    SENSOR_STOPPED = "sensor_stopped"
    SENSOR_TICK_REQUESTED = "sensor_tick_requested"
    SENSOR_CURSOR_SET = "sensor_cursor_set"
    SCHEDULE_STARTED = "schedule_started"
    SCHEDULE_STOPPED = "schedule_stopped"
    SCHEDULE_TICK_REQUESTED = "schedule_tick_requested"
    TICK_FAILED = "tick_failed"
    TICK_RECOVERED = "tick_recovered"
    DRY_RUN_REQUESTED = "dry_run_requested"
    DRY_RUN_ENDED = "dry_run_ended"
    PARTITIONS_CHANGED = "partitions_changed"
    EXTERNAL_STARTED = "external_started"
    EXTERNAL_PROGRESSING = "external_progressing"
    EXTERNAL_FAILED = "external_failed"
    EXTERNAL_SKIPPED = "external_skipped"
    EVENT_WITHDRAWN = "event_withdrawn"
    ASSET_WIPED = "asset_wiped"
    ASSET_RENAMED = "asset_renamed"
    FRESHNESS_CHANGED = "freshness_changed"
    BACKFILL_REQUESTED = "backfill_requested"
    BACKFILL_STARTED = "backfill_started"
    BACKFILL_PAUSED = "backfill_paused"
    BACKFILL_RESUMED = "backfill_resumed"
    BACKFILL_CANCEL_REQUESTED = "backfill_cancel_requested"
    BACKFILL_RETRIED = "backfill_retried"
    BACKFILL_COMPLETED = "backfill_completed"
    BACKFILL_FAILED = "backfill_failed"
    BACKFILL_CANCELED = "backfill_canceled"
    ALERT_RULE_CHANGED = "alert_rule_changed"
    ALERT_TEST_REQUESTED = "alert_test_requested"


CORRECTIONS = frozenset({EventKind.EVENT_WITHDRAWN, EventKind.ASSET_WIPED, EventKind.ASSET_RENAMED})
"""Kinds that change what earlier events mean."""


class Reporter(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Who told, `name`, and by which door, `via`: such as `rest`, `webhook`, `sensor`, `run`, `app` or `api`."""

    via: str
    name: str | None = None
    by: str | None = None
    """The token or person that it came with, where `name` is that of something else."""
    trace: str | None = None
    """The `traceparent` of the request that it came with; runs that it causes go on with that trace."""


class Materialization(
    msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag="materialization", tag_field="t"
):
    """An asset, or one partition of it, was written."""

    metadata: dict[str, WireValue] = {}
    description: str | None = None
    tags: dict[str, str] = {}
    inputs: dict[str, int] = {}
    """For each upstream asset, the `seq` of the version that this one read."""
    parts: tuple[int, ...] = ()
    """The `seq` of every version that it read of single partitions; `inputs` then has the newest of each asset."""
    read_seq: int | None = None
    """How far the log reached as the step began to read: whatever came later is not in this version."""
    news: bool = False
    """Whether the reporter asked that it be an update for what reads the asset, however long ago it happened."""
    code_version: str | None = None
    """The version of the code that made it, if its definition names one."""
    input_versions: dict[str, str] | None = None
    """For each upstream asset the data version that was read; None where nobody kept count."""
    flags: tuple[str, ...] = ()
    """What was odd about an accepted report; see `headwater.records.log.flags`."""
    reporter: Reporter | None = None


class Observation(
    msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag="observation", tag_field="t"
):
    """Something was learnt about an asset without it having been written."""

    metadata: dict[str, WireValue] = {}
    description: str | None = None
    tags: dict[str, str] = {}
    flags: tuple[str, ...] = ()
    reporter: Reporter | None = None


class CheckEvaluation(
    msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag="check_evaluation", tag_field="t"
):
    """A check of an asset was carried out, here or elsewhere."""

    check_name: str
    passed: bool
    severity: str = "ERROR"
    metadata: dict[str, WireValue] = {}
    description: str | None = None
    target_seq: int | None = None
    """The `seq` of the materialization that was judged, where that is known."""
    flags: tuple[str, ...] = ()
    reporter: Reporter | None = None


class ExternalRun(
    msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag="external_run", tag_field="t"
):
    """Another system's run that makes an asset moved on, or made nothing."""

    description: str | None = None
    metadata: dict[str, WireValue] = {}
    tags: dict[str, str] = {}
    flags: tuple[str, ...] = ()
    reporter: Reporter | None = None


class RunEvent(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag="run", tag_field="t"):
    """A run moved on in its life cycle; `assets` are all that it makes.

    `settles` are those that need no further attempt although no step of theirs began: the run was canceled, or
    could not begin at all.
    """

    assets: tuple[str, ...]
    settles: tuple[str, ...] = ()
    partitions: tuple[str, ...] = ()
    """Those of a run that makes several at once."""
    tags: dict[str, str] = {}
    """The run's, as it is requested."""
    reason: str | None = None
    error: ErrorInfo | None = None
    checks: tuple[tuple[str, str], ...] = ()
    """Where it makes nothing: the checks that it carries out, an asset and a name each."""
    job: str | None = None
    """The job that it is a run of, as it is requested."""


class StepEvent(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag="step", tag_field="t"):
    """A step of a run moved on; `checks` names those that it carries out."""

    step: str
    assets: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    partitions: tuple[str, ...] = ()
    """Those of a step that makes several at once."""
    inputs: dict[str, int] = {}
    ready_at: int | None = None
    """Of one that began: since when it only waited for room, in microseconds."""
    process_started_at: int | None = None
    """Of one that ended: when the process that carried it out had it, in microseconds."""
    duration: float | None = None
    error: ErrorInfo | None = None


class DefinitionsChanged(msgspec.Struct, frozen=True, gc=False, kw_only=True, tag="definitions", tag_field="t"):
    """A code location came into force with other definitions than before; or, with an `error`, could not be loaded."""

    location: str
    snapshot: str
    assets: int
    error: ErrorInfo | None = None


class LocationReload(
    msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag="reload", tag_field="t"
):
    """A person asked for a code location to be loaded as its files are now."""

    location: str
    reporter: Reporter | None = None


class LimitsChanged(
    msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag="limits", tag_field="t"
):
    """A person changed how many runs may go on at once; `limit` says which, `most` to how many, None for any number."""

    limit: str
    most: int | None = None
    reporter: Reporter | None = None


class SensorSwitched(
    msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag="sensor", tag_field="t"
):
    """A person switched a sensor or schedule on or off, asked it to tick, or changed its cursor."""

    sensor: str
    reporter: Reporter | None = None


class TickTrouble(
    msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag="trouble", tag_field="t"
):
    """A sensor or schedule failed, or works again after it did."""

    name: str
    failures: int
    """How many of its ticks in a row have failed; told of at 1, 2, 4, 8 and so on."""
    error: ErrorInfo | None = None


class AlertRuleEvent(
    msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag="alert_rule", tag_field="t"
):
    """A person made, changed or removed an alert rule, or asked for a message of it as a test."""

    rule: str
    reporter: Reporter | None = None


class DryRun(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag="dry_run", tag_field="t"):
    """A person asked what a tick would come to; or it was found out."""

    dry_run_id: str
    name: str


class PartitionsChanged(
    msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag="partitions", tag_field="t"
):
    """Keys were added to dynamic partitions, or deleted from them."""

    name: str
    added: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    reporter: Reporter | None = None


class Withdrawal(
    msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag="withdrawal", tag_field="t"
):
    """An earlier event counts no more."""

    target_seq: int
    reason: str | None = None
    reporter: Reporter | None = None


class Wipe(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag="wipe", tag_field="t"):
    """All earlier events of an asset count no more, or those of some partitions."""

    partitions: tuple[str, ...] = ()
    reason: str | None = None
    reporter: Reporter | None = None


class Rename(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag="rename", tag_field="t"):
    """An asset got the history of a `former` one; `merged` where it may have had one of its own."""

    former: str
    merged: bool = False
    reason: str | None = None
    reporter: Reporter | None = None


class FreshnessChange(
    msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag="freshness", tag_field="t"
):
    """An asset meets its freshness policy from now on, or does not; the event's time is since when."""

    state: str
    """`PASS`, `WARN`, `FAIL` or `UNKNOWN`."""
    former: str
    updated_at: int | None = None
    """When its newest version was made, in microseconds."""
    deadline: int | None = None
    """When the state changes next if nothing is reported, in microseconds."""


class BackfillEvent(
    msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag="backfill", tag_field="t"
):
    """A backfill moved on in its life cycle, or a person asked that of it."""

    backfill: str
    assets: tuple[str, ...]
    amount: int
    """How many partitions it makes, over all assets."""
    reason: str | None = None
    reporter: Reporter | None = None


class ErrorInfo(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Why something failed: one readable sentence, and the traceback from user code on where there is one."""

    message: str
    type: str | None = None
    traceback: str | None = None


Payload: TypeAlias = (
    Materialization
    | Observation
    | CheckEvaluation
    | ExternalRun
    | RunEvent
    | StepEvent
    | DefinitionsChanged
    | LocationReload
    | LimitsChanged
    | SensorSwitched
    | DryRun
    | PartitionsChanged
    | Withdrawal
    | Wipe
    | Rename
    | FreshnessChange
    | BackfillEvent
    | TickTrouble
    | AlertRuleEvent
)


Report: TypeAlias = Materialization | Observation | CheckEvaluation | ExternalRun
"""What others may say of an asset."""


class NewEvent(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A fact on its way into the log. `timestamp` None means: the time of receipt."""

    kind: EventKind
    payload: Payload
    asset_key: str | None = None
    partition: str | None = None
    run_id: str | None = None
    timestamp: int | None = None
    data_version: str | None = None


class Event(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A fact in the log. `seq` increases in commit order, without gaps."""

    seq: int
    kind: EventKind
    payload: Payload
    asset_key: str | None
    partition: str | None
    run_id: str | None
    timestamp: int
    recorded_at: int
    data_version: str | None


def partitions_of(event: NewEvent | Event) -> tuple[str, ...]:
    """The partitions that an event is about; none where it is about an asset as a whole."""
    several: tuple[str, ...] = getattr(event.payload, "partitions", ())
    if several or not event.partition:
        return several
    return (event.partition,)


_PAYLOAD_DECODER: msgspec.json.Decoder[Any] = msgspec.json.Decoder(Payload)
_ENCODER = msgspec.json.Encoder()


def encode_payload(payload: Payload) -> str:
    """The payload as JSON text."""
    return _ENCODER.encode(payload).decode()


def decode_payload(text: str | bytes) -> Payload:
    """The inverse of `encode_payload`."""
    payload: Payload = _PAYLOAD_DECODER.decode(text)
    return payload
