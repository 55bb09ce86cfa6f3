"""Automation: up to where the log was decided on, and since when each asset has a condition."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from headwater.errors import ConflictError
from headwater.storage.schema import automated_assets, automation_state
from headwater.storage.transaction import insert_for


def read_position(connection: Connection) -> tuple[int, int]:
    """Up to which `seq` decisions were taken, and the version of that fact."""
    row = connection.execute(sa.select(automation_state)).first()
    return (0, 0) if row is None else (row.seq, row.version)


def check_version(connection: Connection, version: int) -> None:
    """Refuse a decision that was taken beside another one.

    Raises:
        ConflictError: somebody decided meanwhile.
    """
    if read_position(connection)[1] != version:
        raise ConflictError("Another engine decided on these events first, so this decision was dropped.")


def save_position(connection: Connection, seq: int, version: int) -> None:
    """Everything up to `seq` is decided; the next version of that fact."""
    row = {"id": 1, "seq": seq, "version": version + 1}
    statement = insert_for(connection, automation_state).values(row)
    connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=row))


def read_automated(connection: Connection) -> dict[str, int]:
    """The `seq` at which each asset's condition came into force."""
    return {row.asset_key: row.since_seq for row in connection.execute(sa.select(automated_assets))}


def save_automated(connection: Connection, asset_keys: Iterable[str], seq: int) -> None:
    """These assets have a condition from `seq` on; those that had one keep their place."""
    rows = [{"asset_key": key, "since_seq": seq} for key in sorted(set(asset_keys))]
    if rows:
        connection.execute(insert_for(connection, automated_assets).on_conflict_do_nothing(), rows)


def forget_automated(connection: Connection, asset_keys: Iterable[str]) -> None:
    """These assets have no condition any more."""
    gone = list(asset_keys)
    if gone:
        connection.execute(sa.delete(automated_assets).where(automated_assets.c.asset_key.in_(gone)))
