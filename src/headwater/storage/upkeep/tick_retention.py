"""How many ticks are kept, and for how long."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from headwater.clock import MICROSECONDS
from headwater.records.automation.tick_settings import TickSettings
from headwater.records.automation.ticks import TickStatus
from headwater.storage.schema import ticks

_DAY = 86_400 * MICROSECONDS
_CHUNK = 5_000


def forget_surplus(connection: Connection, sensor: str, kept: TickSettings) -> None:
    """Forget a sensor's oldest ticks beyond the number that is kept."""
    skipped = ticks.c.status == TickStatus.SKIPPED.value
    for kind, most in ((skipped, kept.most_skipped), (sa.not_(skipped), kept.most_others)):
        mine = sa.and_(ticks.c.sensor == sensor, kind)
        newest_gone = sa.select(ticks.c.tick_id).where(mine).order_by(ticks.c.tick_id.desc()).offset(most).limit(1)
        connection.execute(sa.delete(ticks).where(mine, ticks.c.tick_id <= newest_gone.scalar_subquery()))


def forget_old(connection: Connection, now: int, kept: TickSettings) -> int:
    """Forget ticks that are too old, a few thousand at most; gives how many they were."""
    gone = 0
    for status in TickStatus:
        days = kept.skipped_days if status is TickStatus.SKIPPED else kept.other_days
        old = sa.and_(ticks.c.status == status.value, ticks.c.ended_at < now - round(days * _DAY))
        chunk = sa.select(ticks.c.tick_id).where(old).order_by(ticks.c.ended_at).limit(_CHUNK)
        gone += connection.execute(sa.delete(ticks).where(ticks.c.tick_id.in_(chunk))).rowcount
    return gone
