"""Call the user's functions, plain or `async def`."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from headwater.errors import UserExitError

_of_thread = threading.local()


class Stopped(SystemExit):
    """Ends user code that is told to end, so that its `finally` blocks run: it is canceled, or took too long."""


@contextmanager
def exits_told() -> Iterator[None]:
    """Let `sys.exit` in user code be an error: it ends a program, but not a process that others use too.

    Raises:
        UserExitError: it was called.
    """
    try:
        yield
    except Stopped:
        raise
    except SystemExit as stop:
        told = "" if stop.code is None else repr(stop.code)
        error = UserExitError(
            f"The function called sys.exit({told}). Let it return where it is done, and raise an exception where not."
        )
        raise error.with_traceback(stop.__traceback__) from None


def call(function: Callable[..., Any], context: Any = None, /, **inputs: Any) -> Any:
    """What a function returns; of one that is asynchronous, what it comes to in an event loop.

    Nothing that it has left running there goes on after the call.

    Args:
        function: The user's.
        context: Passed first, unless it is None.
        inputs: Passed by name.

    Raises:
        UserExitError: it called `sys.exit`.
    """
    with exits_told():
        returned = function(**inputs) if context is None else function(context, **inputs)
        if not inspect.isawaitable(returned):
            return returned
        kept: _KeptLoop | None = getattr(_of_thread, "loop", None)
        return asyncio.run(_wait_for(returned)) if kept is None else kept.run(returned)


@contextmanager
def kept_loop() -> Iterator[None]:
    """Let the calls of this thread share an event loop: to make one takes longer than many a tick."""
    _of_thread.loop = loop = _KeptLoop()
    try:
        yield
    finally:
        del _of_thread.loop
        loop.close()


class _KeptLoop:
    """An event loop for one call after another; a new one after a call that failed, or left anything behind."""

    def __init__(self) -> None:
        self._runner: asyncio.Runner | None = None

    def run(self, awaitable: Awaitable[Any]) -> Any:
        """What it comes to."""
        self._runner = runner = self._runner or asyncio.Runner()
        threads = set(threading.enumerate())
        try:
            result = runner.run(_wait_for(awaitable), context=contextvars.copy_context())
        except BaseException:
            self.close()
            raise
        if asyncio.all_tasks(runner.get_loop()) or set(threading.enumerate()) - threads:
            self.close()
        return result

    def close(self) -> None:
        """End what still runs in the loop, and the loop."""
        runner, self._runner = self._runner, None
        if runner is not None:
            runner.close()


async def _wait_for(awaitable: Awaitable[Any]) -> Any:
    return await awaitable
