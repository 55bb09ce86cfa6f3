"""Wait for whichever comes first: more of the log, a moment, or somebody who wakes one."""

from __future__ import annotations

import asyncio

from headwater.clock import MICROSECONDS, Clock
from headwater.storage.log.tail import Subscription

_LONGEST_SECONDS = 60.0
"""The clock may be set meanwhile, so it is asked again now and then."""


async def wait_for_more(subscription: Subscription | None, woken: asyncio.Event, due: int | None, clock: Clock) -> None:
    """Wait until the log reaches beyond the subscription's position, `woken` is set, or a moment has come.

    Args:
        subscription: A place in the log; None for not waiting for it.
        woken: What others set.
        due: The moment, in microseconds; None for none.
        clock: Tells how far that is.
    """
    timeout = None if due is None else min(_LONGEST_SECONDS, max(0.0, (due - clock.now()) / MICROSECONDS))
    waits: list[asyncio.Future[object]] = [asyncio.ensure_future(woken.wait())]
    if subscription is not None:
        waits.append(asyncio.ensure_future(subscription.wait()))
    try:
        await asyncio.wait(waits, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waits:
            each.cancel()
