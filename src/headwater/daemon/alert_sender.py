"""Send the messages of alerts that wait, each at least once, and none of one channel held up by another."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol

import structlog
from sqlalchemy.engine import Connection

from headwater.automation.waiting import wait_for_more
from headwater.clock import MICROSECONDS
from headwater.daemon.alert_channels import AlertNotSentError
from headwater.errors import StoreError
from headwater.records.alerts.alerts import Delivery
from headwater.records.alerts.decide import (
    ChannelKey,
    after_failure,
    after_success,
    channel_key,
    decide_sending,
    given_up,
)
from headwater.storage import alerts
from headwater.storage.log.writer import Unit
from headwater.storage.store import Store

_HOUR = 3_600 * MICROSECONDS
_log = structlog.get_logger(__name__)


class Channels(Protocol):
    """What sends messages."""

    async def send(self, deliveries: Sequence[Delivery], now: int) -> None:
        """Send messages for one channel together.

        Raises:
            AlertNotSentError: they did not arrive, as far as is known.
        """
        ...


class AlertSender:
    """Takes messages from the queue; one is marked as delivered only after it was."""

    def __init__(self, store: Store, channels: Channels) -> None:
        """Prepare.

        Args:
            store: Where the queue is.
            channels: What sends.
        """
        self._store = store
        self._channels = channels
        self._is_on = False
        self._woken = asyncio.Event()
        self._sending: dict[ChannelKey, asyncio.Task[None]] = {}

    def switch(self, *, on: bool) -> None:
        """Send from now on, or leave it to another engine."""
        self._is_on = on
        self._woken.set()

    def wake(self) -> None:
        """Look again: there may be messages."""
        self._woken.set()

    async def run(self) -> None:
        """Work until cancelled; what is being sent then is sent again by the next engine."""
        try:
            while True:
                self._woken.clear()
                look_at = await self._look() if self._is_on else None
                await wait_for_more(None, self._woken, look_at, self._store.clock)
        finally:
            sending = list(self._sending.values())
            for task in sending:
                task.cancel()
            await asyncio.gather(*sending, return_exceptions=True)

    async def _look(self) -> int | None:
        """Begin to send what is due; returns when to look again, if nobody wakes it."""
        now = self._store.clock.now()

        def read(connection: Connection) -> tuple[list[Delivery], list[Delivery], dict[str, int]]:
            waiting = alerts.read_waiting(connection)
            delivered = alerts.read_delivered_since(connection, now - _HOUR) if waiting else []
            most = {rule.name: rule.most_per_hour for rule in alerts.read_rules(connection).values()}
            return waiting, delivered, most

        waiting, delivered, most = await self._store.read_async(read)
        queues: dict[ChannelKey, list[Delivery]] = {}
        for each in waiting:
            queues.setdefault(channel_key(each), []).append(each)
        # What was sent together ended together, and was one message.
        sent: dict[ChannelKey, set[int]] = {}
        for each in delivered:
            sent.setdefault(channel_key(each), set()).add(each.ended_at or 0)
        looks: list[int] = []
        for key, queue in queues.items():
            if key in self._sending:
                continue
            decided = decide_sending(queue, sorted(sent.get(key, ())), most.get(key[0], 1), now)
            if isinstance(decided, int):
                looks.append(decided)
            else:
                self._sending[key] = asyncio.create_task(self._send(key, decided))
        return min(looks, default=None)

    async def _send(self, key: ChannelKey, deliveries: Sequence[Delivery]) -> None:
        try:
            ended = await self._try(deliveries)
            await self._store.write_async(
                Unit(effect=lambda connection, _events: alerts.save_deliveries(connection, ended))
            )
        except StoreError as error:
            _log.error("what became of a message could not be kept; it is sent again", reason=str(error))
            await self._store.clock.sleep(1.0)
        finally:
            del self._sending[key]
            self._woken.set()

    async def _try(self, deliveries: Sequence[Delivery]) -> list[Delivery]:
        try:
            await self._channels.send(deliveries, self._store.clock.now())
        except AlertNotSentError as error:
            now = self._store.clock.now()
            _log.warning("a message of an alert was not sent", rule=deliveries[0].rule, reason=str(error))
            failed = given_up if error.for_good else after_failure
            return [failed(each, str(error), now) for each in deliveries]
        except Exception as error:
            # One message that can't be put together must not stop all others.
            _log.exception("a message of an alert could not be sent", rule=deliveries[0].rule)
            now = self._store.clock.now()
            return [after_failure(each, f"{type(error).__name__}: {error}"[:500], now) for each in deliveries]
        now = self._store.clock.now()
        return [after_success(each, now) for each in deliveries]
