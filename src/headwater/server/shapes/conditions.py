"""What the API says of conditions and freshness. Times are in seconds since the epoch."""

from __future__ import annotations

import msgspec


class DepStand(msgspec.Struct, kw_only=True):
    """An upstream asset for which a part of a condition holds, and the event that made it so."""

    key: str
    seq: int | None


class ConditionNode(msgspec.Struct, kw_only=True):
    """One part of a condition, and how it stands.

    `text` says what the value means, `op` is the operand's or operator's name, `label` what the author called it.
    `partitions` counts those for which it holds; `seq` is the event that made it hold, None where time did or it simply
    is so.
    """

    text: str
    op: str
    label: str | None
    holds: bool
    partitions: int
    seq: int | None
    deps: list[DepStand]
    parts: list[ConditionNode]


class EvaluationView(msgspec.Struct, kw_only=True):
    """An evaluation that mattered: it requested runs, or came to another result than before."""

    evaluation_id: int
    seq: int
    """Up to which event the log had been read."""
    timestamp: float
    requested: list[str | None]
    """The partitions that were requested; `null` for an asset without partitions."""
    run_ids: list[str]
    reasons: list[str]
    tree: ConditionNode | None


class AutomationView(msgspec.Struct, kw_only=True):
    """The condition of an asset, its `check` or a `job`: how it stands, why so, and what it came to lately."""

    key: str
    """The asset's; empty for a job."""
    check: str | None
    condition: str | None
    partition: str | None
    holds: bool
    answer: str
    """One sentence."""
    reasons: list[str]
    """Why it holds or does not, one sentence each."""
    tree: ConditionNode | None
    evaluations: list[EvaluationView]
    cursor: int | None
    job: str | None = None


class RunReason(msgspec.Struct, kw_only=True):
    """Why a run was to make one asset, or to carry out one `check` of it, or all of a `job`."""

    key: str
    """The asset's; empty for a job."""
    check: str | None
    reasons: list[str]
    tree: ConditionNode | None
    job: str | None = None


class RunWhy(msgspec.Struct, kw_only=True):
    """Why a run was requested: who or what did it, the events that led to it, and each asset's condition then."""

    run_id: str
    answer: str
    events: list[int]
    assets: list[RunReason]


class FreshnessView(msgspec.Struct, kw_only=True):
    """How an asset stands with its freshness policy, since when, and when that changes without a new version."""

    state: str
    since: float | None
    deadline: float | None
    policy: str
