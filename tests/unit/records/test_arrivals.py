"""When an asset usually arrives."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from headwater.clock import MICROSECONDS
from headwater.records.log.arrivals import usual_arrival

DAY = 86_400 * MICROSECONDS


def test_a_daily_asset_is_expected_a_day_after_the_last() -> None:
    """One gap over a holiday does not change the rhythm."""
    arrival = usual_arrival([day * DAY for day in (0, 1, 2, 3, 6, 7, 8)])

    assert arrival is not None
    assert DAY == arrival.every
    assert 9 * DAY == arrival.expected_at
    assert 9.25 * DAY == arrival.late_after


def test_few_or_irregular_arrivals_promise_nothing() -> None:
    """Four arrivals are too few; distances all over the place are no rhythm."""
    assert usual_arrival([]) is None
    assert usual_arrival([0, DAY, 2 * DAY, 3 * DAY]) is None
    assert usual_arrival([0, 1, DAY, DAY + 1, 5 * DAY, 5 * DAY + 9, 30 * DAY]) is None


def test_files_that_come_together_are_one_delivery() -> None:
    """Seven files within a second are no rhythm of milliseconds."""
    assert usual_arrival([file * 1_000 for file in range(7)]) is None
    both = usual_arrival([day * DAY + file for day in range(5) for file in (0, 1_000)])
    assert both is not None
    assert DAY == both.every


@given(st.lists(st.integers(0, 2**50), max_size=40))
def test_an_arrival_is_late_after_it_is_expected(times: list[int]) -> None:
    """Whatever was reported, in whatever order: expected after the last, late after that."""
    arrival = usual_arrival(times)

    assert arrival == usual_arrival(list(reversed(times)))
    if arrival is not None:
        assert max(times) < arrival.expected_at <= arrival.late_after
