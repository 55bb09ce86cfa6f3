"""When schedules and event-driven sensors are due."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.automation.ticks.decide_due import next_due, next_time
from headwater.definitions.snapshot import ScheduleSnapshot, SensorSnapshot, WatchSnapshot
from headwater.records.automation.ticks import SensorState

HOUR = 3_600_000_000
WATCHER = SensorSnapshot(name="w", minimum_interval=0, watch=WatchSnapshot(kinds=("materialization",)))


def at(hours: float) -> int:
    """A moment, in hours from the beginning of 2026."""
    return round(datetime(2026, 1, 1, tzinfo=UTC).timestamp() * 1_000_000 + hours * HOUR)


def hourly(catch_up: int | None) -> ScheduleSnapshot:
    """A schedule of every full hour."""
    return ScheduleSnapshot(name="s", crons=("0 * * * *",), catch_up=catch_up)


@pytest.mark.parametrize(
    ("catch_up", "now", "expected"),
    [
        (1, 0.5, 1),
        (1, 1, 1),
        (1, 5.5, 5),
        (3, 5.5, 3),
        (30, 5.5, 1),
        (None, 5.5, 1),
        (1, 24 * 400 + 0.5, 24 * 400),
        (1_000, 24 * 400, 24 * 400 - 999),
    ],
)
def test_what_was_missed_is_made_up_for_by_the_policy(catch_up: int | None, now: float, expected: int) -> None:
    """The latest, so many of the latest, or all of what came after the last time that was decided."""
    assert at(expected) == next_time(hourly(catch_up), at(0), at(now))


@settings(deadline=None)
@given(st.integers(1, 5) | st.none(), st.lists(st.integers(0, 90), min_size=1, max_size=20))
def test_each_time_is_ticked_once_and_in_order(catch_up: int | None, pauses: list[int]) -> None:
    """However long an engine is away, no time comes twice, none comes early, and "all" leaves none out."""
    decided, now, ticked = at(0), at(0), []
    for minutes in pauses:
        now += minutes * HOUR // 60
        while (time := next_time(hourly(catch_up), decided, now)) <= now:
            ticked.append(time)
            decided = time
    due = list(range(at(1), now + 1, HOUR))

    assert sorted(set(ticked)) == ticked
    assert set(ticked) <= set(due)
    assert due[-1:] == ticked[-1:]
    assert catch_up is not None or due == ticked


def test_a_failed_time_is_tried_again() -> None:
    """Not before its wait is over, and not later than the next time."""
    state = SensorState(sensor="s", scheduled_at=at(0), failures=1, retry_at=at(1) + 2_000_000)

    assert at(1) + 2_000_000 == next_due(hourly(1), state, at(1))


def test_a_schedule_that_is_off_is_never_due() -> None:
    """Unless a person asks for a tick."""
    off = SensorState(sensor="s", running=False)

    assert next_due(hourly(1), off, at(1)) is None
    assert at(1) == next_due(hourly(1), SensorState(sensor="s", running=False, tick_requested=True), at(1))


def test_an_event_driven_sensor_waits_for_an_event() -> None:
    """It is due at once when it is called, and after a failure at its retry."""
    state = SensorState(sensor="w", last_tick_at=at(1), cursor="5")
    failed = SensorState(sensor="w", last_tick_at=at(1), cursor="5", failures=1, retry_at=at(1) + 1_000_000)

    assert next_due(WATCHER, state, at(1)) is None
    assert at(1) == next_due(WATCHER, state, at(1), is_called=True)
    assert at(1) + 1_000_000 == next_due(WATCHER, failed, at(1), is_called=True)
