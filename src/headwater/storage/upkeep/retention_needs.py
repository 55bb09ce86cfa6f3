"""What retention must not drop, whatever the rules say.

That is the newest event of each asset, partition and kind, the newest evaluation of each check, what goes on, each
version from which a kept one was made, and each correction of something that is still in the log.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from headwater.records.log.events import CheckEvaluation, Event, EventKind, Wipe, Withdrawal
from headwater.records.log.fold import LatestFold
from headwater.storage.log import folds
from headwater.storage.runs import runs
from headwater.storage.schema import check_latest, events, latest, version_inputs, withdrawn

_TELLING = [kind.value for kind in EventKind if kind.value.startswith(("run_", "step_"))]


def needed(connection: Connection, candidates: Sequence[Event]) -> set[int]:
    """Which of some events must stay."""
    kept = _newest(connection, candidates) | _newest_checks(connection, candidates) | _going_on(connection, candidates)
    kept |= {event.seq for event in candidates if _corrects_something(connection, event)}
    return kept | _read_by_kept(connection, candidates, kept)


def _corrects_something(connection: Connection, event: Event) -> bool:
    """Whether there is anything left in the log that a correction is about. What was renamed has its name by itself."""
    if isinstance(event.payload, Withdrawal):
        target = sa.select(events.c.seq).where(events.c.seq == event.payload.target_seq)
        return connection.execute(target).first() is not None
    if not isinstance(event.payload, Wipe):
        return False
    wiped = sa.select(withdrawn.c.seq).where(withdrawn.c.by_seq == event.seq).limit(1)
    named = msgspec.json.encode(event.asset_key or "").decode()
    # Runs and steps may tell of the asset without standing under it.
    telling = sa.select(events.c.seq).where(
        events.c.kind.in_(_TELLING), events.c.seq < event.seq, events.c.payload.contains(named, autoescape=True)
    )
    return any(connection.execute(query).first() is not None for query in (wiped, telling.limit(1)))


def _newest(connection: Connection, candidates: Sequence[Event]) -> set[int]:
    fold = LatestFold(folds.read_corrected(connection))
    for event in candidates:
        fold.add(event)
    states = fold.states()
    keys = {state.asset_key for state in states}
    partitions = {state.partition for state in states}
    query = sa.select(latest.c.seq).where(latest.c.asset_key.in_(keys), latest.c.partition.in_(partitions))
    return set(connection.execute(query).scalars()) & {event.seq for event in candidates}


def _newest_checks(connection: Connection, candidates: Sequence[Event]) -> set[int]:
    keys = {event.asset_key for event in candidates if isinstance(event.payload, CheckEvaluation)}
    query = sa.select(check_latest.c.seq).where(check_latest.c.asset_key.in_(keys))
    return set(connection.execute(query).scalars()) if keys else set()


def _going_on(connection: Connection, candidates: Sequence[Event]) -> set[int]:
    under_way = {run.run_id for run in runs.read_open(connection)}
    return {event.seq for event in candidates if event.run_id in under_way}


def _read_by_kept(connection: Connection, candidates: Sequence[Event], kept: set[int]) -> set[int]:
    """Versions from which others were made that stay; what is dropped together needs nothing."""
    seqs = {event.seq for event in candidates}
    query = sa.select(version_inputs).where(version_inputs.c.upstream_seq.in_(seqs))
    needed: set[int] = set()
    made_from: dict[int, list[int]] = {}
    for row in connection.execute(query):
        made_from.setdefault(row.upstream_seq, []).append(row.seq)
    for seq in sorted(made_from, reverse=True):
        # What was made from it is newer, so whether that stays is known by now.
        if any(made not in seqs or made in kept or made in needed for made in made_from[seq]):
            needed.add(seq)
    return needed
