"""The logs of steps on a dask worker, where logs are kept elsewhere: written to the worker's own disk, and carried."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import structlog

from headwater.clock import SystemClock
from headwater.errors import RunLogsError
from headwater.execution.executors.executor import StepCall
from headwater.execution.logs.places import RunLogs
from headwater.execution.logs.run_logs import bound_step
from headwater.execution.steps.messages import encoder, order_decoder

_LOOK_SECONDS = 1.0
_log = structlog.get_logger(__name__)


class WorkerLogs:
    """What the steps on this dask worker write, by where it is kept."""

    def __init__(self, folder: Path) -> None:
        """Prepare.

        Args:
            folder: The worker's own, where steps write.
        """
        self._folder = folder
        self._places: dict[str, RunLogs] = {}
        self._steps: dict[str, list[str]] = {}
        self._following: dict[str, asyncio.Task[None]] = {}
        self._clock = SystemClock()

    @asynccontextmanager
    async def kept(self, call: StepCall) -> AsyncIterator[bytes]:
        """Carry what a step writes while it works; gives its order, which says where to write."""
        if call.log_address is None:
            yield call.order
            return
        logs = self._places.setdefault(call.log_address, RunLogs(self._folder, call.log_address, self._clock))
        steps = self._steps.setdefault(call.run_id, [])
        steps.append(call.step)
        if call.run_id not in self._following:
            self._following[call.run_id] = asyncio.create_task(self._follow(logs, call.run_id))
        order = msgspec.structs.replace(order_decoder.decode(call.order), log_folder=str(logs.folder_of(call.run_id)))
        try:
            yield encoder.encode(order)
        finally:
            steps.remove(call.step)

    async def end(self, run_id: str, address: str) -> None:
        """Carry what is left of a run that has ended."""
        following = self._following.pop(run_id, None)
        if following is not None:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
        self._steps.pop(run_id, None)
        if address in self._places:
            await self._try(self._places[address].end, run_id)

    async def _follow(self, logs: RunLogs, run_id: str) -> None:
        """Carry while any step of the run is under way here, and once more."""
        try:
            while steps := list(self._steps.get(run_id, ())):
                await self._clock.sleep(_LOOK_SECONDS)
                for step in steps:
                    await asyncio.to_thread(bound_step, logs.folder_of(run_id), step)
                await self._try(logs.carry, run_id)
        finally:
            if self._following.get(run_id) is asyncio.current_task():
                del self._following[run_id]

    @staticmethod
    async def _try(how: Callable[[str], None], run_id: str) -> None:
        try:
            await asyncio.to_thread(how, run_id)
        except RunLogsError as error:
            _log.warning("the log of a run stays here for now", run_id=run_id, reason=str(error))
