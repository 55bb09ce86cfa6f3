"""Keep code locations loaded, and the store informed of what they define."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import msgspec
import structlog
from sqlalchemy.engine import Connection

from headwater.automation.tick_loop import TICK_TASK
from headwater.definitions.snapshot import DefinitionsSnapshot
from headwater.errors import LocationError
from headwater.execution.run_supervisor import STEP_TASK
from headwater.location.load import location_name
from headwater.location.process import LoadFailedError, LocationProcess
from headwater.records.events import DefinitionsChanged, ErrorInfo, Event, EventKind, NewEvent
from headwater.records.locations import Location, LocationStatus
from headwater.storage import catalog
from headwater.storage.store import Store
from headwater.storage.writer import Unit

_RESTART_SECONDS = 2.0
_log = structlog.get_logger(__name__)


class CodeLocations:
    """The processes with user code, by location name."""

    def __init__(self, store: Store, targets: Sequence[str], log_folder: Path) -> None:
        """Prepare.

        Args:
            store: Where definitions are kept.
            targets: Python files or modules, one a location.
            log_folder: Where the processes' own output goes.
        """
        self._store = store
        self._targets = {location_name(target): target for target in targets}
        self._log_folder = log_folder
        self.loaded: dict[str, LocationProcess] = {}
        self.changed = asyncio.Event()
        """Set whenever a location was loaded, or could not be."""

    async def run(self) -> None:
        """Load every location, and again whenever its process is gone, until cancelled."""
        await self._forget_others()
        try:
            async with asyncio.TaskGroup() as group:
                for name, target in self._targets.items():
                    group.create_task(self._keep_loaded(name, target))
        finally:
            processes = list(self.loaded.values())
            self.loaded.clear()
            await asyncio.gather(*(process.stop() for process in processes))

    async def _keep_loaded(self, name: str, target: str) -> None:
        while True:
            process = LocationProcess(
                target, tasks=[STEP_TASK, TICK_TASK], log_path=self._log_folder / f"{name.replace('/', '_')}.log"
            )
            try:
                snapshot = await process.start()
            except LocationError as error:
                await self._note_failure(name, error)
                return
            self.loaded[name] = process
            await note_loaded(self._store, name, snapshot)
            self.changed.set()
            if process.ended is not None:
                await process.ended
            _log.error("the process of a code location ended; loading it again", location=name)
            self.loaded.pop(name, None)
            await process.stop()
            await self._store.clock.sleep(_RESTART_SECONDS)

    async def _note_failure(self, name: str, error: LocationError) -> None:
        """Keep the last good definitions in force, and say why there are no newer ones."""
        info = error.error if isinstance(error, LoadFailedError) else ErrorInfo(message=str(error))
        kept = {location.name: location for location in await self._store.read_async(catalog.read_locations)}
        location = kept.get(name, Location(name=name, status=LocationStatus.FAILED))
        failed = msgspec.structs.replace(location, status=LocationStatus.FAILED, error=info)
        payload = DefinitionsChanged(location=name, snapshot=failed.snapshot or "", assets=0)
        await _save(self._store, failed, [NewEvent(kind=EventKind.DEFINITIONS_CHANGED, payload=payload)])
        _log.error("definitions could not be loaded", location=name, reason=info.message)
        self.changed.set()

    async def _forget_others(self) -> None:
        """Drop what an earlier start served and this one does not."""
        names = list(self._targets)
        await self._store.write_async(
            Unit(effect=lambda connection, _events: catalog.forget_other_locations(connection, names))
        )


async def note_loaded(store: Store, name: str, snapshot: DefinitionsSnapshot) -> None:
    """Put a location's definitions into force; an event says so where they are others than before."""
    now = store.clock.now()
    digest = await store.write_async(
        Unit(effect=lambda connection, _events: catalog.save_snapshot(connection, snapshot, now))
    )
    known = {location.name: location for location in await store.read_async(catalog.read_locations)}.get(name)
    payload = DefinitionsChanged(location=name, snapshot=digest, assets=len(snapshot.assets))
    is_new = known is None or known.snapshot != digest or known.status is not LocationStatus.LOADED
    events = [NewEvent(kind=EventKind.DEFINITIONS_CHANGED, payload=payload)] if is_new else []
    await _save(store, Location(name=name, status=LocationStatus.LOADED, snapshot=digest, loaded_at=now), events)
    _log.info("definitions loaded", location=name, assets=len(snapshot.assets), sensors=len(snapshot.sensors))
    for warning in snapshot.warnings:
        _log.warning(warning, location=name)


async def _save(store: Store, location: Location, events: Sequence[NewEvent]) -> None:
    def keep(connection: Connection, _events: Sequence[Event]) -> None:
        catalog.save_location(connection, location)

    await store.write_async(Unit(events=events, effect=keep))
