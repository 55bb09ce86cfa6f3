"""Automation: up to where the log was decided on, what is automated, and what conditions remember."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from headwater.errors import ConflictError
from headwater.storage.log.transaction import insert_for
from headwater.storage.schema import automated_assets, automation_memory, automation_state


class Position(NamedTuple):
    """Up to which `seq` and moment (in microseconds) decisions were taken, and the version of that fact."""

    seq: int = 0
    moment: int = 0
    version: int = 0


class AutomatedRow(NamedTuple):
    """The condition that an asset has, by its content, and the asset's code version."""

    condition: str
    code_version: str | None


MemoryKey = tuple[str, str, str]
"""An asset key, a check or '', and a part of a condition."""


def read_position(connection: Connection) -> Position:
    """Up to where decisions were taken; the beginning where none ever was."""
    row = connection.execute(sa.select(automation_state)).first()
    return Position() if row is None else Position(row.seq, row.moment, row.version)


def check_version(connection: Connection, version: int) -> None:
    """Refuse a decision that was taken beside another one.

    Raises:
        ConflictError: somebody decided meanwhile.
    """
    if read_position(connection).version != version:
        raise ConflictError("Another engine decided on these events first, so this decision was dropped.")


def save_position(connection: Connection, position: Position) -> None:
    """Everything up to there is decided."""
    row = {"id": 1, **position._asdict()}
    statement = insert_for(connection, automation_state).values(row)
    connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=row))


def read_automated(connection: Connection) -> dict[str, AutomatedRow]:
    """What is kept of each asset whose condition is in force."""
    rows = connection.execute(sa.select(automated_assets))
    return {row.asset_key: AutomatedRow(row.condition, row.code_version) for row in rows}


def save_automated(connection: Connection, changed: Mapping[str, AutomatedRow], gone: Collection[str]) -> None:
    """Keep what is automated now, where that is another than before."""
    _delete(connection, automated_assets, [{"asset_key": key} for key in gone])
    rows = [{"asset_key": key, **row._asdict()} for key, row in sorted(changed.items())]
    if rows:
        statement = insert_for(connection, automated_assets)
        given = statement.excluded
        changes = {"condition": given.condition, "code_version": given.code_version}
        connection.execute(statement.on_conflict_do_update(index_elements=["asset_key"], set_=changes), rows)


def read_memory(connection: Connection, asset_keys: Collection[str] | None = None) -> dict[MemoryKey, bytes]:
    """What conditions remember, of all assets or some."""
    table = automation_memory
    query = sa.select(table)
    if asset_keys is not None:
        query = query.where(table.c.asset_key.in_(list(asset_keys)))
    rows = connection.execute(query)
    return {(row.asset_key, row.check_name, row.node): row.value for row in rows}


def save_memory(connection: Connection, changed: Mapping[MemoryKey, bytes | None]) -> None:
    """Keep what is remembered from now on; None for what is forgotten."""
    names = ("asset_key", "check_name", "node")
    gone = [dict(zip(names, key, strict=True)) for key, value in changed.items() if value is None]
    _delete(connection, automation_memory, gone)
    rows = [
        {**dict(zip(names, key, strict=True)), "value": value} for key, value in changed.items() if value is not None
    ]
    if rows:
        statement = insert_for(connection, automation_memory)
        changes = {"value": statement.excluded.value}
        connection.execute(statement.on_conflict_do_update(index_elements=list(names), set_=changes), rows)


def _delete(connection: Connection, table: sa.Table, rows: Iterable[dict[str, str]]) -> None:
    for row in rows:
        connection.execute(sa.delete(table).where(*(table.c[name] == value for name, value in row.items())))
