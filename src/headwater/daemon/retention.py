"""The chore that keeps the store bounded: events, runs and their logs by the rules, and the disk that they took."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import structlog
from sqlalchemy.engine import Connection

from headwater.clock import MICROSECONDS
from headwater.definitions.metadata.retention import Sort
from headwater.errors import RunLogsError
from headwater.execution.logs.places import RunLogs
from headwater.records.log.events import Event
from headwater.records.log.retention import RetentionRules
from headwater.storage.log.writer import Unit
from headwater.storage.runs import run_keys
from headwater.storage.store import Store
from headwater.storage.upkeep import reclaim, retention
from headwater.storage.upkeep.definition_retention import forget_old_definitions
from headwater.storage.upkeep.retention import Progress
from headwater.storage.upkeep.run_retention import forget_old_runs

_BETWEEN_PASSES_SECONDS = 3_600.0
_BEFORE_FIRST_SECONDS = 60.0
_BETWEEN_STEPS_SECONDS = 0.02
"""Leaves the writer to others for most of the time."""
_DAY_SECONDS = 86_400
_log = structlog.get_logger(__name__)


class RetentionChore:
    """Goes over the store once an hour, in small transactions."""

    def __init__(self, store: Store, run_logs: RunLogs, is_mine: Callable[[], bool] = lambda: True) -> None:
        """Prepare.

        Args:
            store: What is kept bounded.
            run_logs: The logs of runs.
            is_mine: Whether this engine is the one that does it now.
        """
        self._store = store
        self._run_logs = run_logs
        self._is_mine = is_mine

    async def run(self) -> None:
        """Work until cancelled."""
        await self._store.clock.sleep(_BEFORE_FIRST_SECONDS)
        while True:
            if self._is_mine():
                await self.carry_out()
            await self._store.clock.sleep(_BETWEEN_PASSES_SECONDS)

    async def carry_out(self) -> int:
        """One pass over everything; gives how many events were dropped."""
        rules = await self._store.read_async(retention.read_rules_in_force)
        progress = Progress()
        while not progress.is_done:
            progress = await self._step(rules, progress)
            await self._store.clock.sleep(_BETWEEN_STEPS_SECONDS)
        runs = await self._forget_runs(rules)
        await self._forget_definitions(rules)
        await self._forget_run_keys(rules)
        while await self._store.write_async(Unit(effect=lambda connection, _events: reclaim.reclaim_some(connection))):
            await self._store.clock.sleep(_BETWEEN_STEPS_SECONDS)
        if progress.dropped and self._store.is_shared:
            await asyncio.to_thread(self._store.vacuum)
        if progress.dropped or runs:
            _log.info("retention dropped what the rules do not keep", events=progress.dropped, runs=runs)
        return progress.dropped

    async def _step(self, rules: RetentionRules, progress: Progress) -> Progress:
        now = self._store.clock.now()

        def advance(connection: Connection, _events: Sequence[Event]) -> Progress:
            return retention.advance(connection, rules, now, progress)

        return await self._store.write_async(Unit(effect=advance))

    async def _forget_definitions(self, rules: RetentionRules) -> None:
        keep, now = rules.of(Sort.DEFINITION), self._store.clock.now()
        while await self._store.write_async(
            Unit(effect=lambda connection, _events: forget_old_definitions(connection, keep, now))
        ):
            await self._store.clock.sleep(_BETWEEN_STEPS_SECONDS)

    async def _forget_run_keys(self, rules: RetentionRules) -> None:
        days = rules.of(Sort.RUN_KEY).days
        if days is None:
            return
        before = self._store.clock.now() - round(days * _DAY_SECONDS * MICROSECONDS)
        while await self._store.write_async(
            Unit(effect=lambda connection, _events: run_keys.forget_unused(connection, before))
        ):
            await self._store.clock.sleep(_BETWEEN_STEPS_SECONDS)

    async def _forget_runs(self, rules: RetentionRules) -> int:
        days = rules.of(Sort.RUN).days
        if days is None:
            return 0
        before = self._store.clock.now() - round(days * _DAY_SECONDS * MICROSECONDS)
        count = 0
        while gone := await self._store.write_async(
            Unit(effect=lambda connection, _events: forget_old_runs(connection, before))
        ):
            count += len(gone)
            for run_id in gone:
                try:
                    await asyncio.to_thread(self._run_logs.forget, run_id)
                except RunLogsError as error:
                    _log.warning("the log of a run that was dropped is left over", run_id=run_id, reason=str(error))
            await self._store.clock.sleep(_BETWEEN_STEPS_SECONDS)
        return count
