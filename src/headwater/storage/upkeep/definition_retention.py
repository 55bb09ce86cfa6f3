"""Forget which definitions were in force long ago, and the snapshots that nothing speaks of any more.

What was in force as the kept time began stays, so that every moment of it can be shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from headwater.clock import MICROSECONDS
from headwater.definitions.metadata.retention import Keep
from headwater.records.catalog.definition_history import DefinitionEntry
from headwater.records.log.retention import LEAST_AGE
from headwater.storage.catalog import definitions as catalog
from headwater.storage.log import event_log
from headwater.storage.schema import definition_history, locations, snapshots
from headwater.storage.upkeep import retention

_MOST = 100
_DAY = 86_400 * MICROSECONDS


def forget_old_definitions(connection: Connection, keep: Keep, now: int) -> int:
    """One small step, in a writing transaction; gives how many changes of definitions were forgotten."""
    by_location: dict[str, list[DefinitionEntry]] = {}
    for entry in catalog.read_history(connection):
        by_location.setdefault(entry.location, []).append(entry)
    surplus = sorted(
        (entry.seq, location) for location, entries in by_location.items() for entry in _surplus(entries, keep, now)
    )[:_MOST]
    seqs = [seq for seq, _ in surplus]
    retention.drop(connection, list(event_log.read_many(connection, seqs).values()))
    connection.execute(sa.delete(definition_history).where(definition_history.c.seq.in_(seqs)))
    used = sa.union(
        sa.select(definition_history.c.snapshot),
        sa.select(locations.c.snapshot).where(locations.c.snapshot.is_not(None)),
    )
    unused = sa.and_(snapshots.c.hash.not_in(used), snapshots.c.created_at < now - LEAST_AGE)
    connection.execute(sa.delete(snapshots).where(unused))
    return len(seqs)


def _surplus(entries: Sequence[DefinitionEntry], keep: Keep, now: int) -> Iterator[DefinitionEntry]:
    """Those of a location's changes, the oldest first, that are beyond the rule."""
    kept_since = now - LEAST_AGE if keep.days is None else now - max(round(keep.days * _DAY), LEAST_AGE)
    first_counted = 0 if keep.count is None else len(entries) - keep.count
    for number, entry in enumerate(entries):
        following = entries[number + 1].since if number + 1 < len(entries) else None
        # Without a next one it is in force, unless it says that the location is gone.
        is_over = (
            entry.since < kept_since if following is None and not entry.snapshot else (following or now) < kept_since
        )
        is_too_old = keep.days is not None and is_over
        is_too_many = number < first_counted and entry.since < now - LEAST_AGE
        if is_too_old or is_too_many:
            yield entry
