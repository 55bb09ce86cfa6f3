"""The chore that brings left-over logs of runs to where they are kept: their engine died, or the place was away."""

from __future__ import annotations

import asyncio
from functools import partial

import structlog
from sqlalchemy.engine import Connection

from headwater.errors import RunLogsError, UnknownRunError
from headwater.execution.logs.places import RunLogs
from headwater.records.runs.runs import ENDED
from headwater.storage.runs import runs as run_store
from headwater.storage.store import Store

_SECONDS_BETWEEN = 60.0
_log = structlog.get_logger(__name__)


class LogChore:
    """Looks once a minute at what is still here."""

    def __init__(self, store: Store, run_logs: RunLogs) -> None:
        """Prepare.

        Args:
            store: Tells which runs have ended.
            run_logs: The logs of runs.
        """
        self._store = store
        self._run_logs = run_logs

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            await self.carry_out()
            await self._store.clock.sleep(_SECONDS_BETWEEN)

    async def carry_out(self) -> None:
        """Bring what ended runs have left here to where it is kept."""
        for run_id in await asyncio.to_thread(self._run_logs.left_here):
            if not await self._store.read_async(partial(_has_ended, run_id=run_id)):
                continue
            try:
                await asyncio.to_thread(self._run_logs.end, run_id)
            except RunLogsError as error:
                _log.warning("logs of runs stay here for now", run_id=run_id, reason=str(error))
                return


def _has_ended(connection: Connection, run_id: str) -> bool:
    try:
        return run_store.get(connection, run_id).status in ENDED
    except UnknownRunError:
        return True
