"""This engine's lease, and its share of the work that it does together with others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress

import structlog
from sqlalchemy.engine import Connection

from headwater.records.automation.leases import Lease, holder_of
from headwater.records.log.events import Event
from headwater.storage.automation import leases
from headwater.storage.log.writer import Unit
from headwater.storage.runs.owners import is_surely_gone
from headwater.storage.store import Store

BEAT_SECONDS = 1.0
LEASE_SECONDS = 4.0
"""How long an engine counts as alive after the last beat that was seen of it."""
_ALONE_BEAT_SECONDS = 15.0
_FORGET_SECONDS = 60.0
_log = structlog.get_logger(__name__)


class Shares:
    """Renews the lease, watches those of others, and says which work is whose."""

    def __init__(
        self, store: Store, owner: str, locations: Collection[str], on_change: Callable[[], None], *, alone: bool
    ) -> None:
        """Prepare.

        Args:
            store: Where the leases are.
            owner: This engine's name.
            locations: What it has loaded; may change while it works.
            on_change: Called when work may have come to this engine or left it.
            alone: Whether something else sees to it that there is no other engine.
        """
        self._store = store
        self._owner = owner
        self._locations = locations
        self._on_change = on_change
        self._alone = alone
        self._started_at = store.clock.now()
        self._beat = 0
        self._renewed: float | None = None
        self._others: dict[str, tuple[Lease, float]] = {}
        """What was last seen of each, and when its beat last changed by this engine's monotonic clock."""
        self._alive: set[tuple[str, tuple[str, ...]]] = set()
        self._works_from: dict[str | None, float] = {}
        """By location, or None for what needs none, since when the others know that this engine does such work."""
        self._told: tuple[str, ...] = ()
        self._loaded_more = asyncio.Event()

    async def run(self) -> None:
        """Beat until cancelled, and give the lease up then."""
        try:
            while True:
                self._loaded_more.clear()
                await self._renew()
                with suppress(TimeoutError):
                    async with asyncio.timeout(_ALONE_BEAT_SECONDS if self._alone else BEAT_SECONDS):
                        await self._loaded_more.wait()
        finally:
            self._renewed = None
            give_up = Unit(effect=lambda connection, _events: leases.give_up(connection, self._owner))
            await asyncio.shield(self._store.write_async(give_up))

    def note_locations(self) -> None:
        """Let others know at once if this engine has loaded other code locations than before."""
        if tuple(sorted(self._locations)) != self._told:
            self._loaded_more.set()

    def is_mine(self, work: str, location: str | None = None) -> bool:
        """Whether a piece of work is this engine's to do now.

        Args:
            work: Its name.
            location: The code location that it needs, if it needs one.
        """
        if self._alone:
            return self._renewed is not None
        now = self._store.clock.monotonic()
        if self._renewed is None or now - self._renewed > LEASE_SECONDS:
            # Others take over what this engine can't show to be alive for.
            return False
        if location not in self._works_from or now < self._works_from[location]:
            return False
        able = [
            owner
            for owner, (lease, seen) in self._others.items()
            if now - seen <= LEASE_SECONDS and (location is None or location in lease.locations)
        ]
        return holder_of(work, [*able, self._owner]) == self._owner

    async def _renew(self) -> None:
        self._beat += 1
        began = self._store.clock.monotonic()
        mine = Lease(
            owner=self._owner,
            beat=self._beat,
            started_at=self._started_at,
            renewed_at=self._store.clock.now(),
            locations=tuple(sorted(self._locations)),
        )

        def renew(connection: Connection, _events: Sequence[Event]) -> list[Lease]:
            leases.renew(connection, mine)
            others = [lease for lease in leases.read(connection) if lease.owner != self._owner]
            for gone in [lease for lease in others if self._is_gone(lease)]:
                leases.give_up(connection, gone.owner)
                others.remove(gone)
            return others

        others = await self._store.write_async(Unit(effect=renew))
        self._renewed = began
        self._told = mine.locations
        self._take_note(others)

    def _is_gone(self, lease: Lease) -> bool:
        seen = self._others.get(lease.owner)
        silent = seen is not None and seen[0].beat == lease.beat and self._store.clock.monotonic() - seen[1]
        return silent > _FORGET_SECONDS or is_surely_gone(lease.owner, self._owner)

    def _take_note(self, others: Sequence[Lease]) -> None:
        now = self._store.clock.monotonic()
        known, self._others = self._others, {}
        for lease in others:
            seen = known.get(lease.owner)
            is_same = seen is not None and seen[0].beat == lease.beat
            self._others[lease.owner] = (lease, seen[1] if is_same and seen is not None else now)
        able = (None, *self._told)
        self._works_from = {name: moment for name, moment in self._works_from.items() if name in able}
        added = [name for name in able if name not in self._works_from]
        if added:
            # Whoever is at work already hears of it by its next beat, and leaves this engine its share.
            wait = BEAT_SECONDS * 1.5 if others else 0.0
            self._works_from.update(dict.fromkeys(added, now + wait))
            asyncio.get_running_loop().call_later(wait, self._on_change)
        alive = {
            (owner, lease.locations) for owner, (lease, seen) in self._others.items() if now - seen <= LEASE_SECONDS
        }
        if alive != self._alive:
            self._alive = alive
            _log.info("engines at work", engines=1 + len(alive))
            self._on_change()
