"""Reads of the folds: the latest state of assets, partitions and checks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from headwater.records.log.day_counts import DayCount
from headwater.records.log.events import EventKind
from headwater.records.log.fold import WHOLE, CheckLatest, Latest, newest_version
from headwater.records.log.versions import Version, decode_basis
from headwater.storage.database.driver import compile_text, execute
from headwater.storage.schema import check_latest, event_days, is_whole, latest

_KINDS = {kind.value: kind for kind in EventKind}
_FEW = 500
"""Up to so many partitions are asked for by name."""


def read_assets(connection: Connection, asset_key: str | None = None) -> dict[tuple[str, EventKind], Latest]:
    """The latest event by asset and kind, of all assets or one."""
    query = sa.select(latest).where(is_whole)
    if asset_key is None:
        # Of thousands of assets at once, so the driver's own rows are taken as they are.
        rows = execute(connection, compile_text(query, connection.dialect), ()).fetchall()
    else:
        rows = connection.execute(query.where(latest.c.asset_key == asset_key))
    return {(state.asset_key, state.kind): state for state in map(latest_from_row, rows)}


def read_newer(connection: Connection, kind: EventKind, seq: int) -> list[tuple[str, int]]:
    """The newest event of a kind of each asset where it lies beyond a place in the log: (asset key, its place)."""
    newer = sa.and_(latest.c.kind == kind.value, latest.c.partition == WHOLE, latest.c.seq > seq)
    found = connection.execute(sa.select(latest.c.asset_key, latest.c.seq).where(newer).order_by(latest.c.seq))
    return [(row.asset_key, row.seq) for row in found]


def read_partitions(
    connection: Connection, asset_key: str, partitions: Sequence[str] | None = None
) -> dict[tuple[str, EventKind], Latest]:
    """The latest event by partition and kind of one asset; of some partitions, or by default of all."""
    query = sa.select(latest).where(latest.c.asset_key == asset_key, latest.c.partition != WHOLE)
    queries = [query]
    if partitions is not None:
        chunks = (partitions[start : start + _FEW] for start in range(0, len(partitions), _FEW))
        queries = [query.where(latest.c.partition.in_(chunk)) for chunk in chunks]
    states = (latest_from_row(row) for each in queries for row in connection.execute(each))
    return {(state.partition, state.kind): state for state in states}


class StoredVersions:
    """The versions that there are, in one transaction: told of by events of some kinds."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def version(self, key: str, kinds: Collection[EventKind]) -> Version | None:
        """The newest version of an asset."""
        found = read_assets(self._connection, key)
        return newest_version(found[(key, kind)] for kind in kinds if (key, kind) in found)

    def partition_versions(
        self, key: str, partitions: Sequence[str], kinds: Collection[EventKind]
    ) -> dict[str, Version]:
        """The newest version of each of some partitions that has one."""
        query = sa.select(latest).where(latest.c.asset_key == key, latest.c.kind.in_([kind.value for kind in kinds]))
        if len(partitions) <= _FEW:
            query = query.where(latest.c.partition.in_(partitions))
        told: dict[str, list[Latest]] = {partition: [] for partition in partitions}
        for state in map(latest_from_row, self._connection.execute(query)):
            if state.partition in told:
                told[state.partition].append(state)
        newest = ((partition, newest_version(found)) for partition, found in told.items())
        return {partition: version for partition, version in newest if version is not None}


def read_all_partitions(connection: Connection) -> list[Latest]:
    """The latest event by asset, partition and kind."""
    query = sa.select(latest).where(latest.c.partition != WHOLE)
    return [latest_from_row(row) for row in connection.execute(query)]


def read_update_times(connection: Connection, asset_keys: Sequence[str]) -> dict[str, int]:
    """When the newest version of each of some assets was made, in microseconds; those without one are left out."""
    found: dict[str, int] = {}
    for start in range(0, len(asset_keys), 500):
        query = sa.select(latest.c.asset_key, latest.c.timestamp).where(
            is_whole,
            latest.c.kind == EventKind.MATERIALIZATION.value,
            latest.c.asset_key.in_(asset_keys[start : start + 500]),
        )
        found.update((row.asset_key, row.timestamp) for row in connection.execute(query))
    return found


def read_day_counts(connection: Connection, asset_key: str) -> list[DayCount]:
    """How many events of an asset came by day and kind, oldest first; '' for events of no asset."""
    query = sa.select(event_days).where(event_days.c.asset_key == asset_key)
    found = connection.execute(query.order_by(event_days.c.day, event_days.c.kind))
    return [DayCount(row[0], EventKind(row[1]), row[2], row[3]) for row in found]


def read_checks(connection: Connection, asset_key: str | None = None) -> list[CheckLatest]:
    """The latest evaluation of each check, of all assets or one."""
    query = sa.select(check_latest).where(check_latest.c.partition == WHOLE)
    if asset_key is not None:
        query = query.where(check_latest.c.asset_key == asset_key)
    return [CheckLatest(**row._mapping) for row in connection.execute(query)]


def latest_from_row(row: Any) -> Latest:
    """A row of `latest` as a record."""
    key, partition, kind, seq, timestamp, run_id, data_version, event_partition, read_seq, news_seq, count, basis = row
    return Latest(
        asset_key=key,
        partition=partition,
        kind=_KINDS[kind],
        seq=seq,
        timestamp=timestamp,
        run_id=run_id,
        data_version=data_version,
        event_partition=event_partition,
        read_seq=read_seq,
        basis=decode_basis(basis),
        news_seq=news_seq,
        count=count,
    )
