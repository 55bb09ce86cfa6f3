"""The keys of dynamic partitions."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from headwater.records.log.events import EventKind, PartitionsChanged
from headwater.storage.log import event_log
from headwater.storage.log.transaction import insert_for
from headwater.storage.schema import dynamic_partitions


def read_keys(connection: Connection, name: str) -> list[str]:
    """The keys of one definition, in the order in which they were added."""
    query = sa.select(dynamic_partitions.c.key).where(dynamic_partitions.c.name == name)
    return list(connection.execute(query.order_by(dynamic_partitions.c.added_at, dynamic_partitions.c.key)).scalars())


def read_all(connection: Connection) -> dict[str, list[str]]:
    """The keys of every definition that has any."""
    query = sa.select(dynamic_partitions).order_by(dynamic_partitions.c.added_at, dynamic_partitions.c.key)
    found: dict[str, list[str]] = {}
    for row in connection.execute(query):
        found.setdefault(row.name, []).append(row.key)
    return found


def read_all_at(connection: Connection, moment: int) -> dict[str, list[str]]:
    """The keys of every definition as they were at a moment, in microseconds.

    The last change of a key before it says whether it was there; where the log has none any more, the next one does.
    Those whose events retention has removed are known while they are there.
    """
    last: dict[tuple[str, str], bool] = {}
    following: dict[tuple[str, str], bool] = {}
    for event in event_log.read_rare(connection, EventKind.PARTITIONS_CHANGED):
        told = event.payload
        assert isinstance(told, PartitionsChanged)
        # What is deleted and added anew in one change is deleted first.
        changes = [*((key, False) for key in told.deleted), *((key, True) for key in told.added)]
        for key, is_added in changes:
            if event.timestamp <= moment:
                last[(told.name, key)] = is_added
            else:
                following.setdefault((told.name, key), not is_added)
    query = sa.select(dynamic_partitions).where(dynamic_partitions.c.added_at <= moment)
    query = query.order_by(dynamic_partitions.c.added_at, dynamic_partitions.c.key)
    since = {(row.name, row.key): True for row in connection.execute(query)}
    found: dict[str, list[str]] = {}
    for (name, key), was_there in {**following, **last, **since}.items():
        if was_there:
            found.setdefault(name, []).append(key)
    return found


def add(connection: Connection, name: str, keys: Iterable[str], now: int) -> None:
    """Add keys; those that are there stay as they are."""
    rows = [{"name": name, "key": key, "added_at": now + place} for place, key in enumerate(keys)]
    if rows:
        connection.execute(insert_for(connection, dynamic_partitions).on_conflict_do_nothing(), rows)


def delete(connection: Connection, name: str, keys: Iterable[str]) -> None:
    """Delete keys; those that are not there are passed over."""
    gone = list(keys)
    for start in range(0, len(gone), 500):
        chunk = gone[start : start + 500]
        mine = sa.and_(dynamic_partitions.c.name == name, dynamic_partitions.c.key.in_(chunk))
        connection.execute(sa.delete(dynamic_partitions).where(mine))
