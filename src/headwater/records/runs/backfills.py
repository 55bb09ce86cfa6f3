"""The life cycle of a backfill: a table of state × event → state, and the backfill as stored.

Only `advance` assigns a backfill's state. A pair that the table lacks is an error that names the backfill.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeAlias

import msgspec

from headwater.definitions.assets.backfill_policy import BackfillPolicy
from headwater.errors import InvalidTransitionError
from headwater.records.log.events import BackfillEvent, Event, EventKind, NewEvent, Reporter, StepEvent
from headwater.records.runs.runs import Cause, RunStatus

MAX_RUNS = 16
"""How many runs of a backfill are queued or going on at once, if nobody says otherwise."""


class BackfillStatus(StrEnum):
    """Where a backfill stands. One that failed has made all that could be made."""

    REQUESTED = "requested"
    RUNNING = "running"
    PAUSED = "paused"
    CANCELING = "canceling"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELED = "canceled"


_S, _E = BackfillStatus, EventKind
TRANSITIONS: dict[tuple[BackfillStatus | None, EventKind], BackfillStatus] = {
    (None, _E.BACKFILL_REQUESTED): _S.REQUESTED,
    (_S.REQUESTED, _E.BACKFILL_STARTED): _S.RUNNING,
    (_S.REQUESTED, _E.BACKFILL_PAUSED): _S.PAUSED,
    (_S.RUNNING, _E.BACKFILL_PAUSED): _S.PAUSED,
    (_S.PAUSED, _E.BACKFILL_RESUMED): _S.RUNNING,
    (_S.REQUESTED, _E.BACKFILL_CANCEL_REQUESTED): _S.CANCELING,
    (_S.RUNNING, _E.BACKFILL_CANCEL_REQUESTED): _S.CANCELING,
    (_S.PAUSED, _E.BACKFILL_CANCEL_REQUESTED): _S.CANCELING,
    (_S.CANCELING, _E.BACKFILL_CANCELED): _S.CANCELED,
    (_S.RUNNING, _E.BACKFILL_COMPLETED): _S.COMPLETED,
    # Its last runs may end well while no further ones are requested.
    (_S.PAUSED, _E.BACKFILL_COMPLETED): _S.COMPLETED,
    (_S.RUNNING, _E.BACKFILL_FAILED): _S.FAILED,
    (_S.RUNNING, _E.BACKFILL_RETRIED): _S.RUNNING,
    (_S.PAUSED, _E.BACKFILL_RETRIED): _S.PAUSED,
    (_S.FAILED, _E.BACKFILL_RETRIED): _S.RUNNING,
    (_S.CANCELED, _E.BACKFILL_RETRIED): _S.RUNNING,
}

BEGINS = frozenset({_E.BACKFILL_REQUESTED, _E.BACKFILL_RETRIED})
"""The events from which on a backfill is to make what it has not made."""

ENDS = frozenset({_E.BACKFILL_COMPLETED, _E.BACKFILL_FAILED, _E.BACKFILL_CANCELED})
"""The events from which on it makes nothing."""

ACTIVE = frozenset({_S.REQUESTED, _S.RUNNING, _S.PAUSED, _S.CANCELING})
"""Those that an engine follows."""


def advance(backfill_id: str, status: BackfillStatus | None, event: EventKind) -> BackfillStatus:
    """The state after an event.

    Raises:
        InvalidTransitionError: the event cannot happen in this state.
    """
    following = TRANSITIONS.get((status, event))
    if following is None:
        happened = event.value.removeprefix("backfill_").replace("_", " ")
        raise InvalidTransitionError(
            f"Backfill {backfill_id} is {status or 'not known'}, so it can't be {_PHRASES.get(event, happened)}."
        )
    return following


_PHRASES = {EventKind.BACKFILL_CANCEL_REQUESTED: "canceled"}


class Target(msgspec.Struct, frozen=True):
    """What a backfill is to make of one asset: the keys of partitions in order; for one without, the empty string."""

    asset: str
    partitions: tuple[str, ...]


Rests: TypeAlias = Mapping[str, Sequence[Target]]
"""By backfill, what is still to be made of each asset."""


class Counts(msgspec.Struct, frozen=True, omit_defaults=True):
    """How many partitions of the targets stand how."""

    materialized: int = 0
    failed: int = 0
    in_progress: int = 0
    """A run that makes them is going on."""
    queued: int = 0
    """A run that makes them waits for its turn."""
    waiting: int = 0
    """For what is upstream, or for their turn."""
    blocked: int = 0
    """They can't be made, because something upstream of them failed."""

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, name) + getattr(other, name) for name in self.__struct_fields__))


class Backfill(msgspec.Struct, frozen=True, kw_only=True):
    """A request to make many partitions of some assets. Times are microseconds since the epoch."""

    backfill_id: str
    status: BackfillStatus
    assets: tuple[str, ...]
    cause: Cause
    created_at: int
    total: int
    """How many partitions there are to make, over all assets."""
    policy: BackfillPolicy | None = None
    """In place of what each asset says."""
    max_runs: int = MAX_RUNS
    tags: dict[str, str] = {}
    run_config: dict[str, Any] = {}
    started_at: int | None = None
    ended_at: int | None = None
    counts: Counts = Counts()
    """As of the engine's last decision."""
    version: int = 0
    """Counts what was written of it, so that of two writers only one goes on from what it read."""

    def event(self, kind: EventKind, reporter: Reporter | None = None, reason: str | None = None) -> NewEvent:
        """The event that says that it moved on."""
        payload = BackfillEvent(
            backfill=self.backfill_id, assets=self.assets, amount=self.total, reason=reason, reporter=reporter
        )
        return NewEvent(kind=kind, payload=payload)

    def moved(self, event: EventKind, now: int) -> Backfill:
        """The backfill after an event, at a moment in microseconds.

        Raises:
            InvalidTransitionError: the event cannot happen to the backfill as it is.
        """
        status = advance(self.backfill_id, self.status, event)
        begins = status is BackfillStatus.RUNNING and self.started_at is None
        return msgspec.structs.replace(
            self,
            status=status,
            started_at=now if begins else self.started_at,
            ended_at=None if status in ACTIVE else now,
        )


class BackfillRun(msgspec.Struct, frozen=True, kw_only=True):
    """A run of a backfill, and what became of its assets once it has ended."""

    run_id: str
    assets: tuple[str, ...]
    partitions: tuple[str, ...]
    """As in `Target`."""
    status: RunStatus
    settled: bool = False
    """Whether the end of the run is taken into account; only then do `made` and `failed` mean anything."""
    made: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    """Those whose own step failed. What was neither made nor failed was not begun."""
    retried: bool = False
    """Whether what it did not make is to be tried again."""


def settle(run: BackfillRun, events: Iterable[Event]) -> BackfillRun:
    """A run that has ended, with what became of its assets.

    Args:
        run: As it was under way.
        events: All of the run; of one that succeeded, its end is enough.
    """
    made: set[str] = set()
    failed: set[str] = set()
    status = run.status
    for event in events:
        if isinstance(event.payload, StepEvent):
            mine = set(event.payload.assets)
            made = made | mine if event.kind is EventKind.STEP_SUCCEEDED else made - mine
            failed = failed | mine if event.kind is EventKind.STEP_FAILED else failed - mine
        elif event.kind is EventKind.RUN_SUCCEEDED:
            made, failed, status = set(run.assets), set(), RunStatus.SUCCESS
        elif event.kind is EventKind.RUN_CANCELED:
            status = RunStatus.CANCELED
        elif event.kind is EventKind.RUN_FAILED:
            # A run that failed without a step of its own to blame, failed with all that it did not make.
            failed, status = failed or set(run.assets) - made, RunStatus.FAILURE
    return msgspec.structs.replace(
        run, status=status, settled=True, made=tuple(sorted(made)), failed=tuple(sorted(failed))
    )
