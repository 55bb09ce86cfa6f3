"""Reads of the event log."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from headwater.records.log.events import Event, EventKind, decode_payload
from headwater.storage.schema import REPORTED_KINDS, asset_aliases, events, log_head, run_assets, withdrawn

# In the words of the index, so that the database sees that it may use it.
_is_rare = events.c.kind.not_in([sa.literal_column(f"'{each}'") for each in REPORTED_KINDS])


class EventFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which events to read; None does not restrict."""

    asset_key: str | None = None
    kinds: Collection[EventKind] | None = None
    partition: str | None = None
    run_id: str | None = None
    since: int | None = None
    """The earliest `timestamp`, in microseconds since the epoch."""
    until: int | None = None
    """What every `timestamp` is before."""
    only_counting: bool = False
    """Whether those that were withdrawn or wiped are left out."""


def head(connection: Connection) -> int:
    """The newest `seq`, 0 for an empty log."""
    seq: int = connection.execute(sa.select(log_head.c.seq).where(log_head.c.id == 1)).scalar_one()
    return seq


def seq_at(connection: Connection, moment: int) -> int:
    """How far the log reached at a moment, in microseconds since the epoch.

    It is searched for by halves: events are recorded in the order of their numbers.
    """
    low, high = 0, head(connection)
    while low < high:
        middle = (low + high + 1) // 2
        # Retention may have dropped the middle one: the next one that is there tells as much.
        query = sa.select(events.c.seq, events.c.recorded_at).where(events.c.seq >= middle, events.c.seq <= high)
        found = connection.execute(query.order_by(events.c.seq).limit(1)).first()
        if found is not None and found.recorded_at <= moment:
            low = found.seq
        else:
            high = middle - 1
    return low


def read_after(connection: Connection, seq: int, limit: int) -> list[Event]:
    """Events beyond a place in the log, in commit order."""
    query = sa.select(events).where(events.c.seq > seq).order_by(events.c.seq).limit(limit)
    return [_from_row(row) for row in connection.execute(query)]


def read_counting_after(connection: Connection, seq: int, limit: int) -> list[Event]:
    """Events beyond a place in the log, without those that were withdrawn or wiped, in commit order."""
    query = sa.select(events).where(events.c.seq > seq)
    query = query.where(events.c.seq.not_in(sa.select(withdrawn.c.seq))).order_by(events.c.seq).limit(limit)
    return [_from_row(row) for row in connection.execute(query)]


def read_by_place(
    connection: Connection, wanted: EventFilter, *, place: int | None, ascending: bool, limit: int
) -> list[Event]:
    """Events by their places in the log.

    Args:
        connection: Where to read.
        wanted: Which events.
        place: The `seq` that they are beyond, in the direction of reading; None for all.
        ascending: Whether the first one comes first.
        limit: How many at most.
    """
    query = _restrict(sa.select(events), wanted)
    if place is not None:
        query = query.where(events.c.seq > place if ascending else events.c.seq < place)
    query = query.order_by(events.c.seq if ascending else events.c.seq.desc()).limit(limit)
    return [_from_row(row) for row in connection.execute(query)]


def read_watched(
    connection: Connection, after: int, kinds: Collection[str], asset_keys: Collection[str] | None, limit: int
) -> list[Event]:
    """Events of some kinds beyond a place in the log, of some assets or any, in commit order.

    Those that were withdrawn or wiped are left out.
    """
    query = sa.select(events).where(events.c.seq > after, events.c.kind.in_(sorted(kinds)))
    if asset_keys is not None:
        query = query.where(events.c.asset_key.in_(sorted(asset_keys)))
    query = query.where(events.c.seq.not_in(sa.select(withdrawn.c.seq))).order_by(events.c.seq).limit(limit)
    return [_from_row(row) for row in connection.execute(query)]


def read_failed_steps(connection: Connection, run_ids: Collection[str]) -> list[Event]:
    """The failed steps of some runs, in commit order."""
    query = sa.select(events).where(events.c.run_id.in_(sorted(run_ids)))
    query = query.where(events.c.kind == EventKind.STEP_FAILED.value).order_by(events.c.seq)
    return [_from_row(row) for row in connection.execute(query)]


def read_asset_after(connection: Connection, asset_key: str, seq: int, limit: int) -> list[Event]:
    """An asset's events beyond a place in the log, without those that were withdrawn or wiped, in commit order."""
    query = sa.select(events).where(events.c.asset_key == asset_key, events.c.seq > seq)
    query = query.where(events.c.seq.not_in(sa.select(withdrawn.c.seq))).order_by(events.c.seq).limit(limit)
    return [_from_row(row) for row in connection.execute(query)]


def read_asset_runs_after(connection: Connection, asset_key: str, seq: int, limit: int) -> list[Event]:
    """Events beyond a place in the log of runs and steps that make an asset, but stand under none or another one."""
    names = sa.select(asset_aliases.c.alias).where(asset_aliases.c.asset_key == asset_key)
    concerned = sa.or_(run_assets.c.asset_key == asset_key, run_assets.c.asset_key.in_(names))
    query = sa.select(events).where(events.c.run_id.in_(sa.select(run_assets.c.run_id).where(concerned)))
    query = query.where(sa.or_(events.c.asset_key.is_(None), events.c.asset_key != asset_key), events.c.seq > seq)
    query = query.where(events.c.kind.not_in(REPORTED_KINDS)).order_by(events.c.seq).limit(limit)
    return [_from_row(row) for row in connection.execute(query)]


def read_rare(connection: Connection, kind: EventKind) -> list[Event]:
    """Every event of a kind that is not among those of which there are most, in commit order."""
    query = sa.select(events).where(_is_rare, events.c.kind == kind.value).order_by(events.c.seq)
    return [_from_row(row) for row in connection.execute(query)]


def read_newest(
    connection: Connection, wanted: EventFilter, *, before: tuple[int, int] | None = None, limit: int = 50
) -> list[Event]:
    """Events, the newest by (`timestamp`, `seq`) first.

    Args:
        connection: Where to read.
        wanted: Which events.
        before: (`timestamp`, `seq`) of the last event of the page before.
        limit: How many at most.
    """
    kinds: Collection[EventKind | None] = (None,) if wanted.partition else wanted.kinds or tuple(EventKind)
    by_kind = []
    for kind in kinds:
        # Each kind by itself, so that the index gives its newest in order and no others are looked at.
        mine = wanted if kind is None else msgspec.structs.replace(wanted, kinds=(kind,))
        query = _restrict(sa.select(events.c.timestamp, events.c.seq), mine)
        if before is not None:
            query = query.where(sa.tuple_(events.c.timestamp, events.c.seq) < sa.tuple_(*before))
        query = query.order_by(events.c.timestamp.desc(), events.c.seq.desc()).limit(limit)
        by_kind.append(sa.select(query.subquery()))
    if not by_kind:
        return []
    newest = sa.union_all(*by_kind).subquery()
    seqs = sa.select(newest.c.seq).order_by(newest.c.timestamp.desc(), newest.c.seq.desc()).limit(limit)
    found = list(connection.execute(seqs).scalars())
    read = read_many(connection, found)
    return [read[seq] for seq in found if seq in read]


def read_times(connection: Connection, asset_key: str, kind: EventKind, *, limit: int) -> list[int]:
    """When the newest events of a kind happened to an asset, the newest first."""
    query = sa.select(events.c.timestamp).where(events.c.asset_key == asset_key, events.c.kind == kind.value)
    query = query.order_by(events.c.timestamp.desc(), events.c.seq.desc()).limit(limit)
    return list(connection.execute(query).scalars())


def read_newest_committed(
    connection: Connection, wanted: EventFilter | None = None, *, before: int | None = None, limit: int = 50
) -> list[Event]:
    """Events of the whole log, the last committed first.

    Args:
        connection: Where to read.
        wanted: Which; its moments are those of receipt here.
        before: The `seq` of the last event of the page before.
        limit: How many at most.
    """
    wanted = wanted or EventFilter()
    query = sa.select(events)
    if wanted.since is not None:
        query = query.where(events.c.seq > seq_at(connection, wanted.since - 1))
    if wanted.until is not None:
        query = query.where(events.c.seq <= seq_at(connection, wanted.until - 1))
    if wanted.kinds is not None and not {kind.value for kind in wanted.kinds} & set(REPORTED_KINDS):
        query = query.where(_is_rare)
    query = _restrict(query, msgspec.structs.replace(wanted, since=None, until=None))
    if before is not None:
        query = query.where(events.c.seq < before)
    return [_from_row(row) for row in connection.execute(query.order_by(events.c.seq.desc()).limit(limit))]


def read_run(connection: Connection, run_id: str, *, after: int = 0, limit: int = 1_000) -> list[Event]:
    """A run's events in commit order."""
    query = _restrict(sa.select(events), EventFilter(run_id=run_id)).where(events.c.seq > after)
    return [_from_row(row) for row in connection.execute(query.order_by(events.c.seq).limit(limit))]


def read_run_between(
    connection: Connection, run_id: str, kinds: Collection[EventKind], after: int, before: int
) -> list[Event]:
    """A run's events of some kinds between two places in the log, both left out, in commit order."""
    query = _restrict(sa.select(events), EventFilter(run_id=run_id, kinds=kinds))
    query = query.where(events.c.seq > after, events.c.seq < before)
    return [_from_row(row) for row in connection.execute(query.order_by(events.c.seq))]


def read_many(connection: Connection, seqs: Sequence[int]) -> dict[int, Event]:
    """Events by their `seq`; those that do not exist are left out."""
    found: dict[int, Event] = {}
    for start in range(0, len(seqs), 500):
        query = sa.select(events).where(events.c.seq.in_(seqs[start : start + 500]))
        found.update((row.seq, _from_row(row)) for row in connection.execute(query))
    return found


def read_withdrawn(connection: Connection, seqs: Sequence[int]) -> set[int]:
    """Which of some events were withdrawn or wiped."""
    if not seqs:
        return set()
    query = sa.select(withdrawn.c.seq).where(withdrawn.c.seq.in_(seqs))
    return set(connection.execute(query).scalars())


def read_rows(connection: Connection, query: sa.Select[Any]) -> list[Event]:
    """The events that a query of this package selects."""
    return [_from_row(row) for row in connection.execute(query)]


def _restrict(query: sa.Select[Any], wanted: EventFilter) -> sa.Select[Any]:
    if wanted.asset_key is not None:
        query = query.where(events.c.asset_key == wanted.asset_key)
    if wanted.kinds is not None:
        query = query.where(events.c.kind.in_([kind.value for kind in wanted.kinds]))
    if wanted.partition is not None:
        query = query.where(events.c.partition == wanted.partition)
    if wanted.run_id is not None:
        query = query.where(events.c.run_id == wanted.run_id)
    if wanted.since is not None:
        query = query.where(events.c.timestamp >= wanted.since)
    if wanted.until is not None:
        query = query.where(events.c.timestamp < wanted.until)
    if wanted.only_counting:
        query = query.where(events.c.seq.not_in(sa.select(withdrawn.c.seq)))
    return query


def _from_row(row: Any) -> Event:
    return Event(
        seq=row.seq,
        kind=EventKind(row.kind),
        payload=decode_payload(row.payload),
        asset_key=row.asset_key,
        partition=row.partition,
        run_id=row.run_id,
        timestamp=row.timestamp,
        recorded_at=row.recorded_at,
        data_version=row.data_version,
    )
