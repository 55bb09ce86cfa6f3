"""What backfills that go on are still to make: of their targets, whatever no run of theirs has ended with."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from sqlalchemy.engine import Connection

from headwater.records.log.events import BackfillEvent, Event
from headwater.records.runs.backfills import BEGINS, BackfillRun, Rests, Target
from headwater.records.runs.runs import ENDED
from headwater.storage.runs import backfills

_EndedWith = Callable[[BackfillRun], Collection[str]]
"""The assets that a run has made, or is not to make any more."""


def read_begun(connection: Connection, events: Iterable[Event]) -> Rests:
    """Of the backfills that begin, or begin again, with some events: what each has not made."""
    begun = {event.payload.backfill for event in events if isinstance(event.payload, BackfillEvent) if _begins(event)}
    return {backfill_id: _rest(connection, backfill_id, _made_by) for backfill_id in sorted(begun)}


def read_rests(connection: Connection, later: Sequence[Event], unended: Collection[str]) -> Rests:
    """Of every backfill that went on at a place of the log: what it was still to make there.

    Args:
        connection: Where to read.
        later: The events after the place.
        unended: The runs that had not ended there, and those that were requested afterwards.
    """
    first: dict[str, Event] = {}
    for event in later:
        if isinstance(event.payload, BackfillEvent):
            first.setdefault(event.payload.backfill, event)
    # One that begins after the place is told of then.
    active = {each.backfill_id for each in backfills.read_active(connection)} | first.keys()
    active -= {backfill_id for backfill_id, event in first.items() if _begins(event)}

    def ended_with(run: BackfillRun) -> Collection[str]:
        if run.run_id in unended:
            return ()
        return run.made if run.retried else run.assets

    return {backfill_id: _rest(connection, backfill_id, ended_with) for backfill_id in sorted(active)}


def _begins(event: Event) -> bool:
    return event.kind in BEGINS


def _made_by(run: BackfillRun) -> Collection[str]:
    return run.made if run.status in ENDED else ()


def _rest(connection: Connection, backfill_id: str, ended_with: _EndedWith) -> list[Target]:
    gone: dict[str, set[str]] = {}
    for run in backfills.read_runs(connection, backfill_id):
        for key in ended_with(run):
            gone.setdefault(key, set()).update(run.partitions)
    return [
        Target(each.asset, tuple(key for key in each.partitions if key not in gone.get(each.asset, ())))
        for each in backfills.read_targets(connection, backfill_id)
    ]
