"""What a writing transaction can do to the log: append events, and keep the folds beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect

from headwater.records.catalog.definition_history import DefinitionEntry, fold_definitions
from headwater.records.log.day_counts import DayCount, fold_days
from headwater.records.log.events import Event, EventKind, Materialization, NewEvent, Observation, encode_payload
from headwater.records.log.fold import CheckLatest, Latest, fold_checks, fold_latest
from headwater.records.log.versions import encode_basis, read_versions
from headwater.storage.database.driver import DriverInsert, Row, compile_text, execute, insert_for_dialect
from headwater.storage.log.one_statement import OneStatement, is_quiet
from headwater.storage.log.partition_sets import PartitionSets
from headwater.storage.schema import (
    check_latest,
    definition_history,
    event_days,
    events,
    latest,
    log_head,
    version_inputs,
)

# Asking a kind for its value costs more than all else of a row.
_NAMES = {kind: kind.value for kind in EventKind}


def insert_for(connection: Connection, table: sa.Table) -> Any:
    """An INSERT that knows `on_conflict_…`, in the connection's dialect."""
    return insert_for_dialect(connection.dialect, table)


def append(connection: Connection, new_events: Sequence[NewEvent], recorded_at: int) -> list[Event]:
    """Append events and fold them into the state.

    Taking the next numbers locks the head until the transaction ends, so `seq` follows the order of commits, across
    processes too.
    """
    if not new_events:
        return []
    statements = _statements(connection.dialect)
    if statements.together is None:
        head: int = execute(connection, statements.advance_head, (len(new_events),)).fetchall()[0][0]
        appended = _number(new_events, head, recorded_at)
        states = fold_latest(appended)
        statements.insert_events.run(connection, [event_row(event) for event in appended])
        statements.keep_latest.run(connection, [latest_row(state) for state in states])
        statements.keep_days.run(connection, [day_row(count) for count in fold_days(appended)])
    else:
        counted = _number(new_events, len(new_events), recorded_at)
        states = fold_latest(counted)
        head = statements.together.run(
            connection,
            len(new_events),
            [event_row(event) for event in counted],
            [latest_row(state) for state in states],
            [day_row(count) for count in fold_days(counted)],
        )
        appended = _number(new_events, head, recorded_at)
    kinds = {event.kind for event in appended}
    if EventKind.CHECK_EVALUATION in kinds:
        statements.keep_checks.run(connection, [check_row(check) for check in fold_checks(appended)])
    statements.partition_sets.note(connection, states)
    if EventKind.MATERIALIZATION in kinds and (versions := read_versions(appended)):
        statements.insert_versions.run(connection, versions)
    if EventKind.DEFINITIONS_CHANGED in kinds:
        definitions = fold_definitions(appended)
        statements.insert_definitions.run(connection, [definition_row(each) for each in definitions])
    return appended


def is_one_statement(connection: Connection, new_events: Sequence[NewEvent]) -> bool:
    """Whether `append` of some events is one statement, which is a transaction by itself.

    If the database has ended the connection meanwhile, it is not: then a transaction must begin to fail, so that it is
    known that nothing was kept.
    """
    if _statements(connection.dialect).together is None:
        return False
    return all(map(_is_simple, new_events)) and is_quiet(connection)


def keep_states(connection: Connection, states: Sequence[Latest], checks: Sequence[CheckLatest]) -> None:
    """Join folded states with those that are kept."""
    statements = _statements(connection.dialect)
    statements.keep_latest.run(connection, [latest_row(state) for state in states])
    statements.keep_checks.run(connection, [check_row(check) for check in checks])
    statements.partition_sets.note(connection, states)


def partition_sets(connection: Connection) -> PartitionSets:
    """What keeps the partitions' states on this database."""
    return _statements(connection.dialect).partition_sets


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
        newest = _newest_wins(latest, adds=("count",), maxima=("news_seq",))
        self.keep_latest = DriverInsert.upsert(latest, dialect, newest)
        self.keep_checks = DriverInsert.upsert(check_latest, dialect, _newest_wins(check_latest))
        self.partition_sets = PartitionSets(dialect)
        self.keep_days = DriverInsert.upsert(event_days, dialect, _add_counts)
        self.insert_versions = DriverInsert(sa.insert(version_inputs), dialect)
        self.insert_definitions = DriverInsert(sa.insert(definition_history), dialect)
        self.together = None
        if dialect.name == "postgresql":
            self.together = OneStatement(dialect, {latest: newest, event_days: _add_counts})


_statements = cache(_Statements)


def event_row(event: Event) -> Row:
    """The columns of `events`, in their order."""
    return (
        event.seq,
        _NAMES[event.kind],
        event.asset_key,
        event.partition,
        event.run_id,
        event.timestamp,
        event.recorded_at,
        event.data_version,
        encode_payload(event.payload),
    )


def latest_row(state: Latest) -> Row:
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
        encode_basis(state.basis),
    )


def check_row(check: CheckLatest) -> Row:
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


def day_row(count: DayCount) -> Row:
    """The columns of `event_days`, in their order."""
    return (count.asset_key, count.kind.value, count.day, count.count)


def definition_row(entry: DefinitionEntry) -> Row:
    """The columns of `definition_history`, in their order."""
    return (entry.location, entry.seq, entry.since, entry.snapshot)


def _number(new_events: Sequence[NewEvent], head: int, recorded_at: int) -> list[Event]:
    """New events as those of the log that end with the number `head`."""
    return [
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


def _is_simple(event: NewEvent) -> bool:
    """Whether an event changes no more than the latest state of its asset and the counts by day."""
    payload = event.payload
    if type(payload) is Materialization:
        return event.partition is None and not payload.inputs and not payload.parts
    return type(payload) is Observation and event.partition is None


def _add_counts(kept: Any, given: Any) -> dict[str, Any]:
    return {"count": kept["count"] + given["count"]}


def _newest_wins(
    table: sa.Table, adds: tuple[str, ...] = (), maxima: tuple[str, ...] = ()
) -> Callable[[Any, Any], dict[str, Any]]:
    """A state replaces an older one by (`timestamp`, `seq`).

    The columns in `adds` are summed; of those in `maxima` the larger value stays.
    """
    primary = {column.name for column in table.primary_key}

    def changes(kept: Any, given: Any) -> dict[str, Any]:
        newer = sa.or_(
            given.timestamp > kept.timestamp, sa.and_(given.timestamp == kept.timestamp, given.seq > kept.seq)
        )
        changed: dict[str, Any] = {}
        for name in (column.name for column in table.columns if column.name not in primary):
            if name in adds:
                changed[name] = kept[name] + given[name]
            else:
                larger = sa.or_(kept[name].is_(None), given[name] > kept[name]) if name in maxima else newer
                changed[name] = sa.case((larger, given[name]), else_=kept[name])
        return changed

    return changes
