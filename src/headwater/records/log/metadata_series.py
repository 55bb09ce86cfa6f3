"""The numbers that events carry as metadata: single ones, and summed up by day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from headwater.records.log.day_counts import day_of
from headwater.records.log.events import Event, Materialization, Observation


class SeriesDay(msgspec.Struct, frozen=True):
    """What the values of one name were on a day: how many, their total, the smallest and the largest."""

    asset_key: str
    name: str
    day: int
    count: int
    total: float
    smallest: float
    largest: float


def numbers_of(event: Event) -> Iterator[tuple[str, float]]:
    """Each numeric metadata entry of an event; very large ones are kept as text and still are numbers."""
    payload = event.payload
    if not isinstance(payload, (Materialization, Observation)):
        return
    for name, entry in payload.metadata.items():
        if entry.type not in ("int", "float") or isinstance(entry.value, bool):
            continue
        try:
            number = float(entry.value)
        except (TypeError, ValueError, OverflowError):
            continue
        if number - number == 0:
            yield name, number


def fold_series(events: Iterable[Event]) -> list[SeriesDay]:
    """The numbers of some events by asset, name and day."""
    days: dict[tuple[str, str, int], list[float]] = {}
    for event in events:
        for name, number in numbers_of(event):
            days.setdefault((event.asset_key or "", name, day_of(event.timestamp)), []).append(number)
    return [
        SeriesDay(key, name, day, len(values), sum(values), min(values), max(values))
        for (key, name, day), values in days.items()
    ]
