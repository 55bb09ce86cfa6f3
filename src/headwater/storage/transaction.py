"""What a writing transaction can do to the log: append events, and keep the folds beside them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect

from headwater.records.events import Event, NewEvent, encode_payload
from headwater.records.fold import CheckLatest, Latest, fold_checks, fold_latest
from headwater.storage.driver import DriverInsert, Row, compile_text, execute
from headwater.storage.notifications import CHANNEL
from headwater.storage.schema import check_latest, events, latest, log_head


def insert_for(connection: Connection, table: sa.Table) -> Any:
    """An INSERT that knows `on_conflict_…`, in the connection's dialect."""
    return _insert(connection.dialect, table)


def append(connection: Connection, new_events: Sequence[NewEvent], recorded_at: int) -> list[Event]:
    """Append events and fold them into the state.

    Taking the next numbers locks the head until the transaction ends, so `seq` follows the order of commits, across
    processes too.
    """
    if not new_events:
        return []
    statements = _statements(connection.dialect)
    head: int = execute(connection, statements.advance_head, (len(new_events),)).fetchall()[0][0]
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
    statements.insert_events.run(connection, [_event_row(event) for event in appended])
    keep_states(connection, fold_latest(appended), fold_checks(appended))
    if connection.dialect.name == "postgresql":
        # Heard by other processes as the transaction commits.
        execute(connection, "SELECT pg_notify(%s, %s)", (CHANNEL, str(head)))
    return appended


def keep_states(connection: Connection, states: Sequence[Latest], checks: Sequence[CheckLatest]) -> None:
    """Join folded states with those that are kept."""
    statements = _statements(connection.dialect)
    statements.keep_latest.run(connection, [_latest_row(state) for state in states])
    statements.keep_checks.run(connection, [_check_row(check) for check in checks])


def lock_log(connection: Connection) -> None:
    """Let nobody else append until the transaction ends, so that what is read now is still so when it commits.

    On SQLite every writing transaction begins with that lock.
    """
    if connection.dialect.name != "sqlite":
        connection.execute(sa.select(log_head.c.seq).where(log_head.c.id == 1).with_for_update())


class _Statements:
    """What the append executes, compiled for one database."""

    def __init__(self, dialect: Dialect) -> None:
        # Its own constant is written out, because only the rows' values are given to the driver.
        advance = sa.update(log_head).where(log_head.c.id == sa.literal_column("1"))
        advance = advance.values(seq=log_head.c.seq + sa.bindparam("count"))
        self.advance_head = compile_text(advance.returning(log_head.c.seq), dialect)
        self.insert_events = DriverInsert(sa.insert(events), dialect)
        self.keep_latest = _keep_newest(dialect, latest, adds=("count",), maxima=("news_seq",))
        self.keep_checks = _keep_newest(dialect, check_latest)


_statements = cache(_Statements)


def _event_row(event: Event) -> Row:
    """The columns of `events`, in their order."""
    return (
        event.seq,
        event.kind.value,
        event.asset_key,
        event.partition,
        event.run_id,
        event.timestamp,
        event.recorded_at,
        event.data_version,
        encode_payload(event.payload),
    )


def _latest_row(state: Latest) -> Row:
    """The columns of `latest`, in their order."""
    return (
        state.asset_key,
        state.partition,
        state.kind.value,
        state.seq,
        state.timestamp,
        state.run_id,
        state.data_version,
        state.event_partition,
        state.read_seq,
        state.news_seq,
        state.count,
    )


def _check_row(check: CheckLatest) -> Row:
    """The columns of `check_latest`, in their order."""
    return (
        check.asset_key,
        check.check_name,
        check.partition,
        check.seq,
        check.timestamp,
        check.passed,
        check.severity,
    )


def _keep_newest(
    dialect: Dialect, table: sa.Table, adds: tuple[str, ...] = (), maxima: tuple[str, ...] = ()
) -> DriverInsert:
    """Insert a state, or replace an older one by (`timestamp`, `seq`).

    The columns in `adds` are summed; of those in `maxima` the larger value stays.
    """
    statement = _insert(dialect, table)
    given, kept = statement.excluded, table.c
    newer = sa.or_(given.timestamp > kept.timestamp, sa.and_(given.timestamp == kept.timestamp, given.seq > kept.seq))
    primary = {column.name for column in table.primary_key}
    changes: dict[str, Any] = {}
    for name in (column.name for column in table.columns if column.name not in primary):
        if name in adds:
            changes[name] = kept[name] + given[name]
        else:
            larger = sa.or_(kept[name].is_(None), given[name] > kept[name]) if name in maxima else newer
            changes[name] = sa.case((larger, given[name]), else_=kept[name])
    return DriverInsert(
        statement,
        dialect,
        lambda insert: insert.on_conflict_do_update(index_elements=list(table.primary_key), set_=changes),
    )


def _insert(dialect: Dialect, table: sa.Table) -> Any:
    return (sqlite if dialect.name == "sqlite" else postgresql).insert(table)
