"""How an asset stands with its freshness policy at a moment, and when that changes if nothing is reported.

Times are microseconds since the epoch. What counts is when the newest version was made, as its event says.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from headwater.clock import MICROSECONDS
from headwater.definitions.freshness import FreshnessPolicy
from headwater.definitions.partitions.rules import ticks, ticks_before
from headwater.definitions.partitions.time_windows import check_zone


class FreshnessState(StrEnum):
    """How an asset stands. `UNKNOWN` before its first version, `NOT_APPLICABLE` without a policy."""

    PASS = "PASS"  # noqa: S105 - no password
    WARN = "WARN"
    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"
    NOT_APPLICABLE = "NOT_APPLICABLE"


class Judgement(NamedTuple):
    """A state, since when it holds (None if that is not known), and when it changes next without a new version."""

    state: FreshnessState
    since: int | None = None
    deadline: int | None = None


def judge_freshness(policy: FreshnessPolicy | None, updated_at: int | None, now: int) -> Judgement:
    """How an asset stands.

    Args:
        policy: Its policy, None for none.
        updated_at: When its newest version was made, None if there is none.
        now: The moment.
    """
    if policy is None:
        return Judgement(FreshnessState.NOT_APPLICABLE)
    if updated_at is None:
        return Judgement(FreshnessState.UNKNOWN)
    return (_by_age if policy.type == "time_window" else _by_deadline)(policy, updated_at, now)


def _by_age(policy: FreshnessPolicy, updated_at: int, now: int) -> Judgement:
    fails_at = updated_at + round((policy.fail_window or 0) * MICROSECONDS)
    warns_at = fails_at if policy.warn_window is None else updated_at + round(policy.warn_window * MICROSECONDS)
    if now >= fails_at:
        return Judgement(FreshnessState.FAIL, fails_at)
    if now >= warns_at:
        return Judgement(FreshnessState.WARN, warns_at, fails_at)
    return Judgement(FreshnessState.PASS, updated_at, warns_at)


def _by_deadline(policy: FreshnessPolicy, updated_at: int, now: int) -> Judgement:
    """It fails at the first deadline before which it was not made in time."""
    zone, cron = check_zone(policy.timezone), policy.deadline_cron or ""
    early = round((policy.lower_bound_delta or 0) * MICROSECONDS)
    # A deadline counts for what was made before it; the version is in time for those up to `early` after it.
    last = round(next(ticks_before(cron, zone, now // MICROSECONDS)).timestamp()) * MICROSECONDS
    upcoming = ticks(cron, zone, updated_at // MICROSECONDS)
    missed = next(at for tick in upcoming if (at := round(tick.timestamp()) * MICROSECONDS) - early > updated_at)
    if updated_at >= last - early:
        return Judgement(FreshnessState.PASS, updated_at, missed)
    return Judgement(FreshnessState.FAIL, missed)
