"""Backfills: requested, moved on, read, with their targets and runs."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from headwater.definitions.assets.backfill_policy import BackfillPolicy
from headwater.definitions.partitions import Ordinals
from headwater.errors import ConflictError, UnknownBackfillError
from headwater.graph.partition_links import PartitionLinks
from headwater.records.log.fold import WHOLE
from headwater.records.log.partition_states import PartitionStatus
from headwater.records.runs.backfills import ACTIVE, Backfill, BackfillRun, BackfillStatus, Counts, Target
from headwater.records.runs.runs import Cause, Run, RunStatus
from headwater.storage.log import partition_sets, states
from headwater.storage.runs.filter import starts_with
from headwater.storage.schema import backfill_runs, backfill_targets, backfills, runs

_counts_decoder = msgspec.json.Decoder(Counts)

_backfill_policy_decoder = msgspec.json.Decoder(BackfillPolicy | None)

_cause_decoder = msgspec.json.Decoder(Cause)

_Fields = dict[str, Any]


def insert(connection: Connection, backfill: Backfill, targets: Iterable[Target]) -> None:
    """Keep a new backfill."""
    connection.execute(sa.insert(backfills), _to_row(backfill))
    connection.execute(
        sa.insert(backfill_targets),
        [
            {
                "backfill_id": backfill.backfill_id,
                "asset_key": target.asset,
                "partitions": zlib.compress(msgspec.json.encode(target.partitions), 1),
            }
            for target in targets
        ],
    )


def save(connection: Connection, backfill: Backfill, expected_version: int) -> Backfill:
    """Keep a backfill as it is by now, and count that.

    Raises:
        ConflictError: somebody else has changed it since it was read.
    """
    kept = msgspec.structs.replace(backfill, version=expected_version + 1)
    mine = sa.and_(backfills.c.backfill_id == backfill.backfill_id, backfills.c.version == expected_version)
    if connection.execute(sa.update(backfills).where(mine).values(_to_row(kept))).rowcount == 0:
        raise _changed(backfill.backfill_id)
    return kept


def check_version(connection: Connection, backfill_id: str, expected: int) -> None:
    """See that nobody else has changed a backfill.

    Raises:
        ConflictError: somebody has.
    """
    query = sa.select(backfills.c.version).where(backfills.c.backfill_id == backfill_id)
    if connection.execute(query).scalar() != expected:
        raise _changed(backfill_id)


def get(connection: Connection, backfill_id: str) -> Backfill:
    """One backfill.

    Raises:
        UnknownBackfillError: there is none with that id.
    """
    row = connection.execute(sa.select(backfills).where(backfills.c.backfill_id == backfill_id)).first()
    if row is None:
        raise UnknownBackfillError(f"There is no backfill {backfill_id!r}. `headwater backfill list` shows all.")
    return _from_row(row)


def read_active(connection: Connection) -> list[Backfill]:
    """Those that have not ended, the oldest first."""
    query = sa.select(backfills).where(backfills.c.status.in_([status.value for status in ACTIVE]))
    return [_from_row(row) for row in connection.execute(query.order_by(backfills.c.created_at))]


def read_newest(
    connection: Connection,
    *,
    statuses: Collection[BackfillStatus] | None = None,
    asset_key: str | None = None,
    id_starts: str | None = None,
    before: tuple[int, str] | None = None,
    limit: int = 50,
) -> list[Backfill]:
    """Backfills, the last requested first; `before` is (`created_at`, id) of the last one of the page before."""
    query = sa.select(backfills)
    if statuses:
        query = query.where(backfills.c.status.in_([status.value for status in statuses]))
    if asset_key is not None:
        mine = sa.select(backfill_targets.c.backfill_id).where(backfill_targets.c.asset_key == asset_key)
        query = query.where(backfills.c.backfill_id.in_(mine))
    if id_starts is not None:
        query = query.where(starts_with(backfills.c.backfill_id, id_starts))
    if before is not None:
        query = query.where(sa.tuple_(backfills.c.created_at, backfills.c.backfill_id) < sa.tuple_(*before))
    query = query.order_by(backfills.c.created_at.desc(), backfills.c.backfill_id.desc()).limit(limit)
    return [_from_row(row) for row in connection.execute(query)]


def read_targets(connection: Connection, backfill_id: str) -> list[Target]:
    """What a backfill is to make, by asset."""
    query = sa.select(backfill_targets).where(backfill_targets.c.backfill_id == backfill_id)
    return [
        Target(row.asset_key, tuple(msgspec.json.decode(zlib.decompress(row.partitions), type=list[str])))
        for row in connection.execute(query.order_by(backfill_targets.c.asset_key))
    ]


def settle_runs(connection: Connection, backfill_id: str, ended: Iterable[BackfillRun]) -> None:
    """Keep what became of the assets of runs that have ended."""
    statement = sa.update(backfill_runs).where(
        backfill_runs.c.backfill_id == backfill_id, backfill_runs.c.run_id == sa.bindparam("settled_run")
    )
    statement = statement.values(settled=True, made=sa.bindparam("made_assets"), failed=sa.bindparam("failed_assets"))
    rows = [
        {"settled_run": run.run_id, "made_assets": _keys(run.made), "failed_assets": _keys(run.failed)} for run in ended
    ]
    if rows:
        connection.execute(statement, rows)


def retry_runs(connection: Connection, backfill_id: str) -> None:
    """Let what settled runs did not make be made again."""
    mine = sa.and_(backfill_runs.c.backfill_id == backfill_id, backfill_runs.c.settled.is_(True))
    connection.execute(sa.update(backfill_runs).where(mine).values(retried=True))


def read_runs(connection: Connection, backfill_id: str) -> list[BackfillRun]:
    """All runs of a backfill, in the order in which they were requested."""
    query = _select_runs(backfill_id).order_by(runs.c.created_at, runs.c.run_id)
    return [_to_run(row) for row in connection.execute(query)]


def read_progress(connection: Connection, backfill_id: str) -> list[BackfillRun]:
    """How far the runs of a backfill have come: each that is not settled, and the settled ones of one outcome as one.

    That one has the partitions of all of them, so that thousands of runs are read as quickly as a few.
    """
    is_open = backfill_runs.c.settled.is_(False)
    progress = [_to_run(row) for row in connection.execute(_select_runs(backfill_id).where(is_open))]
    outcome = (runs.c.assets, runs.c.status, backfill_runs.c.made, backfill_runs.c.failed, backfill_runs.c.retried)
    # No key has a line feed in it. Lists of keys are JSON, and so are several with commas between them.
    single = sa.func.aggregate_strings(
        sa.case((runs.c.partitions == "[]", sa.func.coalesce(runs.c.partition, WHOLE))), "\n"
    )
    several = sa.func.aggregate_strings(sa.case((runs.c.partitions != "[]", runs.c.partitions)), ",")
    query = (
        sa.select(
            *outcome, sa.func.min(runs.c.run_id).label("run_id"), single.label("single"), several.label("several")
        )
        .select_from(_RUNS_OF_BACKFILLS)
        .where(backfill_runs.c.backfill_id == backfill_id, backfill_runs.c.settled.is_(True))
        .group_by(*outcome)
    )
    for row in connection.execute(query):
        partitions = [] if row.single is None else row.single.split("\n")
        for keys in msgspec.json.decode(f"[{row.several or ''}]", type=list[list[str]]):
            partitions += keys
        progress.append(_run(row, tuple(partitions), settled=True))
    return progress


def read_failures(connection: Connection, backfill_id: str, limit: int) -> list[BackfillRun]:
    """The last requested runs of a backfill that failed and were not tried again, the newest first."""
    query = _select_runs(backfill_id).where(
        runs.c.status == RunStatus.FAILURE.value, backfill_runs.c.retried.is_(False)
    )
    query = query.order_by(runs.c.created_at.desc(), runs.c.run_id.desc()).limit(limit)
    return [_to_run(row) for row in connection.execute(query)]


_RUNS_OF_BACKFILLS = sa.join(backfill_runs, runs, backfill_runs.c.run_id == runs.c.run_id)


def _select_runs(backfill_id: str) -> sa.Select[Any]:
    found = (runs.c.run_id, runs.c.assets, runs.c.partition, runs.c.partitions, runs.c.status)
    own = (backfill_runs.c.settled, backfill_runs.c.retried, backfill_runs.c.made, backfill_runs.c.failed)
    return sa.select(*found, *own).select_from(_RUNS_OF_BACKFILLS).where(backfill_runs.c.backfill_id == backfill_id)


def _to_run(row: Any) -> BackfillRun:
    partitions = tuple(msgspec.json.decode(row.partitions, type=list[str])) or (row.partition or WHOLE,)
    return _run(row, partitions, settled=row.settled)


def _run(row: Any, partitions: tuple[str, ...], *, settled: bool) -> BackfillRun:
    return BackfillRun(
        run_id=row.run_id,
        assets=tuple(msgspec.json.decode(row.assets, type=list[str])),
        partitions=partitions,
        status=RunStatus(row.status),
        settled=settled,
        made=tuple(msgspec.json.decode(row.made or "[]", type=list[str])),
        failed=tuple(msgspec.json.decode(row.failed or "[]", type=list[str])),
        retried=row.retried,
    )


def run_of(run: Run) -> BackfillRun:
    """A run as its backfill sees it, before its end is taken into account."""
    return BackfillRun(
        run_id=run.run_id, assets=run.assets, partitions=run.partition_keys or (WHOLE,), status=run.status
    )


def read_standings(
    connection: Connection, links: PartitionLinks, asset_keys: Iterable[str]
) -> dict[str, dict[PartitionStatus, Ordinals]]:
    """How the partitions of some assets stand, by asset; an asset without partitions has the number 0."""
    found: dict[str, dict[PartitionStatus, Ordinals]] = {}
    for key in asset_keys:
        parts = links.parts(key)
        if parts.definition is None:
            latest = states.read_assets(connection, key).values()
            one = next(iter(partition_sets.judge_whole(latest).values()), PartitionStatus.MISSING)
            found[key] = {one: Ordinals.span(0, 1)}
        else:
            known = partition_sets.read(connection, key)
            places = [parts.keys.number_of(name) for name in known.names()]
            found[key] = known.by_status(places, len(parts.keys))
    return found


def _changed(backfill_id: str) -> ConflictError:
    return ConflictError(f"Backfill {backfill_id} was changed meanwhile; look at it again.")


def _keys(assets: Sequence[str]) -> str:
    return msgspec.json.encode(assets).decode()


def _to_row(backfill: Backfill) -> _Fields:
    row = {field: getattr(backfill, field) for field in backfill.__struct_fields__}
    for field in ("assets", "cause", "policy", "tags", "run_config", "counts"):
        row[field] = msgspec.json.encode(row[field]).decode()
    row["status"] = backfill.status.value
    return row


def _from_row(row: Any) -> Backfill:
    fields = dict(row._mapping)
    fields["assets"] = tuple(msgspec.json.decode(fields["assets"], type=list[str]))
    fields["cause"] = _cause_decoder.decode(fields["cause"])
    fields["policy"] = _backfill_policy_decoder.decode(fields["policy"])
    fields["tags"] = msgspec.json.decode(fields["tags"], type=dict[str, str])
    fields["run_config"] = msgspec.json.decode(fields["run_config"])
    fields["counts"] = _counts_decoder.decode(fields["counts"])
    fields["status"] = BackfillStatus(fields["status"])
    return Backfill(**fields)
