"""How assets stand with their freshness policies: at each boundary, and when that changes next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.definitions.freshness import FreshnessPolicy
from headwater.records.automation.freshness import FreshnessState, judge_freshness

MINUTE = 60_000_000
HOUR = 60 * MINUTE
WINDOW = FreshnessPolicy.time_window(fail_window=timedelta(hours=2), warn_window=timedelta(hours=1))
NINE = FreshnessPolicy.cron("0 9 * * *", timedelta(hours=2))


def at(text: str) -> int:
    """A moment of UTC in microseconds."""
    return int(datetime.fromisoformat(f"{text}+00:00").timestamp()) * 1_000_000


@pytest.mark.parametrize(
    ("age", "state", "left"),
    [
        (0, "PASS", HOUR),
        (HOUR - 1, "PASS", 1),
        (HOUR, "WARN", HOUR),
        (2 * HOUR - 1, "WARN", 1),
        (2 * HOUR, "FAIL", None),
        (90 * HOUR, "FAIL", None),
        (-HOUR, "PASS", 2 * HOUR),
    ],
)
def test_age_is_judged_at_its_boundaries(age: int, state: str, left: int | None) -> None:
    """An age of exactly the window counts as too old; the deadline is when the next state begins."""
    judged = judge_freshness(WINDOW, 0, age)

    assert (state, None if left is None else age + left) == (judged.state, judged.deadline)


@pytest.mark.parametrize(
    ("made", "now", "state", "since", "deadline"),
    [
        ("2026-01-02T08:00", "2026-01-02T08:30", "PASS", "2026-01-02T08:00", "2026-01-03T09:00"),
        ("2026-01-02T07:00", "2026-01-03T08:59", "PASS", "2026-01-02T07:00", "2026-01-03T09:00"),
        ("2026-01-02T06:59", "2026-01-02T08:59", "PASS", "2026-01-02T06:59", "2026-01-02T09:00"),
        ("2026-01-02T06:59", "2026-01-02T09:00", "FAIL", "2026-01-02T09:00", None),
        ("2026-01-02T09:30", "2026-01-02T10:00", "PASS", "2026-01-02T09:30", "2026-01-03T09:00"),
        ("2026-01-02T09:30", "2026-01-09T10:00", "FAIL", "2026-01-03T09:00", None),
    ],
)
def test_deadlines_count_what_was_made_before_them(
    made: str, now: str, state: str, since: str, deadline: str | None
) -> None:
    """It passes if it was made within the time before the last deadline, or after it."""
    judged = judge_freshness(NINE, at(made), at(now))

    assert (state, at(since), None if deadline is None else at(deadline)) == judged


def test_without_a_version_or_a_policy_nothing_is_judged() -> None:
    """No version yet is unknown, no policy is not applicable."""
    assert FreshnessState.UNKNOWN == judge_freshness(WINDOW, None, 0).state
    assert FreshnessState.NOT_APPLICABLE == judge_freshness(None, 0, 0).state


@given(
    policy=st.sampled_from([WINDOW, NINE, FreshnessPolicy.cron("*/30 * * * *", timedelta(minutes=30))]),
    made=st.integers(0, 10_000),
    later=st.integers(0, 10_000),
)
def test_the_state_stays_until_its_deadline(policy: FreshnessPolicy, made: int, later: int) -> None:
    """Between two moments with no deadline between them the state is the same, and at the deadline it is another."""
    base = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
    updated, now = base + made * MINUTE, base + (made + later) * MINUTE
    judged = judge_freshness(policy, updated, now)

    if judged.deadline is None:
        assert FreshnessState.FAIL == judged.state
    else:
        assert judged.state == judge_freshness(policy, updated, judged.deadline - 1).state
        assert judged.state != judge_freshness(policy, updated, judged.deadline).state
