"""Steps in worker processes of this machine, forked from the location that has the definitions loaded."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from pathlib import Path

from headwater.definitions.runs.executors import MultiprocessConfig
from headwater.errors import LocationError
from headwater.execution.executors.executor import Executor, Slots, StepCall
from headwater.execution.steps.messages import END_RUN_TASK, STEP_TASK
from headwater.location.supervision.process import LocationProcess, Worker

_DEFAULT_CONCURRENT = 4
_END_SECONDS = 60.0


class ProcessesExecutor(Executor):
    """Each step in a worker of its own, several at once."""

    def __init__(self, location: LocationProcess, config: MultiprocessConfig) -> None:
        """Prepare."""
        self._location = location
        self._slots = Slots(config.max_concurrent or _DEFAULT_CONCURRENT, config.tag_concurrency_limits)

    async def carry_out(
        self, call: StepCall, on_start: Callable[[], Awaitable[None]], on_emit: Callable[[bytes], None]
    ) -> bytes:
        """As `Executor.carry_out`."""
        async with self._slots.taken(call.tags), self._location.worker() as worker:
            await on_start()
            return await _call(worker, call, on_emit)


class OneProcessExecutor(Executor):
    """All steps in one worker, one after another. What the run's resources open stays open until its end.

    A worker that is lost is replaced; the new one sets the resources up anew.
    """

    keeps_resources = True

    def __init__(self, location: LocationProcess) -> None:
        """Prepare."""
        self._location = location
        self._slots = Slots(1, ())
        self._stack = AsyncExitStack()
        self._worker: Worker | None = None
        self._run_id = ""

    async def carry_out(
        self, call: StepCall, on_start: Callable[[], Awaitable[None]], on_emit: Callable[[bytes], None]
    ) -> bytes:
        """As `Executor.carry_out`."""
        async with self._slots.taken({}):
            if self._worker is None or not self._worker.alive:
                await self._stack.aclose()
                self._worker = await self._stack.enter_async_context(self._location.worker())
            self._run_id = call.run_id
            await on_start()
            return await _call(self._worker, call, on_emit)

    async def end_run(self) -> None:
        """Tear the resources down, and let go of the worker."""
        try:
            if self._worker is not None and self._worker.alive:
                with suppress(LocationError):
                    await self._worker.call(END_RUN_TASK, self._run_id.encode(), timeout=_END_SECONDS)
        finally:
            await self._stack.aclose()


async def _call(worker: Worker, call: StepCall, on_emit: Callable[[bytes], None]) -> bytes:
    return await worker.call(
        STEP_TASK,
        call.order,
        timeout=call.timeout,
        grace=call.grace,
        on_emit=on_emit,
        folder=Path(call.log_folder),
    )
