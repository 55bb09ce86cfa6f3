"""Reports of assets that nobody defined, which wait until a person accepts or rejects them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from headwater.errors import ConflictError, ReportRefusedError, UnknownEventError
from headwater.records.access.audit import Note
from headwater.records.log.events import Event, NewEvent
from headwater.records.log.receipts import ReportKey
from headwater.storage.access import audit
from headwater.storage.log import report_keys
from headwater.storage.log.writer import Unit
from headwater.storage.schema import held_reports

_report_key_decoder = msgspec.json.Decoder(ReportKey)

_new_event_decoder = msgspec.json.Decoder(NewEvent)

MOST_WAITING = 10_000


class HeldState(StrEnum):
    """What has become of a report."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class HeldReport(msgspec.Struct, frozen=True, kw_only=True):
    """A report in the queue. Times are microseconds since the epoch; `seq` is the event that it became."""

    held_id: int
    received_at: int
    event: NewEvent
    key: ReportKey | None
    state: HeldState
    decided_at: int | None
    decided_by: str | None
    seq: int | None


class Held(msgspec.Struct, frozen=True):
    """The place in the queue that a report was given."""

    held_id: int


class Queue:
    """Some reports on their way into the queue; `places` has the place of each once they are written."""

    def __init__(self, reports: Sequence[tuple[NewEvent, ReportKey | None]], now: int) -> None:
        self._reports = reports
        self._now = now
        self.places: list[Held] = []

    def write(self, connection: Connection) -> None:
        """Put them there, in the transaction of whatever came with them.

        Raises:
            ReportRefusedError: too many wait already.
        """
        self.places = [Held(_hold(connection, event, key, self._now)) for event, key in self._reports]


def _hold(connection: Connection, event: NewEvent, key: ReportKey | None, now: int) -> int:
    """Put a report into the queue; one that comes again under its key is in it once.

    Raises:
        ReportRefusedError: too many wait already.
    """
    text = None if key is None else msgspec.json.encode(key).decode()
    if text is not None:
        same = sa.select(held_reports.c.held_id).where(
            held_reports.c.report_key == text, held_reports.c.asset_key == event.asset_key
        )
        if (known := connection.execute(same).scalar()) is not None:
            return int(known)
    waiting = sa.select(sa.func.count()).select_from(held_reports).where(held_reports.c.state == HeldState.WAITING)
    if connection.execute(waiting).scalar_one() >= MOST_WAITING:
        raise ReportRefusedError(
            f"{MOST_WAITING:,} reports wait for a person already, so this one was not kept. Accept or reject some with "
            "`headwater report held`."
        )
    # It happened when it came, however long a person takes to look at it.
    dated = event if event.timestamp is not None else msgspec.structs.replace(event, timestamp=now)
    row = {
        "received_at": now,
        "asset_key": event.asset_key,
        "event": msgspec.json.encode(dated).decode(),
        "report_key": text,
        "state": HeldState.WAITING,
    }
    return int(connection.execute(sa.insert(held_reports).values(row).returning(held_reports.c.held_id)).scalar_one())


def read_held(
    connection: Connection, *, state: HeldState = HeldState.WAITING, after: int = 0, limit: int = 100
) -> Sequence[HeldReport]:
    """Reports of the queue, the oldest first."""
    query = sa.select(held_reports).where(held_reports.c.state == state, held_reports.c.held_id > after)
    query = query.order_by(held_reports.c.held_id).limit(limit)
    return [_held(row) for row in connection.execute(query)]


def get_waiting(connection: Connection, held_id: int) -> HeldReport:
    """A report that waits.

    Raises:
        UnknownEventError: there is none of that number.
        ConflictError: somebody has decided it already.
    """
    row = connection.execute(sa.select(held_reports).where(held_reports.c.held_id == held_id)).first()
    if row is None:
        raise UnknownEventError(f"There is no held report {held_id}. `headwater report held list` shows all.")
    if row.state != HeldState.WAITING:
        raise ConflictError(f"The held report {held_id} was {row.state} already, by {row.decided_by}.")
    return _held(row)


def accept(connection: Connection, held_id: int, now: int, note: Note, by: str) -> Unit[int]:
    """The unit that lets a report into the log; its result is the event's number.

    Args:
        connection: Where to read the report.
        held_id: Which one.
        now: The time, in microseconds.
        note: What the audit log says.
        by: Who decides.

    Raises:
        UnknownEventError: there is none of that number.
        ConflictError: somebody has decided it already.
    """
    held = get_waiting(connection, held_id)

    def effect(connection: Connection, appended: Sequence[Event]) -> int:
        seq = appended[0].seq
        _decide(connection, held_id, HeldState.ACCEPTED, now, by, seq)
        if held.key is not None:
            # Sent again, it is answered as what it became.
            report_keys.remember(connection, held.key, appended[0])
        audit.enter(connection, now, note)
        return seq

    return Unit(events=[held.event], guard=lambda c: _still_waits(c, held_id), effect=effect)


def reject(connection: Connection, held_id: int, now: int, note: Note, by: str) -> Unit[None]:
    """The unit that leaves a report out of the log for good; the arguments and errors are those of `accept`."""
    get_waiting(connection, held_id)

    def effect(connection: Connection, _appended: Sequence[Event]) -> None:
        _decide(connection, held_id, HeldState.REJECTED, now, by, None)
        audit.enter(connection, now, note)

    return Unit(guard=lambda c: _still_waits(c, held_id), effect=effect)


def _still_waits(connection: Connection, held_id: int) -> None:
    get_waiting(connection, held_id)


def _decide(connection: Connection, held_id: int, state: HeldState, now: int, by: str, seq: int | None) -> None:
    statement = sa.update(held_reports).where(held_reports.c.held_id == held_id)
    connection.execute(statement.values(state=state, decided_at=now, decided_by=by, seq=seq))


def _held(row: sa.Row[Any]) -> HeldReport:
    return HeldReport(
        held_id=row.held_id,
        received_at=row.received_at,
        event=_new_event_decoder.decode(row.event),
        key=None if row.report_key is None else _report_key_decoder.decode(row.report_key),
        state=HeldState(row.state),
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        seq=row.seq,
    )
