"""Run keys: by them a sensor or schedule says which runs are the same, so that none is requested twice.

A key is kept for as long as it is used: asking for it again, as a sensor does that names the same file at each tick,
keeps it from being forgotten. That it was used is noted once a day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from headwater.clock import MICROSECONDS
from headwater.storage.log.transaction import insert_for
from headwater.storage.schema import run_keys

_NOTED_EVERY = 86_400 * MICROSECONDS
_TOGETHER = 500
_MOST_FORGOTTEN = 1_000


def claim(connection: Connection, scope: str, run_key: str, run_id: str, now: int) -> bool:
    """Reserve a run key for a run; False where the scope (a sensor) has used it before."""
    statement = insert_for(connection, run_keys).values(scope=scope, run_key=run_key, run_id=run_id, used_at=now)
    claimed = connection.execute(statement.on_conflict_do_nothing().returning(run_keys.c.run_id))
    return claimed.first() is not None


def find_used(connection: Connection, scope: str, keys: Collection[str]) -> dict[str, int]:
    """Those of some run keys that the scope has used before, and when that was noted last, in microseconds."""
    used: dict[str, int] = {}
    for some in _parts(keys):
        query = sa.select(run_keys.c.run_key, run_keys.c.used_at)
        query = query.where(run_keys.c.scope == scope, run_keys.c.run_key.in_(some))
        used.update((row.run_key, row.used_at) for row in connection.execute(query))
    return used


def are_to_be_noted(used: dict[str, int], now: int) -> list[str]:
    """Those of some used keys for which it is time to note that they are used."""
    return [key for key, used_at in used.items() if used_at < now - _NOTED_EVERY]


def note_used(connection: Connection, scope: str, keys: Collection[str], now: int) -> None:
    """Note that some run keys were asked for again."""
    for some in _parts(keys):
        mine = sa.and_(run_keys.c.scope == scope, run_keys.c.run_key.in_(some))
        connection.execute(sa.update(run_keys).where(mine).values(used_at=now))


def forget_unused(connection: Connection, before: int) -> int:
    """Forget some of the keys that nobody has asked for since a moment; gives how many."""
    old = sa.select(run_keys.c.scope, run_keys.c.run_key).where(run_keys.c.used_at < before)
    found = [tuple(row) for row in connection.execute(old.order_by(run_keys.c.used_at).limit(_MOST_FORGOTTEN))]
    for scope, key in found:
        connection.execute(sa.delete(run_keys).where(run_keys.c.scope == scope, run_keys.c.run_key == key))
    return len(found)


def _parts(keys: Collection[str]) -> Iterator[list[str]]:
    wanted = sorted(keys)
    for start in range(0, len(wanted), _TOGETHER):
        yield wanted[start : start + _TOGETHER]
