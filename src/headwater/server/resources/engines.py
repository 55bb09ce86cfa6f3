"""Engines as the API shows them."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from headwater.clock import MICROSECONDS, to_seconds
from headwater.server import shapes
from headwater.storage.automation import leases

_SILENT_SECONDS = 30


def engine_list(connection: Connection, now: int) -> list[shapes.EngineView]:
    """Every engine that has not stopped in order, the oldest first; `now` in microseconds."""
    return [
        shapes.EngineView(
            name=lease.owner,
            started_at=to_seconds(lease.started_at),
            renewed_at=to_seconds(lease.renewed_at),
            alive=now - lease.renewed_at < _SILENT_SECONDS * MICROSECONDS,
            locations=list(lease.locations),
        )
        for lease in leases.read(connection)
    ]
