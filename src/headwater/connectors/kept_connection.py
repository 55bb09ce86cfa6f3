"""A connection that stays open from one tick to the next.

The event loop of an asynchronous sensor stands still between ticks, and nothing is left behind in it. So this one lives
in the loop of a thread beside them.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class KeptConnection(Generic[T]):
    """One connection, opened when it is first needed, and closed once nobody has needed it for a while."""

    def __init__(self, connect: Callable[[], AbstractAsyncContextManager[T]], *, idle_seconds: float) -> None:
        """Prepare; nothing is opened yet.

        Args:
            connect: Opens one, and closes it at the end.
            idle_seconds: After how long without use it is closed.
        """
        self._connect = connect
        self._idle_seconds = idle_seconds
        self._loop: asyncio.AbstractEventLoop | None = None
        self._process = 0
        self._turn = asyncio.Lock()
        self._open: tuple[AsyncExitStack, T] | None = None
        self._closing: asyncio.TimerHandle | None = None
        self._ending: asyncio.Future[None] | None = None

    async def use(self, work: Callable[[T], Awaitable[R]]) -> R:
        """Do something with the connection, one after the other; with a new one where the kept one turns out lost.

        Args:
            work: Called with it, in the loop of another thread.
        """
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._use(work), self._running_loop()))

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        # A fork has neither the thread nor a connection that it may use.
        if self._loop is None or self._process != os.getpid():
            self._loop, self._process = asyncio.new_event_loop(), os.getpid()
            self._turn, self._open, self._closing = asyncio.Lock(), None, None
            threading.Thread(target=self._loop.run_forever, name="kept connection", daemon=True).start()
        return self._loop

    async def _use(self, work: Callable[[T], Awaitable[R]]) -> R:
        async with self._turn:
            if self._closing is not None:
                self._closing.cancel()
            if self._open is not None:
                try:
                    return await self._try(work, *self._open)
                except Exception:
                    # It may have been lost between two ticks, which is no failure of this one.
                    self._open = None
            stack = AsyncExitStack()
            self._open = (stack, await stack.enter_async_context(self._connect()))
            return await self._try(work, *self._open)

    async def _try(self, work: Callable[[T], Awaitable[R]], stack: AsyncExitStack, connection: T) -> R:
        try:
            result = await work(connection)
        except BaseException as error:
            self._open = None
            # Who opened it closes it, and may say in better words what went wrong.
            await stack.__aexit__(type(error), error, error.__traceback__)
            raise
        self._closing = asyncio.get_running_loop().call_later(self._idle_seconds, self._close_soon)
        return result

    def _close_soon(self) -> None:
        opened, self._open = self._open, None
        if opened is not None:
            self._ending = asyncio.ensure_future(opened[0].aclose())
