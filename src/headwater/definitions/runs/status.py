"""Where a run stands."""

from __future__ import annotations

from enum import StrEnum


class RunStatus(StrEnum):
    """Where a run stands: what `run.status` is, and what `@run_status_sensor` is called for.

    Example:
        >>> RunStatus.FAILURE.value
        'failure'
    """

    QUEUED = "queued"
    STARTED = "started"
    SUCCESS = "success"
    FAILURE = "failure"
    CANCELED = "canceled"


DagsterRunStatus = RunStatus
"""The name under which the peers' users know it."""
