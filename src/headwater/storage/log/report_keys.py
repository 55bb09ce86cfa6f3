"""Idempotency keys: a report that comes again becomes no event again, and is answered as the first was."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from headwater.clock import MICROSECONDS
from headwater.errors import IdempotencyConflictError
from headwater.records.log.events import Event
from headwater.records.log.receipts import KEPT_DAYS, Receipt, ReportKey
from headwater.storage.log.transaction import insert_for
from headwater.storage.schema import report_keys

_KEPT = KEPT_DAYS * 24 * 3600 * MICROSECONDS
_MOST_IN_QUERY = 500
_MOST_FORGOTTEN = 500


class _Use(msgspec.Struct):
    """A key's use: `seq` of a committed event, or `place` among the events of this transaction."""

    fingerprint: str
    seq: int | None = None
    place: int | None = None


class Ledger:
    """The keys that the units of one transaction give, and what they stand for."""

    def __init__(self, connection: Connection, keys: Sequence[ReportKey]) -> None:
        """Look up those that were used before; the caller holds the lock of the log."""
        self._connection = connection
        self._uses: dict[str, _Use] = {}
        names = list({each.key for each in keys})
        for start in range(0, len(names), _MOST_IN_QUERY):
            query = sa.select(report_keys).where(report_keys.c.key.in_(names[start : start + _MOST_IN_QUERY]))
            for row in connection.execute(query):
                self._uses[row.key] = _Use(row.fingerprint, seq=row.seq)

    def check(self, keys: Iterable[ReportKey | None]) -> None:
        """See that no key stands for something else already.

        Raises:
            IdempotencyConflictError: one does.
        """
        given: dict[str, str] = {}
        for each in keys:
            if each is None:
                continue
            use = self._uses.get(each.key)
            first = use.fingerprint if use is not None else given.setdefault(each.key, each.fingerprint)
            if first != each.fingerprint:
                raise IdempotencyConflictError(
                    f"The idempotency key {each.key!r} came before with another content. Send the same report again "
                    "under its key, and another report under another key."
                )

    def claim(self, key: ReportKey | None, place: int) -> bool:
        """Whether a report is to become the event at `place`, because its key is new or it has none."""
        if key is None:
            return True
        if key.key in self._uses:
            return False
        self._uses[key.key] = _Use(key.fingerprint, place=place)
        return True

    def receipt(self, key: ReportKey, appended: Sequence[Event]) -> Receipt:
        """What the report of a key that was not claimed is answered with."""
        use = self._uses[key.key]
        seq = use.seq if use.place is None else appended[use.place].seq
        assert seq is not None
        return Receipt(seq, repeated=True)

    def save(self, appended: Sequence[Event]) -> None:
        """Keep the keys that were used first in this transaction."""
        rows = [
            {"key": key, "fingerprint": use.fingerprint, "seq": event.seq, "used_at": event.recorded_at}
            for key, use in self._uses.items()
            if use.place is not None
            for event in (appended[use.place],)
        ]
        if rows:
            self._connection.execute(sa.insert(report_keys), rows)


def remember(connection: Connection, key: ReportKey, event: Event) -> None:
    """Let a key stand for an event that did not come with it."""
    row = {"key": key.key, "fingerprint": key.fingerprint, "seq": event.seq, "used_at": event.recorded_at}
    connection.execute(insert_for(connection, report_keys).values(row).on_conflict_do_nothing())


def forget_expired(connection: Connection, now: int) -> int:
    """Drop a few keys that nobody will send again; returns how many."""
    expired = sa.select(report_keys.c.key).where(report_keys.c.used_at < now - _KEPT).limit(_MOST_FORGOTTEN)
    return connection.execute(sa.delete(report_keys).where(report_keys.c.key.in_(expired))).rowcount
