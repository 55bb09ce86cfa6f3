"""How many events came by day: what a plot of activity needs, long after the events themselves are gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from headwater.clock import MICROSECONDS
from headwater.records.log.events import Event, EventKind

_DAY = 24 * 3600 * MICROSECONDS


class DayCount(msgspec.Struct, frozen=True, gc=False):
    """How many events of a kind an asset had on a day. Events of no asset count for the asset ''."""

    asset_key: str
    kind: EventKind
    day: int
    count: int


def day_of(timestamp: int) -> int:
    """The day of a moment in microseconds: days since the epoch, in UTC.

    >>> day_of(0), day_of(86_400_000_000), day_of(-1)
    (0, 1, -1)
    """
    return timestamp // _DAY


def day_start(day: int) -> int:
    """The first moment of a day, in microseconds since the epoch."""
    return day * _DAY


def fold_days(events: Iterable[Event]) -> list[DayCount]:
    """Some events, counted by asset, kind and day."""
    counts = Counter((event.asset_key or "", event.kind, event.timestamp // _DAY) for event in events)
    return [DayCount(key, kind, day, count) for (key, kind, day), count in counts.items()]
