"""Windows of time against a clock on the wall that is read minute by minute, in zones that change theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import headwater as hw
from headwater.definitions.partitions.from_snapshot import partitions_from_snapshot
from headwater.definitions.partitions.time_windows import TimeWindowKeys

MINUTE = timedelta(minutes=1)

# Each with a day on which its clock was changed: an hour, half an hour, at midnight, for a month, over the date line.
CHANGES = [
    ("America/New_York", datetime(2024, 3, 10)),
    ("America/New_York", datetime(2024, 11, 3)),
    ("Europe/Berlin", datetime(2024, 3, 31)),
    ("Europe/Berlin", datetime(2024, 10, 27)),
    ("Australia/Lord_Howe", datetime(2024, 4, 7)),
    ("Australia/Lord_Howe", datetime(2024, 10, 6)),
    ("America/Sao_Paulo", datetime(2018, 11, 4)),
    ("America/Sao_Paulo", datetime(2018, 2, 18)),
    ("Africa/Casablanca", datetime(2024, 3, 10)),
    ("Pacific/Apia", datetime(2011, 12, 30)),
]

changes = st.sampled_from(CHANGES)


def spans(keys: TimeWindowKeys) -> list[tuple[float, float]]:
    """Start and end of each window, in seconds since the epoch; local times of one zone compare by the wall."""
    windows = [keys.window_at(number) for number in range(len(keys))]
    return [(window.start.timestamp(), window.end.timestamp()) for window in windows]


def wall_clock(zone: str, start: datetime, days: int) -> Iterator[tuple[datetime, datetime]]:
    """Instant and local time, minute by minute, from a local midnight on."""
    instant = start.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    for _ in range(days * 24 * 60):
        yield instant, instant.astimezone(ZoneInfo(zone))
        instant += MINUTE


@settings(max_examples=40, deadline=None)
@given(changes, st.sampled_from([0, 17, 30]))
def test_hours_are_those_that_a_clock_shows(change: tuple[str, datetime], minute: int) -> None:
    """Each time the clock shows the minute, an hour begins; repeated hours are two, skipped ones none."""
    zone, day = change
    begin = day - timedelta(days=2)
    shown = [(instant, local) for instant, local in wall_clock(zone, begin, 4) if local.minute == minute]
    hourly = hw.HourlyPartitionsDefinition(start_date=begin, timezone=zone, minute_offset=minute)

    keys = hourly.keys_at(shown[-1][0])

    named = [local.strftime("%Y-%m-%d-%H:%M") + (local.strftime("%z") if local.fold else "") for _, local in shown]
    assert named[:-1] == list(keys)
    assert list(pairwise(instant.timestamp() for instant, _ in shown)) == spans(keys)


@settings(max_examples=40, deadline=None)
@given(changes, st.integers(0, 23), st.sampled_from([0, 30]))
def test_days_begin_when_the_clock_reaches_their_hour(change: tuple[str, datetime], hour: int, minute: int) -> None:
    """A day begins at the first instant at which the clock shows its hour, or a later one where it is skipped."""
    zone, day = change
    begin = day - timedelta(days=2)
    reached: dict[str, datetime] = {}
    for instant, local in wall_clock(zone, begin, 6):
        if (local.hour, local.minute) >= (hour, minute):
            reached.setdefault(local.strftime("%Y-%m-%d"), instant)
    daily = hw.DailyPartitionsDefinition(start_date=begin, timezone=zone, hour_offset=hour, minute_offset=minute)

    keys = daily.keys_at(list(reached.values())[3])

    for number, key in enumerate(keys):
        if key in reached:
            assert reached[key].timestamp() == keys.window_at(number).start.timestamp()
    assert all(end == start for (_, end), (start, _) in pairwise(spans(keys)))


def definitions(zone: str, start: datetime, end_offset: int) -> list[hw.TimeWindowPartitionsDefinition]:
    """One of each kind."""
    return [
        hw.HourlyPartitionsDefinition(start_date=start, timezone=zone, minute_offset=15, end_offset=end_offset),
        hw.DailyPartitionsDefinition(start_date=start, timezone=zone, hour_offset=2, end_offset=end_offset),
        hw.WeeklyPartitionsDefinition(start_date=start, timezone=zone, day_offset=3, end_offset=end_offset),
        hw.MonthlyPartitionsDefinition(start_date=start, timezone=zone, day_offset=28, end_offset=end_offset),
        hw.TimeWindowPartitionsDefinition(
            start=start, timezone=zone, cron_schedule="0 6,18 * * 1-5", end_offset=end_offset
        ),
        hw.DailyPartitionsDefinition(start_date=start, timezone=zone, exclusions=["0 0 * * 0"], end_offset=end_offset),
    ]


@settings(max_examples=60, deadline=None)
@given(changes, st.integers(0, 5), st.integers(-2, 2), st.integers(0, 60 * 24 * 90))
def test_keys_numbers_and_windows_lead_to_each_other(
    change: tuple[str, datetime], kind: int, end_offset: int, minutes: int
) -> None:
    """Keys are unique and found again, windows ascend, all but the offset have ended, and storing changes nothing."""
    zone, day = change
    definition = definitions(zone, day - timedelta(days=9), end_offset)[kind]
    now = day.replace(tzinfo=UTC) + minutes * MINUTE

    keys = definition.keys_at(now)

    listed = list(keys)
    assert len(set(listed)) == len(listed)
    assert list(range(len(listed))) == [keys.number_of(key) for key in listed]
    windows = spans(keys)
    assert all(end <= start for (_, end), (start, _) in pairwise(windows))
    # On Apia there was no 30 December 2011: that day is an empty window.
    assert all(start < end or zone == "Pacific/Apia" for start, end in windows)
    ended = sum(end <= now.timestamp() for _, end in windows)
    assert ended == max(0, len(listed) - max(0, end_offset))
    found = [definition.time_window_for_partition_key(key) for key in listed]
    assert windows == [(window.start.timestamp(), window.end.timestamp()) for window in found]
    again = partitions_from_snapshot(definition.to_snapshot())
    assert again == definition
    assert listed == again.get_partition_keys(now)


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("30 * * * *", lambda start: hw.HourlyPartitionsDefinition(start, minute_offset=30)),
        ("5 4 * * *", lambda start: hw.DailyPartitionsDefinition(start, minute_offset=5, hour_offset=4)),
        ("0 0 * * 7", lambda start: hw.WeeklyPartitionsDefinition(start)),
        ("0 0 2 * *", lambda start: hw.MonthlyPartitionsDefinition(start, day_offset=2)),
    ],
)
def test_a_cron_expression_for_usual_windows_is_the_same_definition(
    written: str, same: Callable[[datetime], hw.PartitionsDefinition]
) -> None:
    """However they are written, equal windows are equal, so that they map to each other one to one."""
    start = datetime(2026, 1, 1)
    expected = same(start)
    assert isinstance(expected, hw.TimeWindowPartitionsDefinition)
    assert hw.TimeWindowPartitionsDefinition(start=start, cron_schedule=written, fmt=expected.fmt) == expected
    assert written.replace("7", "0") == expected.get_cron_schedule()


def test_the_last_day_of_long_months_comes_from_cron() -> None:
    """Months without the day have no window."""
    monthly = hw.MonthlyPartitionsDefinition("2026-01-01", day_offset=31, fmt="%Y-%m-%d")
    assert ["2026-01-31", "2026-03-31"] == monthly.get_partition_keys(datetime(2026, 6, 1, tzinfo=UTC))


def test_a_span_of_time_has_the_windows_that_begin_in_it() -> None:
    """Windows that have not ended count too."""
    daily = hw.DailyPartitionsDefinition("2026-01-01")
    span = hw.TimeWindow(datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 4, tzinfo=UTC))
    assert ["2026-01-02", "2026-01-03"] == daily.get_partition_keys_in_time_window(span)


def test_a_range_has_both_its_ends() -> None:
    """A range of keys is inclusive; one that runs backwards or ends nowhere is an error."""
    daily = hw.DailyPartitionsDefinition("2026-01-01", end_date="2026-02-01")
    assert ["2026-01-30", "2026-01-31"] == daily.get_partition_keys_in_range(
        hw.PartitionKeyRange("2026-01-30", "2026-01-31")
    )
    with pytest.raises(hw.UnknownPartitionError, match="swap"):
        daily.get_partition_keys_in_range(hw.PartitionKeyRange("2026-01-30", "2026-01-02"))
    with pytest.raises(hw.UnknownPartitionError, match="31, from '2026-01-01' to '2026-01-31'"):
        daily.get_partition_keys_in_range(hw.PartitionKeyRange("2026-01-30", "2026-02-01"))


@pytest.mark.parametrize(
    "arguments",
    [
        {"schedule_type": "yearly"},
        {"schedule_type": "daily", "cron_schedule": "0 0 * * *"},
        {},
        {"cron_schedule": "0 0 * *"},
        {"cron_schedule": "61 0 * * *"},
        {"cron_schedule": "0 0 * * *", "hour_offset": 3},
        {"schedule_type": "hourly", "hour_offset": 3},
        {"schedule_type": "daily", "day_offset": 3},
        {"schedule_type": "weekly", "day_offset": 7},
        {"schedule_type": "monthly", "day_offset": 0},
        {"schedule_type": "daily", "minute_offset": 60},
        {"schedule_type": "daily", "exclusions": [3]},
        {"schedule_type": "daily", "fmt": "%Y-%m"},
        {"schedule_type": "daily", "end_offset": True},
        {"schedule_type": "daily", "timezone": "Mars/Olympus"},
        {"schedule_type": "daily", "start": "tomorrow"},
    ],
)
def test_what_does_not_fit_is_refused(arguments: dict[str, object]) -> None:
    """Each wrong argument is an error of ours."""
    with pytest.raises(hw.InvalidParameterError):
        hw.TimeWindowPartitionsDefinition(**{"start": "2026-01-01", **arguments})  # type: ignore[arg-type]


@pytest.mark.parametrize("key", ["0001-01-01", "9999-12-31", "2026-1-1", "", "2026-01-01-0500", "2026-02-30"])
def test_keys_beyond_the_calendar_are_unknown(key: str) -> None:
    """A reported key may be anything; it is looked up without an error."""
    assert not hw.DailyPartitionsDefinition("2026-01-01", timezone="Pacific/Apia").has_partition_key(key)


@given(changes, st.integers(0, 4 * 24 * 60 * 60))
def test_key_of_a_moment(change: tuple[str, datetime], seconds: int) -> None:
    """The key of a moment names the window that holds it; where two meet it is either, as one asks."""
    zone, day = change
    hours = hw.HourlyPartitionsDefinition(day - timedelta(days=1), timezone=zone, end_date=day + timedelta(days=4))
    moment = hours.time_window_for_partition_key(hours.get_first_partition_key() or "").start.timestamp() + seconds
    begin, end = (
        t.timestamp() for t in hours.time_window_for_partition_key(hours.get_partition_key_for_timestamp(moment))
    )
    assert begin <= moment < end
    if moment > begin or seconds:
        closed = hours.time_window_for_partition_key(hours.get_partition_key_for_timestamp(moment, end_closed=True))
        assert closed.start.timestamp() < moment <= closed.end.timestamp()


def test_first_and_last_window() -> None:
    """They are the windows of the first and the last key; a moment before all of them has none."""
    days = hw.DailyPartitionsDefinition("2026-01-01", hour_offset=6)
    now = datetime(2026, 1, 4, tzinfo=UTC)
    assert (datetime(2026, 1, 1, 6, tzinfo=UTC), days.start_time_for_partition_key("2026-01-02")) == (
        days.get_first_partition_window(now)[0],  # type: ignore[index]
        days.get_last_partition_window(now)[0],  # type: ignore[index]
    )
    assert days.end_time_for_partition_key("2026-01-02") == datetime(2026, 1, 3, 6, tzinfo=UTC)
    early = datetime(2026, 1, 1, tzinfo=UTC)
    assert (None, None) == (days.get_first_partition_window(early), days.get_last_partition_window(early))
    with pytest.raises(hw.UnknownPartitionError):
        days.get_partition_key_for_timestamp(early.timestamp())
    assert ("daily", 6, 0, None) == (days.schedule_type, days.hour_offset, days.minute_offset, days.day_offset)
