"""Leases of engines, and how the last one failed."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from headwater.records.automation.leases import Failure, Lease
from headwater.storage import settings
from headwater.storage.log.transaction import insert_for
from headwater.storage.schema import leases

_failure_decoder = msgspec.json.Decoder(Failure)

_FAILURE = "engine_failure"


def renew(connection: Connection, lease: Lease) -> None:
    """Keep an engine's lease as it is now."""
    row = msgspec.structs.asdict(lease)
    row["locations"] = msgspec.json.encode(lease.locations).decode()
    statement = insert_for(connection, leases).values(row)
    connection.execute(statement.on_conflict_do_update(index_elements=["owner"], set_=row))


def give_up(connection: Connection, owner: str) -> None:
    """End an engine's lease: it has stopped, or is gone."""
    connection.execute(sa.delete(leases).where(leases.c.owner == owner))


def read(connection: Connection) -> list[Lease]:
    """Every lease, the oldest engine first."""
    rows = connection.execute(sa.select(leases).order_by(leases.c.started_at, leases.c.owner))
    return [
        Lease(**{**row._mapping, "locations": tuple(msgspec.json.decode(row.locations, type=list[str]))})
        for row in rows
    ]


def save_failure(connection: Connection, failure: Failure) -> None:
    """Remember how an engine failed."""
    settings.save(connection, _FAILURE, msgspec.json.encode(failure).decode())


def take_failure(connection: Connection) -> Failure | None:
    """How the last engine that failed did so; told once."""
    kept = settings.read(connection, _FAILURE)
    if not kept:
        return None
    settings.save(connection, _FAILURE, "")
    return _failure_decoder.decode(kept)


def _locations(text: str) -> tuple[str, ...]:
    return tuple(msgspec.json.decode(text, type=list[str]))
