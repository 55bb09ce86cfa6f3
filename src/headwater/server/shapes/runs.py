"""The wire shapes of runs, their steps and logs, and of what requests them."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from headwater.server.shapes.values import ErrorView

RunStatusName = Literal["queued", "started", "success", "failure", "canceled"]


class RunCause(msgspec.Struct, kw_only=True):
    """Why a run was requested: `kind` is `automation`, `sensor`, `app`, `cli` or `api`."""

    kind: str
    name: str | None
    reason: str | None
    events: list[int]


class RunPartitions(msgspec.Struct, kw_only=True):
    """The partitions that a run makes in one go; others may lie between the first and the last."""

    first: str
    last: str
    count: int


class RunView(msgspec.Struct, kw_only=True):
    """A request to make some assets, and how it went."""

    run_id: str
    status: RunStatusName
    assets: list[str]
    partition: str | None
    partition_range: RunPartitions | None
    location: str
    cause: RunCause
    tags: dict[str, str]
    created_at: float
    started_at: float | None
    ended_at: float | None
    error: ErrorView | None
    attempt: int
    job_name: str | None = None
    run_config: dict[str, Any] = {}
    checks: list[CheckName] = []
    """Where the run makes nothing and carries out these checks of its assets."""
    joined: list[RunCause] = []
    """Why it was requested again while it waited."""
    queue_position: int | None = None
    """Its place among the runs that wait, from 1."""
    waiting_for: str | None = None


class RunPage(msgspec.Struct, kw_only=True):
    """Runs, newest first."""

    items: list[RunView]
    next: str | None


class StepProgress(msgspec.Struct, kw_only=True):
    """How far a step says that it is: `done` of `total`, in its own unit; `share` is from 0 to 1."""

    done: float
    total: float | None
    share: float | None
    text: str | None
    told_at: float


class StepView(msgspec.Struct, kw_only=True):
    """One step of a run; `expected_seconds` is how long one that is under way took lately.

    It is `canceled` where the run ended while it was under way, and `waiting` where only its pools keep it.
    """

    name: str
    status: Literal["waiting", "started", "success", "failure", "skipped", "canceled"]
    assets: list[str]
    checks: list[str]
    started_at: float | None
    ended_at: float | None
    error: ErrorView | None
    progress: StepProgress | None = None
    expected_seconds: float | None = None
    waiting_for: str | None = None
    """What keeps one that is `waiting` from beginning, such as a pool that is full."""
    ready_at: float | None = None
    """Since when it only waited for room, before `started_at`."""
    process_started_at: float | None = None
    """When the process that carried it out had it: until then it was starting. Known once the step has ended."""


class RunDetail(msgspec.Struct, kw_only=True):
    """A run with its steps; `partitions` are all that it makes in one go, where there are several."""

    run: RunView
    partitions: list[str]
    steps: list[StepView]


class LogLine(msgspec.Struct, kw_only=True):
    """One line of a run's log. `stream` is `log` (context.log), `stdout` or `stderr`."""

    timestamp: float | None
    step: str
    stream: Literal["log", "stdout", "stderr"]
    level: str
    text: str


class LogPage(msgspec.Struct, kw_only=True):
    """Lines of a run's log in order. Pass `next` as `after` to read on; `ended` says that no more will come."""

    items: list[LogLine]
    next: str
    ended: bool


class CheckName(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A check: the asset that it judges, and its name there."""

    asset: str
    name: str


class RunRequestBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Assets to make; with `partition`, that partition of each, or a range written as `first...last`.

    With `partitions`, each step makes all of them in one go. In place of assets, `checks` to carry out while nothing is
    made; their assets may be external.
    """

    assets: list[str] = []
    checks: list[CheckName] = []
    partition: str | None = None
    partitions: list[str] = []
    tags: dict[str, str] = {}
    run_config: dict[str, Any] = {}


class JobRunBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """How to run a job: the partitions to make, more tags, and config in place of the job's own.

    `partition` may be a range, `first...last`.
    """

    partition: str | None = None
    partitions: list[str] = []
    tags: dict[str, str] = {}
    run_config: dict[str, Any] | None = None
