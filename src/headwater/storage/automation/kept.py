"""What the store keeps of assets, as it was at an earlier place of the log: where a decision was last written.

The folds are as of the head. What events after the place have changed is looked up again, so the cost is that of the
events after it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from headwater.records.log.events import CheckEvaluation, Event, EventKind, FreshnessChange
from headwater.records.log.fold import WHOLE, CheckLatest, Latest, fold_latest
from headwater.records.runs.backfills import Target
from headwater.records.runs.runs import ENDED, Run
from headwater.storage.automation.freshness import read_freshness
from headwater.storage.log import event_log
from headwater.storage.log.states import latest_from_row
from headwater.storage.runs import runs
from headwater.storage.runs.backfill_rests import read_rests
from headwater.storage.schema import check_latest, latest
from headwater.storage.schema import events as events_table

_LOOKED_AT = 200
_RUN_ENDS = (EventKind.RUN_SUCCEEDED, EventKind.RUN_FAILED, EventKind.RUN_CANCELED)
_REPORTED = (EventKind.MATERIALIZATION, EventKind.OBSERVATION)


class OpenRun(NamedTuple):
    """A run that had not ended, and the `seq` of its request."""

    run: Run
    requested_seq: int


class Kept(NamedTuple):
    """The folds at a place of the log."""

    latest: Sequence[Latest] = ()
    checks: Sequence[CheckLatest] = ()
    freshness: Mapping[str, str] = {}
    open_runs: Sequence[OpenRun] = ()
    awaited: Sequence[Run] = ()
    """Those that automation requested after the place: what was decided at it."""
    backfills: Mapping[str, Sequence[Target]] = {}
    """What the backfills that went on were still to make."""
    makers: Mapping[str, Run] = {}
    """The runs that made the newest versions, where they are asked for."""


def read_kept(
    connection: Connection, seq: int, asset_keys: Collection[str] | None = None, *, with_makers: bool = False
) -> Kept:
    """The folds as they were at a place of the log.

    Args:
        connection: Where to read.
        seq: The place.
        asset_keys: Of which assets; None for all.
        with_makers: Whether to read the runs that made the newest versions.
    """
    later = list(_events_after(connection, seq))
    open_runs, awaited = _runs_as_of(connection, later)
    newest = [state for row in _read_latest(connection, asset_keys) if (state := _as_of(connection, row, seq))]
    made_by = {row.run_id for row in newest if row.run_id is not None and row.kind is EventKind.MATERIALIZATION}
    return Kept(
        latest=newest,
        checks=[check for row in _read_checks(connection, asset_keys) if (check := _check_as_of(connection, row, seq))],
        freshness=_freshness_as_of(connection, later, asset_keys),
        open_runs=open_runs,
        awaited=awaited,
        backfills=read_rests(connection, later, _unended(open_runs, later)),
        makers=runs.read_many(connection, sorted(made_by)) if with_makers else {},
    )


def _events_after(connection: Connection, seq: int) -> Iterable[Event]:
    while page := event_log.read_after(connection, seq, 1_000):
        yield from page
        seq = page[-1].seq


def _read_latest(connection: Connection, asset_keys: Collection[str] | None) -> Iterable[Latest]:
    query = sa.select(latest)
    if asset_keys is not None:
        query = query.where(latest.c.asset_key.in_(list(asset_keys)))
    return map(latest_from_row, connection.execute(query))


def _as_of(connection: Connection, row: Latest, seq: int) -> Latest | None:
    if row.seq <= seq:
        return row
    if row.kind not in _REPORTED:
        return None
    query = sa.select(events_table).where(
        events_table.c.asset_key == row.asset_key, events_table.c.kind == row.kind.value, events_table.c.seq <= seq
    )
    if row.partition != WHOLE:
        query = query.where(events_table.c.partition == row.partition)
    newest = query.order_by(events_table.c.timestamp.desc(), events_table.c.seq.desc()).limit(1)
    folded = fold_latest(event_log.read_rows(connection, newest))
    return next((state for state in folded if state.partition == row.partition), None)


def _read_checks(connection: Connection, asset_keys: Collection[str] | None) -> Iterable[CheckLatest]:
    """Each check by partition; of the whole, only where its newest result is about no partition."""
    query = sa.select(check_latest).order_by(check_latest.c.asset_key, check_latest.c.check_name)
    if asset_keys is not None:
        query = query.where(check_latest.c.asset_key.in_(list(asset_keys)))
    rows = [CheckLatest(**row._mapping) for row in connection.execute(query)]
    parts = {(row.asset_key, row.check_name, row.seq) for row in rows if row.partition != WHOLE}
    return [row for row in rows if row.partition != WHOLE or (row.asset_key, row.check_name, row.seq) not in parts]


def _check_as_of(connection: Connection, row: CheckLatest, seq: int) -> CheckLatest | None:
    if row.seq <= seq:
        return row
    wanted = event_log.EventFilter(asset_key=row.asset_key, kinds=[EventKind.CHECK_EVALUATION])
    for event in event_log.read_newest(connection, wanted, limit=_LOOKED_AT):
        payload = event.payload
        if (
            event.seq <= seq
            and isinstance(payload, CheckEvaluation)
            and payload.check_name == row.check_name
            and row.partition in (WHOLE, event.partition)
        ):
            return CheckLatest(
                asset_key=row.asset_key,
                check_name=row.check_name,
                partition=row.partition,
                seq=event.seq,
                timestamp=event.timestamp,
                passed=payload.passed,
                severity=payload.severity,
            )
    return None


def _freshness_as_of(
    connection: Connection, later: Sequence[Event], asset_keys: Collection[str] | None
) -> dict[str, str]:
    states = {key: row.state for key, row in read_freshness(connection).items()}
    for event in reversed(later):
        if isinstance(event.payload, FreshnessChange) and event.asset_key is not None:
            states[event.asset_key] = event.payload.former
    return {key: state for key, state in states.items() if asset_keys is None or key in asset_keys}


def _runs_as_of(connection: Connection, later: Sequence[Event]) -> tuple[list[OpenRun], list[Run]]:
    requested = {event.run_id for event in later if event.kind is EventKind.RUN_REQUESTED}
    ended = {event.run_id for event in later if event.kind in _RUN_ENDS}
    known = {run.run_id: run for run in runs.read_open(connection)}
    for run_id in requested | ended:
        if run_id is not None and run_id not in known:
            known[run_id] = runs.get(connection, run_id)
    opened = [
        OpenRun(run, _requested_seq(connection, run.run_id))
        for run in known.values()
        if run.run_id not in requested and (run.status not in ENDED or run.run_id in ended)
    ]
    awaited = [run for run in known.values() if run.run_id in requested and run.cause.kind == "automation"]
    return opened, awaited


def _unended(open_runs: Iterable[OpenRun], later: Iterable[Event]) -> set[str]:
    requested = {event.run_id for event in later if event.kind is EventKind.RUN_REQUESTED and event.run_id is not None}
    return requested | {opened.run.run_id for opened in open_runs}


def _requested_seq(connection: Connection, run_id: str) -> int:
    return next((event.seq for event in event_log.read_run(connection, run_id, limit=1)), 0)
