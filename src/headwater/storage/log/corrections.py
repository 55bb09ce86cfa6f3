"""Corrections: an event withdrawn, assets or partitions wiped, assets renamed or merged. The log itself only grows.

Each is a unit of its own: an event that says so, and the folds as they are after it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from headwater.errors import ConflictError, UnknownAssetError, UnknownEventError
from headwater.records.log.events import (
    Event,
    EventKind,
    NewEvent,
    Rename,
    Report,
    Reporter,
    Wipe,
    Withdrawal,
)
from headwater.storage.log import dropped, event_log, folds, transaction
from headwater.storage.log.writer import Unit
from headwater.storage.schema import asset_aliases, check_latest, events, latest, lineage_edges, withdrawn

_MOST_NAMED = 500
"""Of more assets than that, all corrections are read and then looked through."""


def withdraw(connection: Connection, seq: int, *, reason: str | None, reporter: Reporter) -> Unit[Event]:
    """The unit that withdraws an event.

    Args:
        connection: Where to read the event.
        seq: Which one.
        reason: Why, for whoever reads the log.
        reporter: Who does it.

    Raises:
        UnknownEventError: there is none, or it is none that somebody reported.
    """
    event = event_log.read_many(connection, [seq]).get(seq)
    if event is None or event.asset_key is None or not isinstance(event.payload, Report):
        raise UnknownEventError(
            f"There is no report {seq} in the log; only materializations, observations, checks and "
            "states of runs elsewhere can be withdrawn."
        )
    told = NewEvent(
        kind=EventKind.EVENT_WITHDRAWN,
        payload=Withdrawal(target_seq=seq, reason=reason, reporter=reporter),
        asset_key=event.asset_key,
        partition=event.partition,
    )

    def guard(connection: Connection) -> None:
        by = connection.execute(sa.select(withdrawn.c.by_seq).where(withdrawn.c.seq == seq)).scalar()
        if by is not None:
            raise ConflictError(f"Event {seq} was withdrawn already, by event {by}.")

    def effect(connection: Connection, appended: Sequence[Event]) -> Event:
        connection.execute(sa.insert(withdrawn).values(seq=seq, by_seq=appended[0].seq))
        folds.fold_asset_again(connection, event.asset_key or "")
        return appended[0]

    return Unit(events=[told], guard=guard, effect=effect)


def wipe(
    connection: Connection, key: str, partitions: Collection[str] = (), *, reason: str | None, reporter: Reporter
) -> Unit[Event]:
    """The unit that forgets what is known of an asset, or of some of its partitions; the log keeps its events.

    Raises:
        UnknownAssetError: nothing is known of it.
    """
    if not _is_known(connection, key):
        raise UnknownAssetError(f"Nothing was ever reported of an asset {key!r}, so there is nothing to wipe.")
    payload = Wipe(partitions=tuple(sorted(partitions)), reason=reason, reporter=reporter)
    told = NewEvent(kind=EventKind.ASSET_WIPED, payload=payload, asset_key=key)

    def effect(connection: Connection, appended: Sequence[Event]) -> Event:
        mine = sa.select(events.c.seq, sa.literal(appended[0].seq)).where(
            events.c.asset_key == key, events.c.seq < appended[0].seq
        )
        if payload.partitions:
            mine = mine.where(events.c.partition.in_(payload.partitions))
        statement = transaction.insert_for(connection, withdrawn).from_select(["seq", "by_seq"], mine)
        connection.execute(statement.on_conflict_do_nothing())
        dropped.forget(connection, key, payload.partitions)
        folds.fold_asset_again(connection, key)
        return appended[0]

    return Unit(events=[told], effect=effect)


def rename(
    connection: Connection, key: str, to: str, *, merge: bool, reason: str | None, reporter: Reporter
) -> Unit[Event]:
    """The unit that gives an asset's history another name; reports of the former one then count for the new one.

    Args:
        connection: Where to look.
        key: The former name.
        to: The new one.
        merge: Whether there may be an asset of the new name already, whose history it joins.
        reason: Why.
        reporter: Who does it.

    Raises:
        UnknownAssetError: nothing is known of the asset.
        ConflictError: there is one of the new name, and they are not to be merged.
    """
    if not _is_known(connection, key):
        raise UnknownAssetError(f"Nothing was ever reported of an asset {key!r}.")
    if key == to:
        raise ConflictError(f"{key!r} has that name already.")

    def guard(connection: Connection) -> None:
        if not merge and _is_known(connection, to):
            raise ConflictError(f"There is an asset {to!r} already. Merge {key!r} into it if they are the same.")

    def effect(connection: Connection, appended: Sequence[Event]) -> Event:
        connection.execute(sa.update(events).where(events.c.asset_key == key).values(asset_key=to))
        _move_edges(connection, key, to)
        # A former name that came to life again leads elsewhere from now on.
        reborn = asset_aliases.c.alias.in_([key, to])
        led_to = set(connection.execute(sa.select(asset_aliases.c.asset_key).where(reborn)).scalars())
        connection.execute(sa.delete(asset_aliases).where(reborn))
        connection.execute(sa.update(asset_aliases).where(asset_aliases.c.asset_key == key).values(asset_key=to))
        connection.execute(sa.insert(asset_aliases).values(alias=key, asset_key=to, seq=appended[0].seq))
        dropped.rename(connection, key, to)
        for touched in sorted({key, to} | led_to):
            folds.fold_asset_again(connection, touched)
        return appended[0]

    told = NewEvent(
        kind=EventKind.ASSET_RENAMED,
        payload=Rename(former=key, merged=merge, reason=reason, reporter=reporter),
        asset_key=to,
    )
    return Unit(events=[told], guard=guard, effect=effect)


def read_corrected(connection: Connection, keys: Collection[str]) -> dict[str, dict[str, int]]:
    """By asset the partitions of which something was withdrawn or wiped, each with the event that last did.

    Args:
        connection: Where to read.
        keys: Which assets.
    """
    kinds = (EventKind.EVENT_WITHDRAWN, EventKind.ASSET_WIPED)
    query = sa.select(events).where(events.c.kind.in_(kinds)).order_by(events.c.seq)
    if len(keys) <= _MOST_NAMED:
        query = query.where(events.c.asset_key.in_(sorted(keys)))
    found: dict[str, dict[str, int]] = {}
    for event in event_log.read_rows(connection, query):
        key = event.asset_key
        if key is None or key not in keys:
            continue
        of_wipe = event.payload.partitions if isinstance(event.payload, Wipe) else ()
        for partition in of_wipe if event.partition is None else (event.partition,):
            found.setdefault(key, {})[partition] = event.seq
    return found


def read_aliases(connection: Connection) -> dict[str, str]:
    """The present name of each asset by its former ones."""
    return {row.alias: row.asset_key for row in connection.execute(sa.select(asset_aliases))}


def count_events(connection: Connection, key: str, partitions: Collection[str] = ()) -> int:
    """How many events of an asset, or of some of its partitions, a wipe or rename is about."""
    query = sa.select(sa.func.count()).select_from(events).where(events.c.asset_key == key)
    if partitions:
        query = query.where(events.c.partition.in_(list(partitions)))
    return connection.execute(query).scalar_one()


def _is_known(connection: Connection, key: str) -> bool:
    found = (sa.select(table.c.asset_key).where(table.c.asset_key == key).limit(1) for table in (latest, check_latest))
    return any(connection.execute(query).first() is not None for query in found)


def _move_edges(connection: Connection, key: str, to: str) -> None:
    touched = sa.or_(lineage_edges.c.upstream == key, lineage_edges.c.downstream == key)
    edges = list(connection.execute(sa.select(lineage_edges).where(touched)))
    connection.execute(sa.delete(lineage_edges).where(touched))
    renamed = {
        (to if row.upstream == key else row.upstream, to if row.downstream == key else row.downstream): row.seq
        for row in edges
    }
    for (upstream, downstream), seq in renamed.items():
        if upstream != downstream:
            values = {"upstream": upstream, "downstream": downstream, "seq": seq}
            statement = transaction.insert_for(connection, lineage_edges).values(values)
            connection.execute(statement.on_conflict_do_nothing())
