"""Pages of events, and numbers over time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from sqlalchemy.engine import Connection

from headwater.clock import to_seconds
from headwater.digits import whole_number
from headwater.errors import InvalidCursorError
from headwater.records.log.day_counts import day_start
from headwater.records.log.events import CORRECTIONS, Event, EventKind
from headwater.records.log.metadata_series import SeriesDay, numbers_of
from headwater.server import shapes
from headwater.server.resources.events import event_view
from headwater.storage.log import dropped, event_log, states
from headwater.storage.log.event_log import EventFilter

_ASSET_KINDS = (
    EventKind.MATERIALIZATION,
    EventKind.OBSERVATION,
    EventKind.CHECK_EVALUATION,
    EventKind.EXTERNAL_STARTED,
    EventKind.EXTERNAL_PROGRESSING,
    EventKind.EXTERNAL_FAILED,
    EventKind.EXTERNAL_SKIPPED,
    *sorted(CORRECTIONS),
)
_MOST_POINTS = 1_000
_SPARK_EVENTS = 24
_SIZES = ("dagster/row_count", "row_count", "rows", "num_rows", "size_bytes", "bytes", "size")
"""Names under which reporters tell how large an asset is, the most telling first."""


def asset_events(
    connection: Connection,
    key: str,
    *,
    kinds: Collection[EventKind] | None,
    partition: str | None,
    cursor: str | None,
    limit: int,
) -> shapes.EventPage:
    """An asset's materializations, observations and checks, newest first."""
    wanted = EventFilter(asset_key=key, kinds=kinds or _ASSET_KINDS, partition=partition)
    before = None if cursor is None else _decode_pair(cursor)
    found = event_log.read_newest(connection, wanted, before=before, limit=limit + 1)
    return _page(connection, found, limit, lambda event: f"{event.timestamp}.{event.seq}")


def find_events(connection: Connection, wanted: EventFilter, *, cursor: str | None, limit: int) -> shapes.EventPage:
    """Events of an asset, those first that happened last; of no asset in particular, those that were committed last."""
    if wanted.asset_key is not None:
        pair = None if cursor is None else _decode_pair(cursor)
        found = event_log.read_newest(connection, wanted, before=pair, limit=limit + 1)
        return _page(connection, found, limit, lambda event: f"{event.timestamp}.{event.seq}")
    before = None if cursor is None else decode_number(cursor)
    found = event_log.read_newest_committed(connection, wanted, before=before, limit=limit + 1)
    return _page(connection, found, limit, lambda event: str(event.seq))


def run_events(connection: Connection, run_id: str, *, cursor: str | None, limit: int) -> shapes.EventPage:
    """A run's events, oldest first."""
    after = 0 if cursor is None else decode_number(cursor)
    found = event_log.read_run(connection, run_id, after=after, limit=limit + 1)
    return _page(connection, found, limit, lambda event: str(event.seq))


def numeric_series(connection: Connection, key: str, *, most: int = _MOST_POINTS) -> shapes.SeriesList:
    """Every numeric metadata entry of an asset's newest events, oldest first; before those, the means of days."""
    wanted = EventFilter(asset_key=key, kinds=(EventKind.MATERIALIZATION, EventKind.OBSERVATION))
    found = event_log.read_newest(connection, wanted, limit=most)
    points: dict[str, list[shapes.SeriesPoint]] = {}
    if len(found) < most:
        for day in dropped.read_series(connection, key):
            points.setdefault(day.name, []).append(_day_point(day))
    for event in reversed(found):
        for name, value in numbers_of(event):
            points.setdefault(name, []).append(_point(event, value))
    items = [shapes.Series(name=name, points=mine[-most:]) for name, mine in sorted(points.items())]
    return shapes.SeriesList(items=items)


def day_counts(connection: Connection, key: str | None) -> shapes.DayCountList:
    """How many events came by day and kind, of an asset or of none in particular."""
    found = states.read_day_counts(connection, key or "")
    items = [
        shapes.DayCount(day=to_seconds(day_start(each.day)), kind=each.kind.value, count=each.count) for each in found
    ]
    return shapes.DayCountList(items=items)


def sparks(connection: Connection, keys: Sequence[str]) -> shapes.SparkList:
    """How the size of some assets went lately."""
    found = [_spark(connection, key) for key in keys]
    return shapes.SparkList(items=[spark for spark in found if spark is not None])


def _spark(connection: Connection, key: str) -> shapes.Spark | None:
    """The series of the first known name, or of the first name at all; None where it is too short for a line."""
    series = {each.name: each.points for each in numeric_series(connection, key, most=_SPARK_EVENTS).items}
    name = next((name for name in (*_SIZES, *series) if name in series), None)
    if name is None or len(series[name]) < 2:
        return None
    return shapes.Spark(key=key, name=name, values=[point.value for point in series[name]])


def _page(
    connection: Connection, found: Sequence[Event], limit: int, place: Callable[[Event], str]
) -> shapes.EventPage:
    """The first `limit` events; one more was read to know whether the listing goes on."""
    items = found[:limit]
    following = place(items[-1]) if len(found) > limit else None
    withdrawn = event_log.read_withdrawn(connection, [event.seq for event in items])
    views = [event_view(event) for event in items]
    for view in views:
        if view.seq in withdrawn:
            view.flags.append("withdrawn")
    return shapes.EventPage(items=views, next=following)


def decode_number(cursor: str) -> int:
    """A cursor that is a number.

    Raises:
        InvalidCursorError: it is none.
    """
    number = whole_number(cursor)
    if number is None:
        raise InvalidCursorError(f"cursor {cursor!r} is not the `next` of an earlier page.")
    return number


def _decode_pair(cursor: str) -> tuple[int, int]:
    timestamp, _, seq = cursor.partition(".")
    # What happened before 1970 is counted below zero.
    sign = -1 if timestamp.startswith("-") else 1
    return sign * decode_number(timestamp.removeprefix("-")), decode_number(seq)


def _point(event: Event, value: float) -> shapes.SeriesPoint:
    return shapes.SeriesPoint(
        seq=event.seq,
        timestamp=to_seconds(event.timestamp),
        value=value,
        partition=event.partition,
        run_id=event.run_id,
        data_version=event.data_version,
    )


def _day_point(day: SeriesDay) -> shapes.SeriesPoint:
    """The mean of a day whose events retention dropped; it has no event of its own."""
    return shapes.SeriesPoint(
        seq=0,
        timestamp=to_seconds(day_start(day.day)),
        value=day.total / day.count,
        partition=None,
        run_id=None,
        data_version=None,
    )
