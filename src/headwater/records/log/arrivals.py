"""When an asset usually arrives, learnt from when it arrived: for assets that nobody promised anything of."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Sequence

import msgspec

from headwater.clock import MICROSECONDS

MOST = 12
"""Arrivals that are looked at, the latest."""

_FEWEST = 5
_ONE_DELIVERY = 60 * MICROSECONDS
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
    once it is overdue by more than three usual deviations, and by at least a quarter of the distance. What comes within
    a minute of another is one delivery.

    Args:
        times: When it arrived, in microseconds since the epoch, in any order.

    >>> hour = 3_600_000_000
    >>> usual_arrival([0, hour, 2 * hour, 3 * hour, 4 * hour])
    Arrival(every=3600000000, expected_at=18000000000, late_after=18900000000)
    """
    deliveries = _deliveries(times)
    gaps = [after - before for before, after in itertools.pairwise(deliveries)]
    if len(gaps) < _FEWEST - 1:
        return None
    every = round(statistics.median(gaps))
    deviation = statistics.median(abs(gap - every) for gap in gaps)
    if deviation > _MOST_SCATTER * every:
        return None
    expected = deliveries[-1] + every
    return Arrival(
        every=every, expected_at=expected, late_after=expected + round(max(3 * deviation, _LEAST_GRACE * every))
    )


def _deliveries(times: Sequence[int]) -> list[int]:
    """The ends of the latest deliveries, oldest first."""
    ends: list[int] = []
    for time in sorted(times):
        if ends and time - ends[-1] < _ONE_DELIVERY:
            ends[-1] = time
        else:
            ends.append(time)
    return ends[-MOST:]
