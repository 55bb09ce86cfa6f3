"""A deployment's audit log as the server writes it: changes before they happen, refusals without being flooded."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog

from headwater.errors import NotAllowedError, ReportRejectedError, StoreError
from headwater.records.access.audit import Note
from headwater.records.access.refusals import Refusals
from headwater.storage.access import audit
from headwater.storage.log.writer import Unit
from headwater.storage.store import Store

_LOOK_SECONDS = 5.0
_MOST_CHARACTERS = 200
_log = structlog.get_logger(__name__)


class AuditTrail:
    """Enters what happens; an entry of a refusal never holds up the answer."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._refusals = Refusals()
        self._entering: set[asyncio.Task[None]] = set()

    async def enter(self, *notes: Note) -> None:
        """Enter notes; they are on disk once this returns."""
        await self._store.write_async(self._unit(notes))

    def refuse(self, actor: str, action: str, target: str, reason: str) -> None:
        """Note that somebody was refused something.

        Args:
            actor: Who, as far as that is known.
            action: What was tried.
            target: On what.
            reason: Why not, in a few words that are the same for all refusals of a sort.
        """
        note = Note(actor=_cut(actor), action=_cut(action), target=_cut(target), outcome="refused", detail=_cut(reason))
        if (now := self._refusals.take(note, self._store.clock.now())) is not None:
            task = asyncio.get_running_loop().create_task(self._enter_refusals([now]))
            self._entering.add(task)
            task.add_done_callback(self._entering.discard)

    async def keep_up(self) -> None:
        """Enter how often refusals came again, until cancelled."""
        try:
            while True:
                await self._store.clock.sleep(_LOOK_SECONDS)
                await self._enter_refusals(self._refusals.close_window(self._store.clock.now()))
        finally:
            if notes := self._refusals.close_window(self._store.clock.now(), early=True):
                self._store.write(self._unit(notes))

    async def _enter_refusals(self, notes: Sequence[Note]) -> None:
        if not notes:
            return
        try:
            await self.enter(*notes)
        except StoreError as error:
            _log.warning("refusals could not be entered into the audit log", count=len(notes), reason=str(error))

    def _unit(self, notes: Sequence[Note]) -> Unit[None]:
        now = self._store.clock.now()
        return Unit(effect=lambda connection, _events: audit.enter(connection, now, *notes))


def reason_of_report(error: ReportRejectedError | NotAllowedError) -> str:
    """Why a report was refused, in words that are the same for all refusals of a sort."""
    return "not allowed" if isinstance(error, NotAllowedError) else "rejected by a rule for reports"


def _cut(text: str) -> str:
    """A sender's text, short and without what a terminal would obey."""
    shown = "".join(character if character.isprintable() else "�" for character in text[:_MOST_CHARACTERS])
    return shown.encode("utf-8", "replace").decode()
