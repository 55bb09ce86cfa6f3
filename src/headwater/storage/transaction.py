"""What a writing transaction can do to the log: append events, and keep the folds beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from headwater.records.events import Event, NewEvent, encode_payload
from headwater.records.fold import fold_checks, fold_latest
from headwater.storage.schema import check_latest, events, latest, log_head

_ADVANCE_HEAD = (
    sa.update(log_head)
    .where(log_head.c.id == 1)
    .values(seq=log_head.c.seq + sa.bindparam("count"))
    .returning(log_head.c.seq)
)
_INSERT_EVENTS = sa.insert(events)


def insert_for(connection: Connection, table: sa.Table) -> Any:
    """An INSERT that knows `on_conflict_…`, in the connection's dialect."""
    return (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(table)


def append(connection: Connection, new_events: Sequence[NewEvent], recorded_at: int) -> list[Event]:
    """Append events and fold them into the state.

    Taking the next numbers locks the head until the transaction ends, so `seq` follows the order of commits, across
    processes too.
    """
    if not new_events:
        return []
    head: int = connection.execute(_ADVANCE_HEAD, {"count": len(new_events)}).scalar_one()
    appended = [
        Event(
            seq=seq,
            kind=new.kind,
            payload=new.payload,
            asset_key=new.asset_key,
            partition=new.partition,
            run_id=new.run_id,
            timestamp=recorded_at if new.timestamp is None else new.timestamp,
            recorded_at=recorded_at,
            data_version=new.data_version,
        )
        for seq, new in enumerate(new_events, start=head - len(new_events) + 1)
    ]
    connection.execute(_INSERT_EVENTS, [_to_row(event) for event in appended])
    _keep_latest(connection, appended)
    _keep_checks(connection, appended)
    return appended


def _to_row(event: Event) -> dict[str, Any]:
    return {
        "seq": event.seq,
        "kind": event.kind.value,
        "asset_key": event.asset_key,
        "partition": event.partition,
        "run_id": event.run_id,
        "timestamp": event.timestamp,
        "recorded_at": event.recorded_at,
        "data_version": event.data_version,
        "payload": encode_payload(event.payload),
    }


def _keep_latest(connection: Connection, appended: Sequence[Event]) -> None:
    states = fold_latest(appended)
    if not states:
        return
    rows = [{**msgspec.structs.asdict(state), "kind": state.kind.value} for state in states]
    connection.execute(_upsert_newest(connection, latest, adds=("count",), maxima=("news_seq",)), rows)


def _keep_checks(connection: Connection, appended: Sequence[Event]) -> None:
    states = fold_checks(appended)
    if states:
        rows = [msgspec.structs.asdict(state) for state in states]
        connection.execute(_upsert_newest(connection, check_latest), rows)


_UPSERTS: dict[tuple[str, str], Any] = {}


def _upsert_newest(
    connection: Connection, table: sa.Table, adds: tuple[str, ...] = (), maxima: tuple[str, ...] = ()
) -> Any:
    """Insert a state, or replace an older one by (`timestamp`, `seq`).

    The columns in `adds` are summed; of those in `maxima` the larger value stays.
    """
    key = (connection.dialect.name, table.name)
    if key not in _UPSERTS:
        statement = insert_for(connection, table)
        given, kept = statement.excluded, table.c
        newer = sa.or_(
            given.timestamp > kept.timestamp, sa.and_(given.timestamp == kept.timestamp, given.seq > kept.seq)
        )
        primary = {column.name for column in table.primary_key}
        changes: dict[str, Any] = {}
        for name in (column.name for column in table.columns if column.name not in primary):
            if name in adds:
                changes[name] = kept[name] + given[name]
            else:
                larger = sa.or_(kept[name].is_(None), given[name] > kept[name]) if name in maxima else newer
                changes[name] = sa.case((larger, given[name]), else_=kept[name])
        _UPSERTS[key] = statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=changes)
    return _UPSERTS[key]
