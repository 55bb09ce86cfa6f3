"""Runs: requested, claimed, moved on, read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from headwater.errors import ConflictError, UnknownRunError
from headwater.records.log.events import ErrorInfo, EventKind
from headwater.records.runs.limits import priority_of
from headwater.records.runs.runs import BACKFILL_TAG, ENDED, RETRY_TAG, Cause, Run, RunStatus
from headwater.storage.runs.filter import ANY_RUN, RunFilter
from headwater.storage.schema import backfill_runs, pool_places, run_assets, runs

_error_info_decoder = msgspec.json.Decoder(ErrorInfo)

_list_of_cause_decoder = msgspec.json.Decoder(list[Cause])

_cause_decoder = msgspec.json.Decoder(Cause)

_WAITS = sa.and_(runs.c.status == RunStatus.QUEUED.value, runs.c.owner.is_(None))
_MOST_JOINED = 100
_OPEN = [status.value for status in RunStatus if status not in ENDED]


def insert(connection: Connection, run: Run) -> None:
    """Keep a new run; where it belongs to a backfill, with that, in place of the run that it tries again."""
    connection.execute(sa.insert(runs), _to_row(run))
    if BACKFILL_TAG in run.tags:
        mine = {"backfill_id": run.tags[BACKFILL_TAG], "run_id": run.run_id}
        fresh = {"settled": False, "retried": False, "made": "", "failed": ""}
        connection.execute(sa.insert(backfill_runs), mine | fresh)
        if RETRY_TAG in run.tags:
            before = sa.and_(
                backfill_runs.c.backfill_id == mine["backfill_id"], backfill_runs.c.run_id == run.tags[RETRY_TAG]
            )
            connection.execute(sa.update(backfill_runs).where(before).values(retried=True))
    connection.execute(sa.insert(run_assets), [{"asset_key": key, "run_id": run.run_id} for key in run.assets])


def move(
    connection: Connection,
    run_id: str,
    event: EventKind,
    now: int,
    *,
    error: ErrorInfo | None = None,
    owner: str | None = None,
    lease_until: int | None = None,
    expected_owner: str | None = None,
) -> Run:
    """Move a run on in its life cycle.

    Args:
        connection: A writing transaction.
        run_id: Which run.
        event: What happens to it.
        now: When, in microseconds.
        error: Why it failed.
        owner: Who carries it out from now on.
        lease_until: Until when that holds unless renewed.
        expected_owner: Refuse if the run belongs to somebody else by now.

    Raises:
        UnknownRunError: there is no such run.
        InvalidTransitionError: the event cannot happen to the run as it is.
        ConflictError: the run belongs to somebody else.
    """
    run = get(connection, run_id)
    if expected_owner is not None and run.owner != expected_owner:
        raise ConflictError(f"Run {run_id} belongs to {run.owner or 'nobody'}, not to {expected_owner} any more.")
    moved = msgspec.structs.replace(run.moved(event, now, error=error), owner=owner, lease_until=lease_until)
    connection.execute(sa.update(runs).where(runs.c.run_id == run_id), _to_row(moved))
    if moved.status is not RunStatus.STARTED:
        # None of its steps goes on, whoever had them.
        connection.execute(sa.delete(pool_places).where(pool_places.c.run_id == run_id))
    return moved


def check_owner(connection: Connection, run: Run) -> None:
    """Refuse what somebody says of a run that was taken from them.

    Raises:
        ConflictError: it has ended, or somebody else carries it out, or it was begun anew.
    """
    query = sa.select(runs.c.status, runs.c.owner, runs.c.attempt).where(runs.c.run_id == run.run_id)
    row = connection.execute(query).first()
    if row is None or (row.status, row.owner, row.attempt) != (RunStatus.STARTED.value, run.owner, run.attempt):
        now = "gone" if row is None else f"{row.status} with {row.owner or 'nobody'} as attempt {row.attempt}"
        raise ConflictError(
            f"Run {run.run_id} is {now}, so what {run.owner} says of attempt {run.attempt} does not count any more."
        )


def renew_leases(connection: Connection, owner: str, lease_until: int) -> None:
    """Say that an owner is alive and goes on with all of its runs."""
    held = sa.and_(runs.c.owner == owner, runs.c.status == RunStatus.STARTED.value)
    connection.execute(sa.update(runs).where(held).values(lease_until=lease_until))


def disown(connection: Connection, run_id: str) -> None:
    """Let anybody carry out a run that waits for an owner who is gone."""
    waits = sa.and_(runs.c.run_id == run_id, runs.c.status == RunStatus.QUEUED.value)
    connection.execute(sa.update(runs).where(waits).values(owner=None))


def request_cancel(connection: Connection, run_id: str) -> None:
    """Ask whoever carries a run out to end it."""
    connection.execute(sa.update(runs).where(runs.c.run_id == run_id).values(cancel_requested=True))


def get(connection: Connection, run_id: str) -> Run:
    """One run.

    Raises:
        UnknownRunError: there is none with that id.
    """
    row = connection.execute(sa.select(runs).where(runs.c.run_id == run_id)).first()
    if row is None:
        raise UnknownRunError(f"There is no run {run_id!r}. `headwater run list` or the app's page of runs shows all.")
    return _from_row(row)


def read_many(connection: Connection, run_ids: Sequence[str]) -> dict[str, Run]:
    """Runs by their ids; those that do not exist are left out."""
    found: list[Run] = []
    for start in range(0, len(run_ids), 500):
        found += _read(connection, sa.select(runs).where(runs.c.run_id.in_(run_ids[start : start + 500])))
    return {run.run_id: run for run in found}


def read_automated_ids(connection: Connection, since: int) -> list[str]:
    """The runs that conditions requested from a moment on."""
    query = sa.select(runs.c.run_id, runs.c.cause).where(runs.c.created_at >= since)
    rows = connection.execute(query)
    return [row.run_id for row in rows if _cause_decoder.decode(row.cause).kind == "automation"]


def read_queued(connection: Connection, locations: Collection[str], limit: int) -> list[Run]:
    """Runs that wait for anybody: the first ones of each location, by priority and age, so that none hides others."""
    found: list[Run] = []
    for location in locations:
        query = sa.select(runs).where(_WAITS, runs.c.location == location)
        found += _read(
            connection, query.order_by(runs.c.priority.desc(), runs.c.created_at, runs.c.run_id).limit(limit)
        )
    return found


def read_queued_locations(connection: Connection) -> list[str]:
    """The locations of which runs wait."""
    return list(connection.execute(sa.select(runs.c.location).where(_WAITS).distinct()).scalars())


def read_alike(connection: Connection, wanted: Collection[Run]) -> list[Run]:
    """Runs that wait for anybody and make the same assets as one of these, the newest last."""
    rows = [_to_row(run)["assets"] for run in wanted]
    return _read(connection, sa.select(runs).where(_WAITS, runs.c.assets.in_(rows)).order_by(runs.c.created_at))


def read_started(connection: Connection) -> list[Run]:
    """Runs that go on, or that somebody has claimed and is about to begin."""
    claimed = sa.and_(runs.c.status == RunStatus.QUEUED.value, runs.c.owner.is_not(None))
    return _read(connection, sa.select(runs).where(sa.or_(runs.c.status == RunStatus.STARTED.value, claimed)))


def join(connection: Connection, run_id: str, cause: Cause) -> None:
    """Keep with a run that waits why it was requested again.

    Raises:
        ConflictError: it waits no more.
    """
    run = get(connection, run_id)
    if run.status is not RunStatus.QUEUED or run.owner is not None:
        raise ConflictError(f"Run {run_id} waits no more, so nobody can join it; the request is made anew.")
    joined = msgspec.json.encode((*run.joined, cause)[-_MOST_JOINED:]).decode()
    connection.execute(sa.update(runs).where(runs.c.run_id == run_id).values(joined=joined))


def claim(connection: Connection, run_id: str, owner: str, lease_until: int) -> None:
    """Reserve a run that waits for an owner who is about to begin it.

    Raises:
        ConflictError: somebody else has it.
    """
    taken = sa.update(runs).where(runs.c.run_id == run_id, _WAITS).values(owner=owner, lease_until=lease_until)
    if connection.execute(taken).rowcount == 0:
        raise ConflictError(f"Run {run_id} was claimed elsewhere.")


def read_open(connection: Connection) -> list[Run]:
    """Runs that have not ended."""
    return _read(connection, sa.select(runs).where(runs.c.status.in_(_OPEN)).order_by(runs.c.created_at))


def read_newest(
    connection: Connection,
    wanted: RunFilter = ANY_RUN,
    *,
    before: tuple[int, str] | None = None,
    limit: int = 50,
) -> list[Run]:
    """Runs, the last requested first; `before` is (`created_at`, `run_id`) of the last one of the page before."""
    query = wanted.narrow(sa.select(runs))
    if before is not None:
        query = query.where(sa.tuple_(runs.c.created_at, runs.c.run_id) < sa.tuple_(*before))
    return _read(connection, query.order_by(runs.c.created_at.desc(), runs.c.run_id.desc()).limit(limit))


def _read(connection: Connection, query: sa.Select[Any]) -> list[Run]:
    return [_from_row(row) for row in connection.execute(query)]


def _to_row(run: Run) -> dict[str, Any]:
    row = {field: getattr(run, field) for field in run.__struct_fields__}
    for field in ("assets", "partitions", "checks", "cause", "tags", "run_config"):
        row[field] = msgspec.json.encode(row[field]).decode()
    row["joined"] = msgspec.json.encode(run.joined).decode()
    row["priority"] = priority_of(run.tags)
    row["status"] = run.status.value
    row["error"] = None if run.error is None else msgspec.json.encode(run.error).decode()
    return row


def _from_row(row: Any) -> Run:
    fields = dict(row._mapping)
    fields["assets"] = tuple(msgspec.json.decode(fields["assets"], type=list[str]))
    fields["partitions"] = tuple(msgspec.json.decode(fields["partitions"], type=list[str]))
    fields["checks"] = tuple(msgspec.json.decode(fields["checks"], type=list[tuple[str, str]]))
    fields["cause"] = _cause_decoder.decode(fields["cause"])
    fields["tags"] = msgspec.json.decode(fields["tags"], type=dict[str, str])
    fields["run_config"] = msgspec.json.decode(fields["run_config"])
    fields["joined"] = tuple(_list_of_cause_decoder.decode(fields["joined"]))
    del fields["priority"]
    fields["status"] = RunStatus(fields["status"])
    if fields["error"] is not None:
        fields["error"] = _error_info_decoder.decode(fields["error"])
    return Run(**fields)
