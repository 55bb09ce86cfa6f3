"""What retention left of the events that it dropped: their part in the counts, and their numbers by day."""

from __future__ import annotations

import operator
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from headwater.records.log.day_counts import DayCount
from headwater.records.log.events import EventKind
from headwater.records.log.fold import WHOLE, DroppedCount
from headwater.records.log.metadata_series import SeriesDay
from headwater.storage.log.transaction import insert_for
from headwater.storage.schema import dropped_counts, dropped_days, series_days

_TABLES = (dropped_counts, dropped_days, series_days)


class Parts(msgspec.Struct, frozen=True):
    """The part of dropped events in the folds."""

    counts: list[DroppedCount]
    days: list[DayCount]


def read(connection: Connection, asset_key: str | None = None) -> Parts:
    """What was dropped, of all assets or one."""
    counts, days = (
        connection.execute(
            sa.select(table) if asset_key is None else sa.select(table).where(table.c.asset_key == asset_key)
        )
        for table in (dropped_counts, dropped_days)
    )
    return Parts(
        [DroppedCount(row[0], row[1], EventKind(row[2]), row[3], row[4]) for row in counts],
        [DayCount(row[0], EventKind(row[1]), row[2], row[3]) for row in days],
    )


def forget(connection: Connection, asset_key: str, partitions: Iterable[str] = ()) -> None:
    """An asset was wiped, or some of its partitions: what was dropped of it counts no more either.

    The counts by day and the series do not know partitions, so they go with the whole asset alone.
    """
    names = list(partitions)
    if not names:
        for table in _TABLES:
            connection.execute(sa.delete(table).where(table.c.asset_key == asset_key))
        return
    mine = sa.and_(dropped_counts.c.asset_key == asset_key, dropped_counts.c.partition.in_(names))
    for row in list(connection.execute(sa.select(dropped_counts).where(mine))):
        whole = sa.and_(
            dropped_counts.c.asset_key == asset_key,
            dropped_counts.c.partition == WHOLE,
            dropped_counts.c.kind == row.kind,
        )
        less = dropped_counts.c["count"] - row[3]
        connection.execute(sa.update(dropped_counts).where(whole).values(count=less))
    connection.execute(sa.delete(dropped_counts).where(mine))


def forget_others(connection: Connection, asset_key: str, slots: Collection[tuple[str, str]]) -> None:
    """Where the last event of a (partition, kind) counts no more, those that were dropped before it don't either."""
    query = sa.select(dropped_counts).where(dropped_counts.c.asset_key == asset_key)
    for row in list(connection.execute(query)):
        if (row.partition, row.kind) not in slots:
            gone = sa.and_(
                dropped_counts.c.asset_key == asset_key,
                dropped_counts.c.partition == row.partition,
                dropped_counts.c.kind == row.kind,
            )
            connection.execute(sa.delete(dropped_counts).where(gone))


def read_series(connection: Connection, asset_key: str) -> list[SeriesDay]:
    """The numbers that dropped events of an asset had, by name and day."""
    query = sa.select(series_days).where(series_days.c.asset_key == asset_key)
    return [SeriesDay(*row) for row in connection.execute(query.order_by(series_days.c.name, series_days.c.day))]


def rename(connection: Connection, asset_key: str, to: str) -> None:
    """What was dropped of an asset belongs to another one from now on."""
    for table in _TABLES:
        mine = [
            dict(row._mapping) for row in connection.execute(sa.select(table).where(table.c.asset_key == asset_key))
        ]
        connection.execute(sa.delete(table).where(table.c.asset_key == asset_key))
        add(connection, table, [{**row, "asset_key": to} for row in mine])


def add(connection: Connection, table: sa.Table, rows: Sequence[dict[str, Any]]) -> None:
    """Add rows to those that are kept: counts and totals are summed, and limits widened."""
    if not rows:
        return
    statement = insert_for(connection, table)
    kept, given = table.c, statement.excluded
    changes = {name: kept[name] + given[name] for name in ("count", "total") if name in kept}
    for name, wider in (("news_seq", operator.gt), ("largest", operator.gt), ("smallest", operator.lt)):
        if name in kept:
            is_wider = sa.or_(kept[name].is_(None), wider(given[name], kept[name]))
            changes[name] = sa.case((is_wider, given[name]), else_=kept[name])
    # Each row by itself, because two of them may be of one place.
    connection.execute(
        statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=changes), list(rows)
    )
