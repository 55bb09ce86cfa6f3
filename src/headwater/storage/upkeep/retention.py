"""Drop events that the rules do not keep, a few at a time; what they add to the folds and plots stays.

`retention_needs` says what is kept whatever the rules say.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from headwater.clock import MICROSECONDS
from headwater.definitions.metadata.retention import Sort
from headwater.records.log.day_counts import fold_days
from headwater.records.log.events import Event, EventKind
from headwater.records.log.fold import WHOLE, LatestFold
from headwater.records.log.metadata_series import fold_series
from headwater.records.log.retention import BY_AGE, LEAST_AGE, RetentionRules, declared_in, kinds_of, sort_of
from headwater.storage import settings
from headwater.storage.catalog.graph_reader import GraphReader
from headwater.storage.log import dropped, event_log, folds
from headwater.storage.schema import (
    dropped_counts,
    dropped_days,
    events,
    is_whole,
    latest,
    series_days,
    version_inputs,
    withdrawn,
)
from headwater.storage.upkeep.retention_needs import needed

_retention_rules_decoder = msgspec.json.Decoder(RetentionRules)

MOST = 200
"""Events that are looked at in one transaction, so that whoever writes waits for some milliseconds at most."""
_WINDOW = 20_000
"""Places in the log that are passed by at once."""
_DAY = 86_400 * MICROSECONDS
_NAME = "retention"


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a pass has come; `dropped` counts what is gone."""

    seq: int = 0
    """Up to where events were looked at for their age."""
    ends: dict[Sort, int] | None = None
    """By sort, up to where events may be too old; worked out once for a pass."""
    is_aged: bool = False
    """Whether all of them were."""
    slot: tuple[str, str] = ("", "")
    """The asset and kind whose number is looked at."""
    place: tuple[int, int] | None = None
    """(`timestamp`, `seq`) of the last of its events that was looked at."""
    is_done: bool = False
    dropped: int = 0


def read_rules(connection: Connection) -> RetentionRules:
    """The rules in force."""
    kept = settings.read(connection, _NAME)
    return RetentionRules() if kept is None else _retention_rules_decoder.decode(kept)


def read_rules_in_force(connection: Connection) -> RetentionRules:
    """The rules with those that definitions have for their assets."""
    return read_rules(connection).with_declared(declared_in(GraphReader().read(connection)))


def save_rules(connection: Connection, rules: RetentionRules) -> None:
    """Let rules be in force from now on."""
    settings.save(connection, _NAME, msgspec.json.encode(rules).decode())


def advance(connection: Connection, rules: RetentionRules, now: int, progress: Progress) -> Progress:
    """One small step of a pass, in a writing transaction: by age through the log, then by number asset by asset."""
    step = _advance_count if progress.is_aged else _advance_age
    return step(connection, rules, now, progress)


def _advance_age(connection: Connection, rules: RetentionRules, now: int, progress: Progress) -> Progress:
    """Look at the next of the events that may be too old; those between them are passed by without being read."""
    ends = progress.ends if progress.ends is not None else _ends(connection, rules, now)
    window = min(max(ends.values(), default=0), progress.seq + _WINDOW)
    if progress.seq >= window:
        return msgspec.structs.replace(progress, ends=ends, is_aged=True)
    is_old = sa.or_(
        *(
            sa.and_(events.c.kind.in_([kind.value for kind in kinds_of(sort)]), events.c.seq <= ends[sort])
            for sort in ends
        )
    )
    query = sa.select(events.c.seq).where(events.c.seq > progress.seq, events.c.seq <= window, is_old)
    seqs = list(connection.execute(query.order_by(events.c.seq).limit(MOST)).scalars())
    looked_at = event_log.read_many(connection, seqs)
    gone = _drop(connection, [looked_at[seq] for seq in seqs if rules.is_too_old(looked_at[seq], now)])
    reached = seqs[-1] if len(seqs) == MOST else window
    return msgspec.structs.replace(progress, ends=ends, seq=reached, dropped=progress.dropped + gone)


def _ends(connection: Connection, rules: RetentionRules, now: int) -> dict[Sort, int]:
    """Up to where in the log events of each sort may be too old, by the shortest rule that any asset has."""
    days = {sort: rules.shortest(sort) for sort in BY_AGE}
    return {
        sort: event_log.seq_at(connection, now - max(round(each * _DAY), LEAST_AGE))
        for sort, each in days.items()
        if each is not None
    }


def _advance_count(connection: Connection, rules: RetentionRules, now: int, progress: Progress) -> Progress:
    slot, place = progress.slot, progress.place
    if place is None:
        following = _next_slot(connection, rules, slot)
        if following is None:
            return msgspec.structs.replace(progress, is_done=True)
        slot, place = following, (-(1 << 62), 0)
    key, kind = slot
    most = rules.of(sort_of(EventKind(kind)), key).count
    surplus = [] if most is None else _read_surplus(connection, key, kind, most, place)
    gone = _drop(connection, [event for event in surplus if event.recorded_at < now - LEAST_AGE])
    last = (surplus[-1].timestamp, surplus[-1].seq) if surplus else None
    return msgspec.structs.replace(progress, slot=slot, place=last, dropped=progress.dropped + gone)


def _next_slot(connection: Connection, rules: RetentionRules, after: tuple[str, str]) -> tuple[str, str] | None:
    """The next asset and kind, in their order, of which there may be more events in the log than any rule keeps."""
    counts = [rules.of(sort).count for sort in BY_AGE]
    counts += [keep.count for own in rules.assets.values() for keep in own.values()]
    fewest = min((count for count in counts if count is not None), default=None)
    if fewest is None:
        return None
    gone = sa.select(dropped_counts.c["count"]).where(
        dropped_counts.c.asset_key == latest.c.asset_key,
        dropped_counts.c.partition == WHOLE,
        dropped_counts.c.kind == latest.c.kind,
    )
    left = latest.c["count"] - sa.func.coalesce(gone.scalar_subquery(), 0)
    query = sa.select(latest.c.asset_key, latest.c.kind).where(is_whole, left > fewest)
    query = query.where(sa.tuple_(latest.c.asset_key, latest.c.kind) > sa.tuple_(*after))
    found = connection.execute(query.order_by(latest.c.asset_key, latest.c.kind).limit(1)).first()
    return None if found is None else (found.asset_key, found.kind)


def _read_surplus(connection: Connection, key: str, kind: str, most: int, after: tuple[int, int]) -> list[Event]:
    """The oldest of an asset's events of a kind that are beyond the newest so many, from a place on."""
    mine = sa.and_(events.c.asset_key == key, events.c.kind == kind)
    when = sa.tuple_(events.c.timestamp, events.c.seq)
    newest_first = (events.c.timestamp.desc(), events.c.seq.desc())
    query = sa.select(events.c.timestamp, events.c.seq).where(mine).order_by(*newest_first).offset(most).limit(1)
    last = connection.execute(query).first()
    if last is None:
        return []
    query = sa.select(events.c.seq).where(mine, when <= sa.tuple_(*last), when > sa.tuple_(*after))
    seqs = list(connection.execute(query.order_by(events.c.timestamp, events.c.seq).limit(MOST)).scalars())
    found = event_log.read_many(connection, seqs)
    return [found[seq] for seq in seqs]


def _drop(connection: Connection, candidates: Sequence[Event]) -> int:
    """Drop those that nothing needs; gives how many they were."""
    if not candidates:
        return 0
    kept = needed(connection, candidates)
    return drop(connection, [event for event in candidates if event.seq not in kept])


def drop(connection: Connection, gone: Sequence[Event]) -> int:
    """Drop some events from the log, and keep what they add to counts and plots; gives how many they were."""
    if not gone:
        return 0
    seqs = [event.seq for event in gone]
    off = event_log.read_withdrawn(connection, seqs)
    _keep_parts(connection, [event for event in gone if event.seq not in off])
    for table, column in ((events, events.c.seq), (withdrawn, withdrawn.c.seq), (version_inputs, version_inputs.c.seq)):
        connection.execute(sa.delete(table).where(column.in_(seqs)))
    return len(seqs)


def _keep_parts(connection: Connection, gone: Sequence[Event]) -> None:
    """Let what is dropped stay in the counts, and its numbers in the plots."""
    fold = LatestFold(folds.read_corrected(connection))
    for event in gone:
        fold.add(event)
    counts = [
        {
            "asset_key": state.asset_key,
            "partition": state.partition,
            "kind": state.kind.value,
            "count": state.count,
            "news_seq": state.news_seq,
        }
        for state in fold.states()
    ]
    dropped.add(connection, dropped_counts, counts)
    dropped.add(connection, dropped_days, [msgspec.structs.asdict(count) for count in fold_days(gone)])
    dropped.add(connection, series_days, [msgspec.structs.asdict(day) for day in fold_series(gone)])
