"""When an asset usually arrives, learnt from when it arrived: for assets that nobody promised anything of."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Sequence

import msgspec

MOST = 12
"""Arrivals that are looked at, the latest."""

_FEWEST = 5
_MOST_SCATTER = 0.5
_LEAST_GRACE = 0.25


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """How an asset arrives; times and lengths in microseconds."""

    every: int
    """The usual time between two arrivals."""
    expected_at: int
    """When the next one is expected."""
    late_after: int
    """When it is later than its own irregularity explains."""


def usual_arrival(times: Sequence[int]) -> Arrival | None:
    """How an asset arrives, or None if there are too few arrivals, or no rhythm in them.

    The rhythm is the median distance, so that a single gap or repeated report does not change it. An arrival is late
    once it is overdue by more than three usual deviations, and by at least a quarter of the distance.

    Args:
        times: When it arrived, in microseconds since the epoch, in any order.

    >>> usual_arrival([0, 100, 200, 300, 405])
    Arrival(every=100, expected_at=505, late_after=530)
    """
    sorted_times = sorted(set(times))[-MOST:]
    gaps = [after - before for before, after in itertools.pairwise(sorted_times)]
    if len(gaps) < _FEWEST - 1:
        return None
    every = round(statistics.median(gaps))
    deviation = statistics.median(abs(gap - every) for gap in gaps)
    if deviation > _MOST_SCATTER * every:
        return None
    expected = sorted_times[-1] + every
    return Arrival(
        every=every, expected_at=expected, late_after=expected + round(max(3 * deviation, _LEAST_GRACE * every))
    )
