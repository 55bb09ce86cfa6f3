"""How assets stand with their freshness policies: a fold over the changes in the log."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from headwater.storage.log.transaction import insert_for
from headwater.storage.schema import freshness_states


class FreshnessRow(NamedTuple):
    """A state, since when it holds (in microseconds), and the event that says so."""

    state: str
    since: int
    seq: int


def read_freshness(connection: Connection, asset_key: str | None = None) -> dict[str, FreshnessRow]:
    """The state of each asset that has or had a policy, or of one."""
    table = freshness_states
    query = sa.select(table)
    if asset_key is not None:
        query = query.where(table.c.asset_key == asset_key)
    return {row.asset_key: FreshnessRow(row.state, row.since, row.seq) for row in connection.execute(query)}


def save_freshness(connection: Connection, asset_key: str, row: FreshnessRow) -> None:
    """Keep a state in place of the one before."""
    values = {"asset_key": asset_key, **row._asdict()}
    statement = insert_for(connection, freshness_states).values(values)
    connection.execute(statement.on_conflict_do_update(index_elements=["asset_key"], set_=values))


def forget_freshness(connection: Connection, asset_keys: Collection[str]) -> None:
    """These assets have no policy any more."""
    for key in asset_keys:
        connection.execute(sa.delete(freshness_states).where(freshness_states.c.asset_key == key))
