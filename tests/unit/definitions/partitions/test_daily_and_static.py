"""Partitions definitions: which keys exist when, and what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from hypothesis import given
from strategies import partitions

import headwater as hw
from headwater.definitions.partitions import partitions_from_snapshot

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def test_a_day_exists_once_it_has_ended() -> None:
    """Today is no partition yet, yesterday is."""
    daily = hw.DailyPartitionsDefinition(start_date="2026-03-08")
    assert ["2026-03-08", "2026-03-09"] == list(daily.get_partition_keys(NOON))
    assert not daily.has_partition_key("2026-03-10", NOON)


def test_now_is_the_default() -> None:
    """Without a time, the keys are those of the moment of the call."""
    daily = hw.DailyPartitionsDefinition(start_date="2026-03-08")
    with time_machine.travel(NOON, tick=False):
        assert daily.get_partition_keys(NOON) == daily.get_partition_keys()
        assert daily.get_last_partition_key() == "2026-03-09"


def test_an_end_in_the_future_has_not_come() -> None:
    """A day before the end date still has to end."""
    daily = hw.DailyPartitionsDefinition(start_date="2026-03-08", end_date="2099-01-01")
    with time_machine.travel(NOON, tick=False):
        assert ["2026-03-08", "2026-03-09"] == list(daily.get_partition_keys())


def test_the_end_is_no_partition() -> None:
    """The end date itself is not a partition any more."""
    daily = hw.DailyPartitionsDefinition(start_date="2026-03-01", end_date="2026-03-03")
    assert ["2026-03-01", "2026-03-02"] == list(daily.get_partition_keys(NOON))


@pytest.mark.parametrize(
    ("timezone", "last"),
    [("UTC", "2026-03-09"), ("Pacific/Auckland", "2026-03-10"), ("America/New_York", "2026-03-09")],
)
def test_the_time_zone_decides_when_a_day_ends(timezone: str, last: str) -> None:
    """At noon UTC it is already tomorrow in Auckland."""
    daily = hw.DailyPartitionsDefinition(start_date="2026-03-08", timezone=timezone)
    assert last == daily.get_last_partition_key(NOON)


def test_end_offset_adds_days() -> None:
    """An offset of one adds the day that is going on."""
    daily = hw.DailyPartitionsDefinition(start_date="2026-03-10", end_offset=1)
    assert ["2026-03-10"] == list(daily.get_partition_keys(NOON))


@pytest.mark.parametrize(
    ("start", "first"),
    [
        (date(2026, 3, 1), "2026-03-01"),
        (datetime(2026, 3, 1), "2026-03-01"),
        (datetime(2026, 3, 1, 0, 1), "2026-03-02"),
        (datetime(2026, 3, 1, 23, tzinfo=UTC), "2026-03-02"),
    ],
)
def test_a_start_within_a_day_means_the_next(start: date, first: str) -> None:
    """Only whole days are partitions, so a start rounds up."""
    assert first == hw.DailyPartitionsDefinition(start).get_first_partition_key(NOON)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)])
def test_a_window_follows_the_clock_change(day: str, hours: int) -> None:
    """The day of a clock change is an hour shorter or longer."""
    daily = hw.DailyPartitionsDefinition(start_date="2026-01-01", timezone="Europe/Berlin")
    start, end = daily.time_window_for_partition_key(day)
    assert timedelta(hours=hours) == end.astimezone(UTC) - start.astimezone(UTC)


def test_another_format() -> None:
    """Keys are written and read in the given format."""
    daily = hw.DailyPartitionsDefinition(start_date="20260308", fmt="%Y%m%d")
    assert ["20260308", "20260309"] == list(daily.get_partition_keys(NOON))
    assert not daily.has_partition_key("2026-03-08", NOON)


@pytest.mark.parametrize("key", ["2026-3-8", "2026-03-08 ", "x", "", "2026-02-30"])
def test_a_key_is_written_one_way(key: str) -> None:
    """What only resembles a key is none."""
    assert not hw.DailyPartitionsDefinition(start_date="2026-01-01").has_partition_key(key, NOON)


@pytest.mark.parametrize(
    "arguments",
    [
        {"start_date": "2026-13-01"},
        {"start_date": 5},
        {"start_date": "2026-01-01", "timezone": "Nowhere/Land"},
        {"start_date": "2026-01", "fmt": "%Y-%m"},
        {"start_date": "2026-01-01", "end_offset": 1.5},
        {"start_date": "2026-01-01", "end_date": "x"},
    ],
)
def test_daily_refuses(arguments: dict[str, Any]) -> None:
    """A date, zone, format or offset that means nothing is refused."""
    with pytest.raises(hw.InvalidParameterError):
        hw.DailyPartitionsDefinition(**arguments)


def test_a_time_without_zone_is_refused() -> None:
    """Which day it is depends on the zone, so a naive time says too little."""
    with pytest.raises(hw.InvalidParameterError, match="tzinfo"):
        hw.DailyPartitionsDefinition(start_date="2026-01-01").get_partition_keys(datetime(2026, 3, 1))


def test_static_keys_keep_their_order() -> None:
    """Static keys are those given, in that order, from any iterable."""
    static = hw.StaticPartitionsDefinition(key for key in ["eu", "us", ""])  # type: ignore[arg-type]
    assert ["eu", "us", ""] == list(static.get_partition_keys())
    assert static.has_partition_key("us")
    assert not static.has_partition_key("asia")


@pytest.mark.parametrize("keys", ["eu", ["a", "a"], ["a...b"], ["a\n"], [5], 5, ["\ud800"], ["\0"]])
def test_static_refuses(keys: Any) -> None:
    """Keys that repeat, are no strings or can't be stored are refused."""
    with pytest.raises(hw.InvalidParameterError):
        hw.StaticPartitionsDefinition(keys)


@given(partitions.filter(bool))
def test_snapshot_round_trip(definition: hw.PartitionsDefinition) -> None:
    """A definition comes back from its snapshot, equal and with equal hash."""
    again = partitions_from_snapshot(definition.to_snapshot())
    assert definition == again
    assert hash(definition) == hash(again)


def test_equality_is_by_value() -> None:
    """Definitions are equal if they have the same partitions at every time."""
    assert hw.DailyPartitionsDefinition("2026-01-01") == hw.DailyPartitionsDefinition(date(2026, 1, 1))
    assert hw.DailyPartitionsDefinition("2026-01-01") != hw.DailyPartitionsDefinition("2026-01-01", end_offset=1)
    assert hw.StaticPartitionsDefinition(["a", "b"]) != hw.StaticPartitionsDefinition(["b", "a"])
