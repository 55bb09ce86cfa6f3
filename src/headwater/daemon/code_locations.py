"""Keep code locations loaded, and the store informed of what they define."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import structlog
from sqlalchemy.engine import Connection

from headwater.automation.conditions.custom_asker import CUSTOM_TASK
from headwater.automation.ticks.evaluation import TICK_TASK
from headwater.clock import to_seconds
from headwater.definitions.snapshot import DefinitionsSnapshot
from headwater.errors import LocationError, StoreUnavailableError
from headwater.execution.steps.messages import STEP_TASK
from headwater.location.code.watch import FileWatch
from headwater.location.loaders import AnyLoader, loader_of
from headwater.location.sources.source import LocationSource
from headwater.location.supervision.loading import LoadFailedError
from headwater.location.supervision.process import LocationProcess
from headwater.records.catalog.locations import Location, LocationStatus
from headwater.records.log.events import DefinitionsChanged, ErrorInfo, Event, EventKind, NewEvent
from headwater.storage.automation import leases
from headwater.storage.catalog import definitions as catalog
from headwater.storage.log.writer import Unit
from headwater.storage.store import Store

TASKS = (STEP_TASK, TICK_TASK, CUSTOM_TASK)
"""What workers are called with."""
_RESTART_SECONDS = 2.0
_LOOK_SECONDS = 30.0
_RECONNECT_SECONDS = 3.0
_log = structlog.get_logger(__name__)


class CodeLocations:
    """The processes with user code, by location name."""

    def __init__(self, store: Store, sources: Sequence[LocationSource], log_folder: Path, *, watches: bool) -> None:
        """Prepare.

        Args:
            store: Where definitions are kept.
            sources: What to load.
            log_folder: Where the processes' own output goes.
            watches: Whether a saved file is loaded at once.
        """
        self._store = store
        self._sources = sources
        self._log_folder = log_folder
        self._watches = watches
        self._kept = {source.name: _KeptLocation(self, source) for source in sources}
        self.loaded: dict[str, LocationProcess] = {}
        self.changed = asyncio.Event()
        """Set whenever a location was loaded, or could not be."""
        self._doubted: dict[str, str] = {}
        """What was told of the load that is under way."""
        self.unsettled = {source.name for source in sources}
        """Those that have neither been loaded yet nor failed to."""

    async def run(self) -> None:
        """Load every location, and again whenever its process is gone or its files change, until cancelled."""
        await self._forget_others()
        async with asyncio.TaskGroup() as group:
            for kept in self._kept.values():
                group.create_task(kept.run())

    def reload(self, name: str) -> None:
        """Load a location's files as they are now; one that is not served here is somebody else's."""
        if name in self._kept:
            self._kept[name].wanted.set()

    def watch(self, source: LocationSource) -> FileWatch | None:
        """What notices changed files, if anything shall; files elsewhere can't be watched."""
        return FileWatch() if self._watches and source.address is None else None

    def loader(self, source: LocationSource) -> AnyLoader:
        """What loads a location."""
        log_path = self._log_folder / f"{source.name.replace('/', '_')}.log"
        doubt = partial(self._note_doubt, source.name)
        return loader_of(source, tasks=TASKS, log_path=log_path, rereads=self._watches, on_doubt=doubt)

    async def note_loaded(self, name: str, process: LocationProcess) -> None:
        """A location's new process takes over from the last one."""
        # What is new can't be asked for before the store knows it, so the process comes first.
        is_new = name in self.loaded
        self.loaded[name] = process
        self._doubted.pop(name, None)
        await note_loaded(self._store, name, process.snapshot, is_new=is_new)
        self.unsettled.discard(name)
        self.changed.set()

    async def note_failure(self, name: str, error: LocationError) -> None:
        """Keep the last good definitions in force, and say why there are no newer ones."""
        info = error.error if isinstance(error, LoadFailedError) else ErrorInfo(message=str(error))
        if self._doubted.pop(name, None) == info.message:
            return  # It is told already, and a new interpreter has confirmed it.
        kept = {location.name: location for location in await self._store.read_async(catalog.read_locations)}
        location = kept.get(name, Location(name=name, status=LocationStatus.FAILED))
        failed = msgspec.structs.replace(location, status=LocationStatus.FAILED, error=info)
        payload = DefinitionsChanged(location=name, snapshot=failed.snapshot or "", assets=0, error=info)
        await _save(self._store, failed, [NewEvent(kind=EventKind.DEFINITIONS_CHANGED, payload=payload)])
        _log.error("definitions could not be loaded", location=name, reason=info.message)
        self.unsettled.discard(name)
        self.changed.set()

    async def _note_doubt(self, name: str, error: LoadFailedError) -> None:
        """Tell of an error at once that a new interpreter, which takes a while to start, most likely has as well."""
        await self.note_failure(name, error)
        self._doubted[name] = error.error.message

    def now_seconds(self) -> float:
        """The time as files have it."""
        return to_seconds(self._store.clock.now())

    async def rest(self) -> None:
        """Let a moment pass before a process that ended is started again."""
        await self._store.clock.sleep(_RESTART_SECONDS)

    async def _forget_others(self) -> None:
        """Drop what an earlier start served, and neither this one nor another engine does; an event of each says so."""

        def look(connection: Connection) -> list[str]:
            others = {name for lease in leases.read(connection) for name in lease.locations}
            served = others | {source.name for source in self._sources}
            return [location.name for location in catalog.read_locations(connection) if location.name not in served]

        gone = await self._store.read_async(look)
        events = [
            NewEvent(
                kind=EventKind.DEFINITIONS_CHANGED, payload=DefinitionsChanged(location=name, snapshot="", assets=0)
            )
            for name in gone
        ]

        def forget(connection: Connection, _events: Sequence[Event]) -> None:
            catalog.forget_locations(connection, gone)

        if gone:
            await self._store.write_async(Unit(events=events, effect=forget))


class _KeptLocation:
    """One location: its loader, its process in force, and earlier ones with runs under way."""

    def __init__(self, locations: CodeLocations, source: LocationSource) -> None:
        self._locations = locations
        self._source = source
        self._loader = locations.loader(source)
        self._watch = locations.watch(source)
        self._retiring: dict[asyncio.Task[None], LocationProcess] = {}
        self.wanted = self._watch.changed if self._watch is not None else asyncio.Event()
        """Set when its files changed, or somebody asks for it to be loaded."""

    async def run(self) -> None:
        """Keep it loaded until cancelled."""
        try:
            while True:
                self.wanted.clear()
                try:
                    await self._load()
                except StoreUnavailableError as unavailable:
                    _log.error("a location waits for the database", location=self._source.name, reason=str(unavailable))
                    await self._locations.rest()
                else:
                    await self._wait_for_reason()
        finally:
            await self._end()

    async def _load(self) -> None:
        name, began = self._source.name, self._locations.now_seconds()
        last = self._locations.loaded.get(name)
        try:
            process = await self._loader.load()
        except LocationError as error:
            files = [*(last.files if last else ()), *getattr(error, "files", ())]
            await self._locations.note_failure(name, error)
        else:
            files = process.files
            await self._locations.note_loaded(name, process)
            if last is not None:
                self._retire(last)
        if self._watch is not None:
            own = [self._source.target] if self._source.target.endswith(".py") else []
            self._watch.follow([*files, *own], since=began)

    async def _wait_for_reason(self) -> None:
        """Wait until the location must be loaded again: on demand, or because its process is gone or bloated."""
        name = self._source.name
        while not self.wanted.is_set():
            process = self._locations.loaded.get(name)
            if process is not None and process.ended.done():
                _log.error("the process of a code location ended; loading it again", location=name)
                self._locations.loaded.pop(name)
                await process.stop()
                await self._locations.rest()
                return
            if process is not None and process.has_grown:
                _log.warning("the process of a code location takes more and more memory; replacing it", location=name)
                return
            wanted = asyncio.ensure_future(self.wanted.wait())
            waiting: set[asyncio.Future[Any]] = {wanted} if process is None else {wanted, process.ended}
            patience = _LOOK_SECONDS if self._source.address is None else _RECONNECT_SECONDS
            done, _ = await asyncio.wait(waiting, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
            wanted.cancel()
            if not done and process is None and self._watch is None:
                # Nobody saves files here, but what it could not reach as it was loaded may be there by now.
                return

    def _retire(self, process: LocationProcess) -> None:
        task = asyncio.create_task(process.retire())
        self._retiring[task] = process
        task.add_done_callback(lambda ended: self._retiring.pop(ended, None))

    async def _end(self) -> None:
        current = self._locations.loaded.pop(self._source.name, None)
        processes = [*self._retiring.values(), *([current] if current is not None else [])]
        for task in list(self._retiring):
            task.cancel()
        if self._watch is not None:
            await self._watch.stop()
        await asyncio.gather(*(process.stop() for process in processes))
        await self._loader.stop()


async def note_loaded(store: Store, name: str, snapshot: DefinitionsSnapshot, *, is_new: bool = False) -> None:
    """Put a location's definitions into force; an event says so where they are others than before.

    Args:
        store: Where they are kept.
        name: The location's.
        snapshot: What it defines.
        is_new: Whether its code may be another one although it defines the same.
    """
    now = store.clock.now()
    digest = await store.write_async(
        Unit(effect=lambda connection, _events: catalog.save_snapshot(connection, snapshot, now))
    )
    known = {location.name: location for location in await store.read_async(catalog.read_locations)}.get(name)
    payload = DefinitionsChanged(location=name, snapshot=digest, assets=len(snapshot.assets))
    is_new = is_new or known is None or known.snapshot != digest or known.status is not LocationStatus.LOADED
    events = [NewEvent(kind=EventKind.DEFINITIONS_CHANGED, payload=payload)] if is_new else []
    await _save(store, Location(name=name, status=LocationStatus.LOADED, snapshot=digest, loaded_at=now), events)
    _log.info("definitions loaded", location=name, assets=len(snapshot.assets), sensors=len(snapshot.sensors))
    for warning in snapshot.warnings:
        _log.warning(warning, location=name)


async def _save(store: Store, location: Location, events: Sequence[NewEvent]) -> None:
    def keep(connection: Connection, _events: Sequence[Event]) -> None:
        catalog.save_location(connection, location)

    await store.write_async(Unit(events=events, effect=keep))
