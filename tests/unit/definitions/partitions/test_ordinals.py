"""Sets of partitions by number, against Python's own sets."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.definitions.partitions.ordinals import Ordinals

numbers = st.sets(st.integers(0, 200))


@given(numbers, numbers)
def test_the_algebra_is_that_of_sets(left: set[int], right: set[int]) -> None:
    """Every operation gives what it gives on plain sets."""
    a, b = Ordinals(left), Ordinals(right)
    assert sorted(left | right) == list(a | b)
    assert sorted(left & right) == list(a & b)
    assert sorted(left - right) == list(a - b)
    assert sorted(left ^ right) == list(a ^ b)
    assert (left <= right) == (a <= b)
    assert left.isdisjoint(right) == a.isdisjoint(b)
    assert len(left) == len(a)
    assert bool(left) == bool(a)
    assert (min(left, default=None), max(left, default=None)) == (a.first(), a.last())
    assert all((number in a) == (number in left) for number in range(-1, 203))


@given(numbers)
def test_ranges_and_bytes_lead_back_to_the_set(members: set[int]) -> None:
    """The ranges are as few as possible, and both forms lose nothing."""
    ordinals = Ordinals(members)
    ranges = list(ordinals.ranges())
    assert all(end < start for (_, end), (start, _) in pairwise(ranges))
    assert ordinals == Ordinals.from_ranges(ranges) == Ordinals.from_bytes(ordinals.to_bytes())


@given(numbers, st.integers(0, 200), st.integers(-300, 300))
def test_changes_of_single_numbers(members: set[int], number: int, by: int) -> None:
    """One number more, one less, and all moved."""
    ordinals = Ordinals(members)
    assert Ordinals(members | {number}) == ordinals.with_number(number)
    assert Ordinals(members - {number}) == ordinals.without_number(number)
    assert Ordinals(each + by for each in members if each + by >= 0) == ordinals.shifted(by)


def test_a_million_numbers_in_ranges_take_less_than_a_kilobyte() -> None:
    """What most assets look like, everything but a gap, stays small."""
    ordinals = Ordinals.from_ranges([(0, 700_000), (700_123, 1_000_000)])
    assert len(ordinals.to_bytes()) < 1_000


def test_negative_numbers_are_refused() -> None:
    """A partition's number counts from 0."""
    with pytest.raises(ValueError, match="-1"):
        Ordinals([3, -1])
