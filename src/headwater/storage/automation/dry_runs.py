"""What a tick would come to: asked for by one process, found out by the engine, read by the first."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from headwater.clock import MICROSECONDS
from headwater.storage.schema import dry_runs

_KEPT = 3_600 * MICROSECONDS


class WantedDryRun(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a dry run begins from, where it is not how the sensor or schedule stands."""

    cursor: str | None = None
    has_cursor: bool = False
    scheduled_at: int | None = None


_wanted_dry_run_decoder = msgspec.json.Decoder(WantedDryRun)


def insert(connection: Connection, dry_run_id: str, name: str, wanted: WantedDryRun, now: int) -> None:
    """Ask for a dry run; forget those of which nobody asks any more."""
    connection.execute(sa.delete(dry_runs).where(dry_runs.c.requested_at < now - _KEPT))
    row = {"dry_run_id": dry_run_id, "name": name, "requested_at": now, "wanted": _encode(wanted)}
    connection.execute(sa.insert(dry_runs).values(row))


def read_wanted(connection: Connection, dry_run_id: str) -> WantedDryRun | None:
    """What a dry run begins from; None where it was not asked for, or is done."""
    query = sa.select(dry_runs.c.wanted).where(dry_runs.c.dry_run_id == dry_run_id, dry_runs.c.result.is_(None))
    text = connection.execute(query).scalar()
    return None if text is None else _wanted_dry_run_decoder.decode(text)


def save_result(connection: Connection, dry_run_id: str, result: str) -> None:
    """Keep what a dry run came to, as JSON text."""
    mine = dry_runs.c.dry_run_id == dry_run_id
    connection.execute(sa.update(dry_runs).where(mine).values(result=result))


def read_result(connection: Connection, dry_run_id: str) -> str | None:
    """What a dry run came to; None while it is not done."""
    result: str | None = connection.execute(
        sa.select(dry_runs.c.result).where(dry_runs.c.dry_run_id == dry_run_id)
    ).scalar()
    return result


def _encode(wanted: WantedDryRun) -> str:
    return msgspec.json.encode(wanted).decode()
