"""How many ticks work at once."""

from __future__ import annotations

import asyncio

from headwater.automation.slots import Slots


async def test_what_hangs_holds_nobody_up() -> None:
    """With every place taken by work that does not end, more work begins all the same."""
    slots = Slots(quick=2, patience=0.01, most=10)
    for_ever = asyncio.Event()

    async def hang() -> None:
        async with slots.one():
            await for_ever.wait()

    hanging = [asyncio.create_task(hang()) for _ in range(5)]
    async with asyncio.timeout(60), slots.one():
        pass
    for_ever.set()
    await asyncio.gather(*hanging)


async def test_no_more_than_that_work_at_once() -> None:
    """Quick work waits for a place; a place that was given back early is not given back again."""
    slots = Slots(quick=2, patience=60, most=10)
    at_once: list[int] = []
    inside = 0

    async def work() -> None:
        nonlocal inside
        async with slots.one():
            inside += 1
            at_once.append(inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(work() for _ in range(20)))

    assert 2 == max(at_once)
