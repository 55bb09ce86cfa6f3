"""Pages of events, and numbers over time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from sqlalchemy.engine import Connection

from headwater.clock import to_seconds
from headwater.errors import InvalidCursorError
from headwater.records.events import CORRECTIONS, Event, EventKind, Materialization, Observation
from headwater.server import shapes
from headwater.server.resources.events import event_view
from headwater.storage import event_log
from headwater.storage.event_log import EventFilter

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


def all_events(connection: Connection, *, cursor: str | None, limit: int) -> shapes.EventPage:
    """The whole log, what was committed last first."""
    before = None if cursor is None else decode_number(cursor)
    found = event_log.read_newest_committed(connection, before=before, limit=limit + 1)
    return _page(connection, found, limit, lambda event: str(event.seq))


def run_events(connection: Connection, run_id: str, *, cursor: str | None, limit: int) -> shapes.EventPage:
    """A run's events, oldest first."""
    after = 0 if cursor is None else decode_number(cursor)
    found = event_log.read_run(connection, run_id, after=after, limit=limit + 1)
    return _page(connection, found, limit, lambda event: str(event.seq))


def numeric_series(connection: Connection, key: str, *, most: int = _MOST_POINTS) -> shapes.SeriesList:
    """Every numeric metadata entry of an asset's newest events, oldest first."""
    wanted = EventFilter(asset_key=key, kinds=(EventKind.MATERIALIZATION, EventKind.OBSERVATION))
    points: dict[str, list[shapes.SeriesPoint]] = {}
    for event in reversed(event_log.read_newest(connection, wanted, limit=most)):
        payload = event.payload
        for name, entry in payload.metadata.items() if isinstance(payload, (Materialization, Observation)) else ():
            if (value := _number(entry.type, entry.value)) is not None:
                points.setdefault(name, []).append(_point(event, value))
    items = [shapes.Series(name=name, points=mine) for name, mine in sorted(points.items())]
    return shapes.SeriesList(items=items)


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
    try:
        return int(cursor)
    except ValueError as error:
        raise InvalidCursorError(f"cursor {cursor!r} is not the `next` of an earlier page.") from error


def _decode_pair(cursor: str) -> tuple[int, int]:
    timestamp, _, seq = cursor.partition(".")
    return decode_number(timestamp), decode_number(seq)


def _point(event: Event, value: float) -> shapes.SeriesPoint:
    return shapes.SeriesPoint(
        seq=event.seq,
        timestamp=to_seconds(event.timestamp),
        value=value,
        partition=event.partition,
        run_id=event.run_id,
    )


def _number(kind: str, value: object) -> float | None:
    """A metadata value as a number that can be drawn; very large ones are kept as text and still are."""
    if kind not in ("int", "float") or isinstance(value, bool):
        return None
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
    return number if number - number == 0 else None
