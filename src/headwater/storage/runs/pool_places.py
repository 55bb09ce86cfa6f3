"""Which steps hold a place in which pool: of every run, on every engine."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from headwater.errors import ConflictError
from headwater.records.runs.limits import Limit
from headwater.storage.log.transaction import insert_for
from headwater.storage.runs import limits as limit_store
from headwater.storage.schema import pool_places


class PoolFullError(ConflictError):
    """A step can't begin: there is no place for it in its pool just now."""


def read_counts(connection: Connection) -> dict[tuple[str, str], int]:
    """How many steps of each run hold a place in each pool: by the run's id and the pool."""
    columns = (pool_places.c.run_id, pool_places.c.pool)
    query = sa.select(*columns, sa.func.count().label("steps")).group_by(*columns)
    return {(row.run_id, row.pool): row.steps for row in connection.execute(query)}


def find_full(connection: Connection, pools: Collection[str]) -> Limit | None:
    """A limit that leaves no place for a step of some pools; None where it may begin."""
    bounds = [limit for limit in limit_store.read(connection) if limit.kind == "pool"]
    for pool in pools:
        for limit in bounds:
            if limit.concerns(pool):
                taken = sa.select(sa.func.count()).where(pool_places.c.pool == pool)
                if connection.execute(taken).scalar_one() >= limit.most:
                    return limit
    return None


def take(connection: Connection, run_id: str, step: str, pools: Collection[str]) -> None:
    """Give a step its places, all or none; under the lock of the log, so that no two take the last one.

    Raises:
        PoolFullError: one of the pools has none.
    """
    free(connection, run_id, step)
    if (full := find_full(connection, pools)) is not None:
        raise PoolFullError(f"Step {step} of run {run_id} waits for the limit of {full.most} for {full.shown}.")
    rows = [{"run_id": run_id, "step": step, "pool": pool} for pool in pools]
    connection.execute(insert_for(connection, pool_places), rows)


def free(connection: Connection, run_id: str, step: str) -> None:
    """Take a step's places back."""
    mine = sa.and_(pool_places.c.run_id == run_id, pool_places.c.step == step)
    connection.execute(sa.delete(pool_places).where(mine))
