"""Alerts as every database keeps them: rules, incidents and the queue of messages."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from builders import checked
from servers import LIMIT

from headwater.daemon.alert_channels import AlertNotSentError
from headwater.daemon.alert_loop import AlertLoop
from headwater.daemon.alert_sender import AlertSender
from headwater.errors import UnknownAlertRuleError
from headwater.graph.asset_graph import AssetGraph
from headwater.records.alerts.alerts import AlertChannel, AlertRule, Delivery, DeliveryStatus
from headwater.records.alerts.decide import ChannelKey
from headwater.records.log.events import Reporter
from headwater.storage import alerts
from headwater.storage.log.writer import Unit
from headwater.storage.store import Store

RULE = AlertRule(name="all", channels=(AlertChannel(kind="slack", url_env="CHAT"),))
CLI = Reporter("cli")


class Recorder:
    """A channel that keeps what it is given; it refuses what is named in `refuses` for good."""

    def __init__(self, *refuses: str) -> None:
        self.sent: list[list[str]] = []
        self._refuses = refuses

    async def send(self, deliveries: Sequence[Delivery], now: int) -> None:
        """Take messages."""
        if deliveries[0].sort in self._refuses:
            raise AlertNotSentError("never", for_good=True)
        self.sent.append([each.sort for each in deliveries])


class CountingSender(AlertSender):
    """Knows how many messages have ended."""

    def __init__(self, store: Store, channels: Recorder) -> None:
        super().__init__(store, channels)
        self.ended = 0
        self.moved = asyncio.Event()

    async def _send(self, key: ChannelKey, deliveries: Sequence[Delivery]) -> None:
        await super()._send(key, deliveries)
        self.ended += len(deliveries)
        self.moved.set()


async def work(store: Store, channels: Recorder, count: int) -> None:
    """Let a loop and its sender work until so many messages have ended."""
    sender = CountingSender(store, channels)
    loop = AlertLoop(store, sender.wake)
    loop.use_graph(AssetGraph((), ()))
    sender.switch(on=True)
    tasks = [asyncio.create_task(each) for each in (loop.run(), sender.run())]
    async with asyncio.timeout(LIMIT):
        while sender.ended < count:
            sender.moved.clear()
            await sender.moved.wait()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def alerts_of(store: Store) -> list[tuple[int, Delivery]]:
    """Every message, the newest first."""
    return store.read(alerts.read_deliveries)


def test_from_where_it_left_off(store: Store) -> None:
    """What happened before the first rule is not told; what happened while nobody looked is, once."""
    store.write(Unit(events=[checked("a", "early", passed=False)]))
    store.write(alerts.put_rule(RULE, CLI))
    store.write(Unit(events=[checked("a", "t", passed=False), checked("a", "t", passed=False)]))
    first, second = Recorder(), Recorder()
    asyncio.run(work(store, first, 1))
    store.write(Unit(events=[checked("a", "t", passed=True)]))
    asyncio.run(work(store, second, 1))
    [kept] = store.read(alerts.read_incidents)

    assert ([["opened"]], [["resolved"]]) == (first.sent, second.sent)
    assert (2, True) == (kept.count, kept.resolved_at is not None)
    assert [] == store.read(alerts.read_open)
    assert [kept] == store.read(lambda c: alerts.read_incidents(c, is_open=False, rule="all"))
    assert [] == store.read(lambda c: alerts.read_incidents(c, before=(kept.opened_at, kept.incident_id)))


def test_many_at_once_are_one_message(store: Store) -> None:
    """Twenty checks that fail in one transaction are one message, and each is marked as delivered."""
    store.write(alerts.put_rule(RULE, CLI))
    store.write(Unit(events=[checked("a", f"t{number}", passed=False) for number in range(20)]))
    channels = Recorder()
    asyncio.run(work(store, channels, 20))

    assert [["opened"] * 20] == channels.sent
    assert {DeliveryStatus.DELIVERED} == {each.status for _, each in alerts_of(store)}


def test_what_can_not_be_sent_holds_up_nothing(store: Store) -> None:
    """A message that can never be sent has failed, and the next one is sent."""
    store.write(alerts.put_rule(RULE, CLI))
    store.write(Unit(events=[checked("a", "t", passed=False), checked("a", "t", passed=True)]))
    channels = Recorder("opened")
    asyncio.run(work(store, channels, 2))

    assert [["resolved"]] == channels.sent
    assert ["delivered", "failed"] == [each.status for _, each in alerts_of(store)]


def test_a_rule_that_is_removed(store: Store) -> None:
    """Its open incidents and waiting messages go with it; one that is not there is named."""
    store.write(alerts.put_rule(RULE, CLI))
    [queued] = store.write(alerts.request_test("all", CLI, 0))
    store.write(alerts.remove_rule("all", CLI))

    assert "test" == queued.sort
    assert [] == alerts_of(store)
    with pytest.raises(UnknownAlertRuleError, match="There is no alert rule 'all'"):
        store.write(alerts.request_test("all", CLI, 0))
