"""The instants of cron expressions, in zones whose clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import headwater as hw
from headwater.definitions.schedules.cron import check_crons, check_zone, times_after

ZONES = [
    "UTC",
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "Asia/Kathmandu",
    "Africa/Casablanca",
    "Pacific/Apia",
]
MINUTES = st.integers(0, 59).map(str) | st.sampled_from(["*", "*/10", "0,30", "7-50/9"])
HOURS = st.integers(0, 23).map(str) | st.sampled_from(["*", "*/2", "1-3", "2,4"])
DAYS = st.sampled_from(["*", "*", "1", "L", "10-20"])
WEEKDAYS = st.sampled_from(["*", "*", "0", "1-5", "7"])
CRONS = st.builds(lambda m, h, d, w: f"{m} {h} {d} * {w}", MINUTES, HOURS, DAYS, WEEKDAYS)
MOMENTS = st.datetimes(datetime(2010, 1, 1), datetime(2030, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))


def first(cron: str, zone: str, after: str, count: int) -> list[str]:
    """The first times after a local time, as text."""
    start = datetime.fromisoformat(after).replace(tzinfo=ZoneInfo(zone))
    return [time.isoformat() for time in islice(times_after([cron], zone, start), count)]


def test_a_fixed_time_that_a_day_skips_is_the_first_instant_after_the_gap() -> None:
    """02:30 on the day on which 02:00 becomes 03:00 is due at 03:00, once."""
    assert [
        "2024-03-09T02:30:00-05:00",
        "2024-03-10T03:00:00-04:00",
        "2024-03-11T02:30:00-04:00",
    ] == first("30 2 * * *", "America/New_York", "2024-03-09T00:00", 3)


def test_a_fixed_time_that_a_day_has_twice_is_the_first_of_the_two() -> None:
    """01:30 on the day on which 02:00 becomes 01:00 again is due before the change, once."""
    assert ["2024-11-03T01:30:00-04:00", "2024-11-04T01:30:00-05:00"] == first(
        "30 1 * * *", "America/New_York", "2024-11-02T12:00", 2
    )


def test_every_hour_goes_on_through_both() -> None:
    """A pattern of every hour is due in each of the two hours."""
    assert ["2024-11-03T01:00:00-04:00", "2024-11-03T01:00:00-05:00", "2024-11-03T02:00:00-05:00"] == first(
        "0 * * * *", "America/New_York", "2024-11-03T00:00", 3
    )


@settings(deadline=None)
@given(CRONS, st.sampled_from(ZONES), MOMENTS)
def test_times_grow_and_come_after_the_moment(cron: str, zone: str, moment: datetime) -> None:
    """Each instant is later than the one before it, on any day in any zone."""
    times = [moment, *(time.astimezone(UTC) for time in islice(times_after([cron], zone, moment), 30))]

    assert all(earlier < later for earlier, later in pairwise(times))


@settings(deadline=None)
@given(CRONS, st.sampled_from(ZONES), MOMENTS, st.integers(0, 20))
def test_whoever_begins_later_finds_the_same_times(cron: str, zone: str, moment: datetime, skipped: int) -> None:
    """To go on from the last time, as an engine does that was restarted, neither repeats nor leaves out any."""
    times = [time.astimezone(UTC) for time in islice(times_after([cron], zone, moment), 30)]
    rest = islice(times_after([cron], zone, times[skipped]), 29 - skipped)

    assert times[skipped + 1 :] == [time.astimezone(UTC) for time in rest]


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 23), st.integers(0, 59), st.sampled_from(ZONES), MOMENTS)
@example(0, 1, "Pacific/Apia", datetime(2011, 1, 1, tzinfo=UTC))
@example(0, 0, "Pacific/Apia", datetime(2011, 1, 1, tzinfo=UTC))
def test_a_fixed_time_is_due_once_a_day(hour: int, minute: int, zone: str, moment: datetime) -> None:
    """Every calendar day has its tick, once; but for the day that a zone left out as it crossed the date line."""
    times = list(islice(times_after([f"{minute} {hour} * * *"], zone, moment), 400))
    days = [time.date() for time in times]

    assert len(days) == len(set(days))
    assert all(later - earlier <= timedelta(days=2) for earlier, later in pairwise(days))


def test_several_expressions_are_one_series() -> None:
    """A time that two of them mean is due once."""
    times = times_after(["0 6 * * *", "0 */6 * * *"], "UTC", datetime(2026, 1, 1, tzinfo=UTC))

    assert [6, 12, 18, 0, 6] == [time.hour for time in islice(times, 5)]


@pytest.mark.parametrize(
    ("given", "expected"), [("@daily", ("0 0 * * *",)), (["@hourly", " 5 4 * * sun "], ("0 * * * *", "5 4 * * sun"))]
)
def test_aliases_and_lists(given: str | list[str], expected: tuple[str, ...]) -> None:
    """An alias stands for its five fields."""
    assert expected == check_crons(given, "cron_schedule")


@pytest.mark.parametrize("wrong", ["* * * * * *", "@reboot", "@every 5m", "H * * * *", "0 0 31 2 *", "", [], 5, "x"])
def test_what_is_no_cron_expression_is_refused(wrong: object) -> None:
    """The refusal names the argument."""
    with pytest.raises(hw.InvalidParameterError, match="cron_schedule"):
        check_crons(wrong, "cron_schedule")


@pytest.mark.parametrize("wrong", ["Mars/Olympus", "", "/etc/passwd", 5])
def test_what_is_no_zone_is_refused(wrong: object) -> None:
    """The refusal shows what was given."""
    with pytest.raises(hw.InvalidParameterError, match="execution_timezone"):
        check_zone(wrong, "execution_timezone")  # type: ignore[arg-type]


def test_expressions_are_read_alike_everywhere() -> None:
    """Conditions, freshness policies and partitions take the aliases as schedules do, and refuse what is never due."""
    hour = timedelta(hours=1)
    windows = partial(hw.TimeWindowPartitionsDefinition, "2026-01-01", "%Y-%m-%d")
    for read in (
        hw.AutomationCondition.cron_tick_passed,
        lambda cron: hw.FreshnessPolicy.cron(deadline_cron=cron, lower_bound_delta=hour),
        lambda cron: windows(cron_schedule=cron),
    ):
        assert read("@daily") == read("0 0 * * *")
        with pytest.raises(hw.InvalidParameterError, match="31 2"):
            read("0 0 31 2 *")
        with pytest.raises(hw.InvalidParameterError, match="@daily"):
            read("@reboot")
