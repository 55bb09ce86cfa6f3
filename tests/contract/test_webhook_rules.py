"""Webhooks as they are kept, on every database."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import pytest
from sqlalchemy.engine import Connection

from headwater.records.log.events import Event
from headwater.records.reports.webhooks import WebhookRule
from headwater.storage.log.writer import Unit
from headwater.storage.reports.webhooks import read_webhooks, remove_webhook, save_webhook
from headwater.storage.store import Store

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


def test_changes_at_once_are_all_kept(open_store: Callable[[], Store]) -> None:
    """Processes that change webhooks at the same moment lose none of each other's."""
    stores = [open_store() for _ in range(4)]
    begun = threading.Barrier(len(stores))

    def work(number: int, store: Store) -> None:
        for place in range(5):
            begun.wait()
            store.write(Unit(effect=_save(f"rule-{number}-{place}")))
        begun.wait()
        store.write(Unit(effect=lambda connection, _events: remove_webhook(connection, f"rule-{number}-0")))

    threads = [threading.Thread(target=work, args=each) for each in enumerate(stores)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    expected = {f"rule-{number}-{place}" for number in range(4) for place in range(1, 5)}
    assert expected == stores[0].read(read_webhooks).keys()


def _save(name: str) -> Callable[[Connection, Sequence[Event]], None]:
    rule = WebhookRule(name=name, key="path")
    return lambda connection, _events: save_webhook(connection, rule)
