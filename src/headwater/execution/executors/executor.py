"""What every executor does."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import ClassVar

import msgspec

from headwater.definitions.runs.executors import TagLimit
from headwater.location.supervision.process import GRACE_SECONDS


class StepCall(msgspec.Struct, frozen=True, kw_only=True):
    """A step on its way to where it is carried out. `order` is an encoded `StepOrder`, times are in seconds.

    `grace` is how long user code has to end by itself once it is stopped.
    `log_folder` is the engine's folder for the run's logs, `log_address` where they are kept, if that is not the same.
    """

    run_id: str
    step: str
    order: bytes
    timeout: float | None = None
    grace: float = GRACE_SECONDS
    tags: dict[str, str] = {}
    log_address: str | None = None
    log_folder: str = ""


class Executor(ABC):
    """Carries out the steps of one run."""

    begins_at_once: ClassVar[bool] = True
    """Whether what a step reads is read after `on_start` has returned; a cluster does not wait for that."""
    keeps_resources: ClassVar[bool] = False
    """Whether resources stay set up from one step to the next."""

    @abstractmethod
    async def carry_out(
        self, call: StepCall, on_start: Callable[[], Awaitable[None]], on_emit: Callable[[bytes], None]
    ) -> bytes:
        """Carry out a step, as soon as there is room; gives its encoded report. Cancelling it ends the step.

        Args:
            call: The step.
            on_start: Awaited once the step begins; again if it has to begin anew because its worker was lost.
            on_emit: Called with what the step tells on the way.

        Raises:
            TaskFailedError: user code raised.
            WorkerDiedError: its process ended.
            WorkerTimeoutError: it took too long, and was stopped.
            LocationError: it could not be carried out.
        """

    async def end_run(self) -> None:  # noqa: B027 - most keep nothing
        """Let go of what was kept for the run."""


class Slots:
    """How many steps may be under way at once: of all, and of those whose tags a limit concerns."""

    def __init__(self, most: int | None, limits: Sequence[TagLimit]) -> None:
        """Prepare; None for no limit of all."""
        self._all = None if most is None else asyncio.Semaphore(most)
        self._limits = [(limit, asyncio.Semaphore(limit.limit)) for limit in limits]

    @asynccontextmanager
    async def taken(self, tags: dict[str, str]) -> AsyncIterator[None]:
        """Wait for room for a step with some tags, and take it."""
        async with AsyncExitStack() as stack:
            # The rare ones first: who waits for them must not keep others waiting.
            for limit, semaphore in self._limits:
                if limit.concerns(tags):
                    await stack.enter_async_context(semaphore)
            if self._all is not None:
                await stack.enter_async_context(self._all)
            yield
