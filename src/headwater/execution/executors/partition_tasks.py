"""A step of several partitions as several tasks, each of some of them: split on the way out, joined on the way back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import msgspec

from headwater.errors import InvalidDefinitionError
from headwater.execution.executors.executor import StepCall
from headwater.execution.steps.messages import StepReport, encoder, order_decoder, report_decoder

PARTITIONS_TAG = "headwater/partitions_per_task"
"""How many partitions of a step are one task at most; goes before the executor's setting."""


def split(call: StepCall, most: int) -> list[StepCall]:
    """A step as the calls that its partitions are carried out by, in order; itself alone if it is not to be split.

    Args:
        call: The step.
        most: How many partitions a task has at most, where the step's tags say nothing; 0 for all.

    Raises:
        InvalidDefinitionError: its tag is no such number.
    """
    text = call.tags.get(PARTITIONS_TAG, str(most))
    if not text.isdecimal():
        raise InvalidDefinitionError(
            f"The tag {PARTITIONS_TAG} of {call.step} is a number of partitions such as '10', but is {text!r}."
        )
    size = int(text)
    if not size:
        return [call]
    order = order_decoder.decode(call.order)
    keys = order.partitions or ()
    if len(keys) <= size:
        return [call]
    orders = [msgspec.structs.replace(order, partitions=keys[n : n + size]) for n in range(0, len(keys), size)]
    return [msgspec.structs.replace(call, order=encoder.encode(each)) for each in orders]


async def carry_out_all(
    calls: Sequence[StepCall],
    carry_out: Callable[[StepCall, Callable[[], Awaitable[None]], Callable[[bytes], None]], Awaitable[bytes]],
    on_start: Callable[[], Awaitable[None]],
    on_emit: Callable[[bytes], None],
) -> bytes:
    """Carry out the calls of one step at once; gives its report. The first that fails ends the others.

    Args:
        calls: What the step was split into.
        carry_out: As `Executor.carry_out`, for one of them.
        on_start: Awaited as the first of them begins.
        on_emit: Told what the first of them tells.
    """
    begun: list[asyncio.Task[None]] = []

    async def start() -> None:
        if not begun:
            begun.append(asyncio.ensure_future(_whole(on_start)))
        await asyncio.shield(begun[0])

    def ignore(_body: bytes) -> None:
        """What the others tell of themselves."""

    tasks = [
        asyncio.ensure_future(carry_out(call, start, ignore if number else on_emit))
        for number, call in enumerate(calls)
    ]
    try:
        return join(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _whole(begin: Callable[[], Awaitable[None]]) -> None:
    await begin()


def join(bodies: Sequence[bytes]) -> bytes:
    """The encoded report of a step, from those of its parts: if one wants another try, all of it has one."""
    reports = [report_decoder.decode(body) for body in bodies]
    left_out = set(reports[0].left_out).intersection(*(report.left_out for report in reports))
    whole = StepReport(
        made=tuple(made for report in reports for made in report.made),
        observed=tuple(seen for report in reports for seen in report.observed),
        checks=tuple(check for report in reports for check in report.checks),
        left_out=tuple(sorted(left_out)),
        again=next((report.again for report in reports if report.again is not None), None),
    )
    return encoder.encode(whole)
