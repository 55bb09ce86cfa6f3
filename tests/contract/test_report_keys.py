"""Idempotency keys on every database: a report that comes again becomes no event again."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from builders import made

from headwater.errors import IdempotencyConflictError
from headwater.records.log.events import NewEvent
from headwater.records.log.receipts import KEPT_DAYS, Receipt, report_key
from headwater.storage.log import event_log
from headwater.storage.log.report_keys import forget_expired
from headwater.storage.log.writer import Unit, report
from headwater.storage.schema import report_keys
from headwater.storage.store import Store

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
DAY = 24 * 3600 * 1_000_000


def keyed(name: str, event: NewEvent | None = None) -> Unit[list[Receipt]]:
    """A report under a key."""
    event = event or made("a")
    return report([event], [report_key(name, event)])


def test_a_repeat_is_answered_as_the_first(store: Store) -> None:
    """The same key and content give the same event, and no further one."""
    first = store.write(keyed("k"))
    store.write(keyed("other"))

    again = store.write(keyed("k"))

    assert ([Receipt(1)], [Receipt(1, repeated=True)]) == (first, again)
    assert 2 == store.read(event_log.head)


def test_a_key_stands_for_one_content(store: Store) -> None:
    """Another content under a used key is refused, and nothing of it is kept."""
    store.write(keyed("k"))

    with pytest.raises(IdempotencyConflictError, match="'k' came before with another content"):
        store.write(keyed("k", made("b")))

    assert 1 == store.read(event_log.head)


def test_a_batch_skips_what_is_known(store: Store) -> None:
    """Of a batch only the new ones become events; a key that it holds twice becomes one."""
    store.write(keyed("a1", made("a")))
    events = [made("x"), made("a"), made("y"), made("y"), made("z")]
    keys = [None, report_key("a1", events[1]), report_key("y", events[2]), report_key("y", events[3]), None]

    receipts = store.write(report(events, keys))

    assert [(2, False), (1, True), (3, False), (3, True), (4, False)] == [(r.seq, r.repeated) for r in receipts]
    assert ["a", "x", "y", "z"] == [event.asset_key for event in store.read(lambda c: event_log.read_after(c, 0, 10))]


def test_writers_that_race_with_one_key_make_one_event(open_store: Callable[[], Store]) -> None:
    """Stores on one database, as several processes have them, agree on who was first."""
    stores, each = [open_store() for _ in range(3)], 25
    receipts: list[tuple[int, Receipt]] = []

    def write(store: Store) -> None:
        for number in range(each):
            receipts.append((number, store.write(keyed(f"k{number}", made("a", timestamp=number + 1)))[0]))

    threads = [threading.Thread(target=write, args=(store,)) for store in stores for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert each == stores[0].read(event_log.head)
    assert each == len({(number, receipt.seq) for number, receipt in receipts})
    assert each == sum(not receipt.repeated for _, receipt in receipts)


def test_keys_outlive_a_week_and_then_go(store: Store) -> None:
    """A key is known for more than seven days after its use, and dropped in small steps after that."""
    store.write(keyed("k"))
    used: int = store.read(lambda c: c.execute(sa.select(report_keys.c.used_at)).scalar_one())

    early = store.write(Unit(effect=lambda c, _events: forget_expired(c, used + 7 * DAY + 1)))
    late = store.write(Unit(effect=lambda c, _events: forget_expired(c, used + KEPT_DAYS * DAY + 1)))

    assert (0, 1) == (early, late)
    assert [Receipt(2)] == store.write(keyed("k"))
