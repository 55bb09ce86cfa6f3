"""The user's functions are called as they were written."""

from __future__ import annotations

import asyncio
import contextvars
import threading

import pytest

from headwater.location.code.user_calls import call, kept_loop


def test_plain_and_asynchronous_functions_come_to_the_same() -> None:
    """An `async def` is waited for."""

    async def later(value: int) -> int:
        return value + 1

    assert 3 == call(later, None, value=2) == call(lambda value: value + 1, None, value=2)


def test_inputs_may_have_any_name() -> None:
    """An upstream asset may be called like one of our own parameters."""
    assert ("c", 1, 2) == call(lambda ours, function, context: (ours, function, context), "c", function=1, context=2)


async def running_loop() -> asyncio.AbstractEventLoop:
    """The loop that a call is in."""
    return asyncio.get_running_loop()


def test_calls_share_a_loop_where_it_is_kept() -> None:
    """Elsewhere each call has one of its own, and at the end the kept one is closed."""
    with kept_loop():
        shared = [call(running_loop) for _ in range(2)]

    assert shared[0] is shared[1]
    assert shared[0].is_closed()
    assert call(running_loop) is not call(running_loop)


def test_nothing_that_a_call_leaves_behind_goes_on() -> None:
    """A task is cancelled, and a thread waited for, before the call is over; the next call finds a clean loop."""
    cancelled, finished, release = threading.Event(), threading.Event(), threading.Event()

    async def wait_for_ever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    async def leave_a_task() -> asyncio.AbstractEventLoop:
        task = asyncio.create_task(wait_for_ever())
        await asyncio.sleep(0)
        assert not task.done()
        return asyncio.get_running_loop()

    def work() -> None:
        release.wait(60)
        finished.set()

    async def leave_a_thread() -> asyncio.AbstractEventLoop:
        loop = asyncio.get_running_loop()
        loop.run_in_executor(None, work)
        release.set()
        return loop

    with kept_loop():
        first = call(leave_a_task)
        assert cancelled.is_set()
        second = call(leave_a_thread)
        assert finished.is_set()
        third = call(running_loop)

    assert 3 == len({id(loop) for loop in (first, second, third)})


def test_a_call_that_fails_ends_the_loop() -> None:
    """Whatever it did to it, the next call works; and what one call has set in its context no other sees."""
    named = contextvars.ContextVar("named", default="nothing")

    async def stop_the_loop() -> None:
        named.set("changed")
        asyncio.get_running_loop().stop()
        await asyncio.Event().wait()

    async def set_name() -> None:
        named.set("changed")

    async def name() -> str:
        return named.get()

    with kept_loop():
        with pytest.raises(RuntimeError):
            call(stop_the_loop)
        call(set_name)
        assert "nothing" == call(name)
