"""The audit log of a deployment: entries are added in the transaction of what they are about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from headwater.records.access.audit import AuditEntry, Head, Note, entry_after, find_problems
from headwater.records.log.events import Event
from headwater.storage.log.writer import Unit
from headwater.storage.schema import audit, audit_head

T = TypeVar("T")

_BATCH = 1_000


def enter(connection: Connection, now: int, *notes: Note) -> None:
    """Enter notes at the end. The head stays locked until the transaction ends, so the chain never forks."""
    query = sa.select(audit_head).where(audit_head.c.id == 1).with_for_update()
    row = connection.execute(query).one()
    head = Head(row.seq, row.hash)
    entries = []
    for note in notes:
        entry = entry_after(head, now, note)
        entries.append(msgspec.structs.asdict(entry))
        head = Head(entry.seq, entry.hash)
    if entries:
        connection.execute(sa.insert(audit), entries)
        update = sa.update(audit_head).where(audit_head.c.id == 1)
        connection.execute(update.values(seq=head.seq, hash=head.hash))


def noted(unit: Unit[T], now: int, note: Note) -> Unit[T | None]:
    """A unit together with the entry that says who did it."""
    effect = unit.effect

    def carry_out(connection: Connection, appended: Sequence[Event]) -> T | None:
        enter(connection, now, note)
        return None if effect is None else effect(connection, appended)

    return Unit(events=unit.events, keys=unit.keys, guard=unit.guard, effect=carry_out)


def read_head(connection: Connection) -> Head:
    """Where the log ends."""
    row = connection.execute(sa.select(audit_head).where(audit_head.c.id == 1)).one()
    return Head(row.seq, row.hash)


def read_newest(
    connection: Connection,
    *,
    before: int | None = None,
    limit: int = 100,
    actor: str | None = None,
    outcome: str | None = None,
) -> Sequence[AuditEntry]:
    """Entries, the newest first, from those older than `before` on."""
    query = sa.select(audit).order_by(audit.c.seq.desc()).limit(limit)
    if before is not None:
        query = query.where(audit.c.seq < before)
    if actor is not None:
        query = query.where(audit.c.actor == actor)
    if outcome is not None:
        query = query.where(audit.c.outcome == outcome)
    return [_entry(row) for row in connection.execute(query)]


def verify(connection: Connection, anchor: Head | None = None) -> list[str]:
    """What is wrong with the log; nothing if it is whole."""
    return find_problems(_read_all(connection), read_head(connection), anchor)


def _read_all(connection: Connection) -> Iterator[AuditEntry]:
    after = -(2**62)
    while True:
        query = sa.select(audit).where(audit.c.seq > after).order_by(audit.c.seq).limit(_BATCH)
        rows = connection.execute(query).all()
        yield from map(_entry, rows)
        if len(rows) < _BATCH:
            return
        after = rows[-1].seq


def _entry(row: sa.Row[tuple[object, ...]]) -> AuditEntry:
    return AuditEntry(**row._mapping)
