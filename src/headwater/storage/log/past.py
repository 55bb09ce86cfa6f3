"""The folds as they were at an earlier moment, by when things happened: read from the log where they moved on since."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from headwater.records.log.day_counts import day_of, day_start
from headwater.records.log.events import CheckEvaluation, EventKind
from headwater.records.log.fold import WHOLE, CheckLatest, Latest, check_latest_of, latest_of
from headwater.storage.log import event_log, states
from headwater.storage.log.event_log import EventFilter
from headwater.storage.schema import event_days, events, is_whole, latest, withdrawn

_CHECKS_LOOKED_AT = 500


def read_assets_at(connection: Connection, moment: int) -> dict[tuple[str, EventKind], Latest]:
    """The latest event by asset and kind at a moment, in microseconds since the epoch.

    What was corrected since is as it is known now.
    """
    now = states.read_assets(connection)
    then = {slot: state for slot, state in now.items() if state.timestamp <= moment}
    newest = (
        sa.select(events.c.seq)
        .where(events.c.asset_key == latest.c.asset_key, events.c.kind == latest.c.kind)
        .where(events.c.timestamp <= moment, events.c.seq.not_in(sa.select(withdrawn.c.seq)))
        .order_by(events.c.timestamp.desc(), events.c.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = sa.select(latest.c.asset_key, latest.c.kind, newest.label("then"))
    query = query.where(is_whole, latest.c.timestamp > moment)
    found = {(row.asset_key, EventKind(row.kind)): row.then for row in connection.execute(query)}
    read = event_log.read_many(connection, [seq for seq in found.values() if seq is not None])
    for (key, kind), seq in found.items():
        event = read.get(seq)
        if event is not None:
            count = _count_until(connection, key, kind, moment)
            then[(key, kind)] = latest_of(event, key, WHOLE, count=count)
    return then


def read_partitions_at(connection: Connection, asset_key: str, moment: int) -> dict[tuple[str, EventKind], Latest]:
    """The latest event by partition and kind of one asset at a moment; their counts are not told.

    What was corrected since is as it is known now.
    """
    now = states.read_partitions(connection, asset_key)
    then = {slot: state for slot, state in now.items() if state.timestamp <= moment}
    if len(then) == len(now):
        return then
    newest_first = (events.c.timestamp.desc(), events.c.seq.desc())
    place = sa.func.row_number().over(partition_by=(events.c.partition, events.c.kind), order_by=newest_first)
    kinds = {kind.value for part, kind in now.keys() - then.keys()}
    ranked = (
        sa.select(events.c.seq, place.label("place"))
        .where(events.c.asset_key == asset_key, events.c.kind.in_(sorted(kinds)), events.c.timestamp <= moment)
        .where(events.c.partition.is_not(None), events.c.seq.not_in(sa.select(withdrawn.c.seq)))
        .subquery()
    )
    query = sa.select(ranked.c.seq).where(ranked.c.place == 1)
    for event in event_log.read_many(connection, list(connection.execute(query).scalars())).values():
        slot = (event.partition or WHOLE, event.kind)
        if slot in now:
            then.setdefault(slot, latest_of(event, asset_key, slot[0], count=0))
    return then


def read_checks_at(connection: Connection, moment: int) -> list[CheckLatest]:
    """The latest evaluation of each check at a moment, of those that an asset had lately."""
    now = states.read_checks(connection)
    then = [state for state in now if state.timestamp <= moment]
    moved_on: dict[str, set[str]] = {}
    for state in now:
        if state.timestamp > moment:
            moved_on.setdefault(state.asset_key, set()).add(state.check_name)
    for key, names in moved_on.items():
        wanted = EventFilter(asset_key=key, kinds=(EventKind.CHECK_EVALUATION,))
        for event in event_log.read_newest(connection, wanted, before=(moment + 1, 0), limit=_CHECKS_LOOKED_AT):
            payload = event.payload
            if isinstance(payload, CheckEvaluation) and payload.check_name in names:
                names.discard(payload.check_name)
                then.append(check_latest_of(event, key, WHOLE))
    return then


def read_reported_keys_at(connection: Connection, moment: int) -> list[str]:
    """The assets of which something had happened by a moment, to the day."""
    query = sa.select(event_days.c.asset_key).where(event_days.c.day <= day_of(moment), event_days.c.asset_key != WHOLE)
    return sorted(connection.execute(query.distinct()).scalars())


def _count_until(connection: Connection, key: str, kind: EventKind, moment: int) -> int:
    """The counts by day, without what came later on the moment's own day."""
    days = sa.select(sa.func.coalesce(sa.func.sum(event_days.c["count"]), 0)).where(
        event_days.c.asset_key == key, event_days.c.kind == kind.value, event_days.c.day <= day_of(moment)
    )
    later = sa.select(sa.func.count()).where(
        events.c.asset_key == key,
        events.c.kind == kind.value,
        events.c.timestamp > moment,
        events.c.timestamp < day_start(day_of(moment) + 1),
        events.c.seq.not_in(sa.select(withdrawn.c.seq)),
    )
    return int(connection.execute(days).scalar_one()) - connection.execute(later).scalar_one()


def count_partitions_at(connection: Connection, key: str, moment: int) -> int:
    """How many partitions of an asset had been made by a moment."""
    query = sa.select(sa.func.count(events.c.partition.distinct())).where(
        events.c.asset_key == key,
        events.c.kind == EventKind.MATERIALIZATION.value,
        events.c.timestamp <= moment,
        events.c.seq.not_in(sa.select(withdrawn.c.seq)),
    )
    return connection.execute(query).scalar_one()
