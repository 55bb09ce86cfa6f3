"""Forget runs that ended long ago; their keys stay, so that nothing is requested again that was requested before."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from headwater.records.runs.runs import ENDED
from headwater.storage.schema import run_assets, runs

_MOST = 100


def forget_old_runs(connection: Connection, before: int) -> list[str]:
    """Forget some runs that ended before a moment, in microseconds since the epoch; gives their ids."""
    old = sa.select(runs.c.run_id).where(
        runs.c.status.in_([status.value for status in ENDED]), runs.c.created_at < before, runs.c.ended_at < before
    )
    found = list(connection.execute(old.order_by(runs.c.created_at).limit(_MOST)).scalars())
    for table in (run_assets, runs):
        connection.execute(sa.delete(table).where(table.c.run_id.in_(found)))
    return found
