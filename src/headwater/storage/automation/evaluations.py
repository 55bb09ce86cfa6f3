"""Evaluations of conditions that mattered, kept for a while so that people can ask why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from headwater.storage.log.transaction import insert_for
from headwater.storage.schema import automation_conditions, automation_evaluations

KEPT_OF_EACH = 200
KEPT_MICROSECONDS = 30 * 24 * 3600 * 1_000_000


class EvaluationRow(NamedTuple):
    """One evaluation: where in the log and when (microseconds), of which condition, and what came of it."""

    asset_key: str
    seq: int
    moment: int
    condition: str
    """The name under which the condition is kept."""
    tree: bytes
    requested: tuple[str | None, ...] = ()
    run_ids: tuple[str, ...] = ()
    evaluation_id: int | None = None


def insert(connection: Connection, evaluations: Sequence[EvaluationRow], conditions: Mapping[str, str]) -> None:
    """Keep evaluations, and the conditions that they are about."""
    known = insert_for(connection, automation_conditions).on_conflict_do_nothing()
    if conditions:
        connection.execute(known, [{"name": name, "body": body} for name, body in sorted(conditions.items())])
    rows = [
        {
            "asset_key": each.asset_key,
            "seq": each.seq,
            "moment": each.moment,
            "condition": each.condition,
            "tree": each.tree,
            "requested": msgspec.json.encode(each.requested).decode(),
            "run_ids": msgspec.json.encode(each.run_ids).decode(),
        }
        for each in evaluations
    ]
    if rows:
        connection.execute(sa.insert(automation_evaluations), rows)


def read(
    connection: Connection,
    asset_key: str,
    *,
    before: int | None = None,
    seq: int | None = None,
    limit: int = 50,
) -> list[EvaluationRow]:
    """An asset's evaluations, the newest first.

    Args:
        connection: Where to read.
        asset_key: Which asset.
        before: Only those with a smaller `evaluation_id`.
        seq: Only those at this place of the log.
        limit: How many at most.
    """
    table = automation_evaluations
    query = sa.select(table).where(table.c.asset_key == asset_key)
    if before is not None:
        query = query.where(table.c.evaluation_id < before)
    if seq is not None:
        query = query.where(table.c.seq == seq)
    query = query.order_by(table.c.evaluation_id.desc()).limit(limit)
    return [
        EvaluationRow(
            asset_key=row.asset_key,
            seq=row.seq,
            moment=row.moment,
            condition=row.condition,
            tree=row.tree,
            requested=tuple(msgspec.json.decode(row.requested)),
            run_ids=tuple(msgspec.json.decode(row.run_ids)),
            evaluation_id=row.evaluation_id,
        )
        for row in connection.execute(query)
    ]


def read_condition(connection: Connection, name: str) -> str | None:
    """A condition as it was written, by its name."""
    query = sa.select(automation_conditions.c.body).where(automation_conditions.c.name == name)
    body: str | None = connection.execute(query).scalar()
    return body


def prune(connection: Connection, asset_keys: Sequence[str], now: int) -> None:
    """Forget what is too old, and all but the newest of some assets."""
    table = automation_evaluations
    connection.execute(sa.delete(table).where(table.c.moment < now - KEPT_MICROSECONDS))
    for key in asset_keys:
        mine = sa.select(table.c.evaluation_id).where(table.c.asset_key == key)
        oldest = mine.order_by(table.c.evaluation_id.desc()).offset(KEPT_OF_EACH).limit(1)
        last = connection.execute(oldest).scalar()
        if last is not None:
            connection.execute(sa.delete(table).where(table.c.asset_key == key, table.c.evaluation_id <= last))
    used = sa.select(table.c.condition)
    connection.execute(sa.delete(automation_conditions).where(automation_conditions.c.name.not_in(used)))
