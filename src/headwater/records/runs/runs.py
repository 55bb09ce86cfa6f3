"""The life cycle of a run: a table of state × event → state, and the run as stored.

Only `advance` assigns a run's state. A pair that the table lacks is an error that names the run.
"""

from __future__ import annotations

from typing import Any

import msgspec

from headwater.definitions.runs.status import RunStatus as RunStatus
from headwater.errors import InvalidTransitionError
from headwater.keys import AssetKey
from headwater.records.log.events import ErrorInfo, EventKind, NewEvent, RunEvent

BACKFILL_TAG = "headwater/backfill"
"""The tag of the runs of a backfill; its value names the backfill."""
IN_PROCESS = "in-process"
"""The location of a run whose definitions only the process has that asked for it, in Python."""
RETRY_TAG = "headwater/retry_of"
"""The tag of a run that makes what an earlier one did not; its value is that one's id."""


TRANSITIONS: dict[tuple[RunStatus | None, EventKind], RunStatus] = {
    (None, EventKind.RUN_REQUESTED): RunStatus.QUEUED,
    (RunStatus.QUEUED, EventKind.RUN_STARTED): RunStatus.STARTED,
    (RunStatus.QUEUED, EventKind.RUN_FAILED): RunStatus.FAILURE,
    (RunStatus.QUEUED, EventKind.RUN_CANCELED): RunStatus.CANCELED,
    (RunStatus.STARTED, EventKind.RUN_SUCCEEDED): RunStatus.SUCCESS,
    (RunStatus.STARTED, EventKind.RUN_FAILED): RunStatus.FAILURE,
    (RunStatus.STARTED, EventKind.RUN_CANCELED): RunStatus.CANCELED,
    # The engine that carried the run out is gone; another one, or the same one restarted, begins it anew.
    (RunStatus.STARTED, EventKind.RUN_REQUEUED): RunStatus.QUEUED,
}

_ABOUT_PARTITIONS = frozenset({EventKind.RUN_REQUESTED, EventKind.RUN_FAILED, EventKind.RUN_CANCELED})
"""Kinds from which the state of single partitions is folded."""

ENDED = frozenset({RunStatus.SUCCESS, RunStatus.FAILURE, RunStatus.CANCELED})


def advance(run_id: str, status: RunStatus | None, event: EventKind) -> RunStatus:
    """The state after an event.

    Raises:
        InvalidTransitionError: the event cannot happen in this state.
    """
    following = TRANSITIONS.get((status, event))
    if following is None:
        raise InvalidTransitionError(f"Run {run_id} is {status or 'not known'}, so {event} cannot happen to it.")
    return following


class Cause(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a run was requested: `kind` is `automation`, `sensor`, `app`, `cli` or `api`, which is any other client."""

    kind: str
    name: str | None = None
    reason: str | None = None
    events: tuple[int, ...] = ()
    """The `seq` of the events that led to it."""
    decided_at: int | None = None
    """For `automation`, the place in the log at which it was decided."""
    trace: str | None = None
    """The `traceparent` of the request for it; where it was caused by events, theirs counts."""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """A request to make some assets, and how it went. Times are microseconds since the epoch."""

    run_id: str
    location: str
    assets: tuple[str, ...]
    status: RunStatus
    cause: Cause
    created_at: int
    partition: str | None = None
    """The one partition of each asset that it makes; None where it makes whole assets, or several partitions."""
    partitions: tuple[str, ...] = ()
    """The partitions that it makes in one go, in order, where there are several."""
    checks: tuple[tuple[str, str], ...] = ()
    """Where nothing is made and only these checks of its assets are carried out: an asset and a name each."""
    tags: dict[str, str] = {}
    started_at: int | None = None
    ended_at: int | None = None
    error: ErrorInfo | None = None
    attempt: int = 1
    owner: str | None = None
    lease_until: int | None = None
    cancel_requested: bool = False
    run_config: dict[str, Any] = {}
    """The plain form of a `RunConfig`; an environment variable in it stays a name."""
    job_name: str | None = None
    joined: tuple[Cause, ...] = ()
    """Why it was requested again while it waited."""

    @property
    def updated_at(self) -> int:
        """When it was requested, began or ended last."""
        return self.ended_at or self.started_at or self.created_at

    @property
    def partition_keys(self) -> tuple[str, ...] | None:
        """The partitions that it makes, in order; None where its assets have none."""
        if self.partitions:
            return self.partitions
        return None if self.partition is None else (self.partition,)

    @property
    def asset_selection(self) -> frozenset[AssetKey]:
        """The assets that it makes, as keys."""
        return frozenset(map(AssetKey.from_escaped_user_string, self.assets))

    @property
    def is_finished(self) -> bool:
        """Whether it has ended, in whichever way."""
        return self.status in ENDED

    @property
    def is_success(self) -> bool:
        """Whether it made everything."""
        return self.status is RunStatus.SUCCESS

    @property
    def is_failure(self) -> bool:
        """Whether it failed."""
        return self.status is RunStatus.FAILURE

    def event(
        self,
        kind: EventKind,
        *,
        settles: tuple[str, ...] = (),
        reason: str | None = None,
        error: ErrorInfo | None = None,
    ) -> NewEvent:
        """The event that says that it moved on; see `RunEvent`."""
        partitions = self.partitions if kind in _ABOUT_PARTITIONS else ()
        payload = RunEvent(
            assets=self.assets,
            # A run of checks makes nothing, so there is no attempt to make an asset that it could end.
            settles=() if self.checks else settles,
            partitions=partitions,
            tags=self.tags if kind is EventKind.RUN_REQUESTED else {},
            job=self.job_name if kind is EventKind.RUN_REQUESTED else None,
            reason=reason,
            error=error,
            checks=self.checks,
        )
        return NewEvent(kind=kind, payload=payload, partition=self.partition, run_id=self.run_id)

    def moved(self, event: EventKind, now: int, *, error: ErrorInfo | None = None) -> Run:
        """The run after an event, at a moment in microseconds.

        Raises:
            InvalidTransitionError: the event cannot happen to the run as it is.
        """
        status = advance(self.run_id, self.status, event)
        requeued = event is EventKind.RUN_REQUEUED
        return msgspec.structs.replace(
            self,
            status=status,
            started_at=now if status is RunStatus.STARTED else None if requeued else self.started_at,
            ended_at=now if status in ENDED else None,
            error=error,
            attempt=self.attempt + 1 if requeued else self.attempt,
        )
