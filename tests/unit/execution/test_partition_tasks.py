"""A step of several partitions as several tasks: nothing is lost, doubled or left going on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.errors import InvalidDefinitionError
from headwater.execution.executors.executor import StepCall
from headwater.execution.executors.partition_tasks import PARTITIONS_TAG, carry_out_all, join, split
from headwater.execution.steps.messages import MadeAsset, StepOrder, StepReport, TryAgain, encoder, order_decoder
from headwater.execution.steps.messages import report_decoder as decoder
from headwater.records.log.events import ErrorInfo

Start = Callable[[], Awaitable[None]]


def step(count: int, tags: dict[str, str] | None = None) -> StepCall:
    """A step of so many partitions."""
    order = StepOrder(run_id="r", step="s", assets=("a",), partitions=tuple(f"p{n}" for n in range(count)) or None)
    return StepCall(run_id="r", step="s", order=encoder.encode(order), tags=tags or {})


def parts(call: StepCall) -> tuple[str, ...]:
    """The partitions that a call is about."""
    return order_decoder.decode(call.order).partitions or ()


@given(st.integers(0, 40), st.integers(0, 12))
def test_each_partition_is_in_one_task(count: int, most: int) -> None:
    """In order, and in none are more than were asked for."""
    calls = split(step(count), most)

    assert parts(step(count)) == tuple(key for call in calls for key in parts(call))
    assert all(len(parts(call)) <= (most or count) for call in calls)
    assert len(calls) == (max(1, -(-count // most)) if most else 1)


def test_a_tag_goes_before_the_setting() -> None:
    """One asset may want another size, or to stay whole; what is no number is refused."""
    assert [1, 1, 1] == [len(parts(call)) for call in split(step(3, {PARTITIONS_TAG: "1"}), 0)]
    assert [3] == [len(parts(call)) for call in split(step(3, {PARTITIONS_TAG: "0"}), 1)]
    with pytest.raises(InvalidDefinitionError, match="such as '10', but is 'few'"):
        split(step(3, {PARTITIONS_TAG: "few"}), 0)


async def test_the_tasks_report_as_one_step() -> None:
    """It begins once; what each has made is in the one report."""
    begun: list[None] = []

    async def on_start() -> None:
        begun.append(None)

    async def carry_out(call: StepCall, start: Start, _emit: Callable[[bytes], None]) -> bytes:
        await start()
        return encoder.encode(
            StepReport(made=tuple(MadeAsset(asset_key="a", partition=key) for key in parts(call)), left_out=("b",))
        )

    report = decoder.decode(await carry_out_all(split(step(5), 2), carry_out, on_start, lambda _body: None))

    assert [f"p{n}" for n in range(5)] == [made.partition for made in report.made]
    assert ("b",) == report.left_out
    assert 1 == len(begun)


async def test_one_that_fails_ends_the_others() -> None:
    """Its error is the step's, and nothing of the step goes on."""
    ended: list[str] = []

    async def carry_out(call: StepCall, start: Start, _emit: Callable[[bytes], None]) -> bytes:
        await start()
        if parts(call) == ("p1",):
            raise ValueError("of p1")
        try:
            await asyncio.Event().wait()
        finally:
            ended.extend(parts(call))
        return b""

    async def on_start() -> None:
        """It begins."""

    with pytest.raises(ValueError, match="of p1"):
        await carry_out_all(split(step(3), 1), carry_out, on_start, lambda _body: None)
    assert ["p0", "p2"] == sorted(ended)


def test_one_that_wants_another_try_gets_it_for_all() -> None:
    """Their reports together ask for it."""
    again = TryAgain(error=ErrorInfo(message="busy"), seconds=1.0)
    bodies = [encoder.encode(StepReport()), encoder.encode(StepReport(again=again))]
    assert again == decoder.decode(join(bodies)).again
