"""Refusals on their way to the audit log: the first of each sort is entered at once, the others are counted.

Whoever is refused a thousand times a second must not fill the disk, nor hide a single other refusal. Pure.
"""

from __future__ import annotations

import msgspec

from headwater.clock import MICROSECONDS
from headwater.records.access.audit import Note

WINDOW_SECONDS = 60
MOST_SORTS = 20
"""So many sorts of refusal are told apart in a window; further ones are counted together."""


class _Count(msgspec.Struct):
    """How often a sort came after its first."""

    note: Note
    times: int = 0


class Refusals:
    """The sorts of the current window, by who and why."""

    def __init__(self) -> None:
        self._began: int | None = None
        self._sorts: dict[tuple[str, str], _Count] = {}
        self._others = 0

    def take(self, note: Note, now: int) -> Note | None:
        """Count a refusal.

        Args:
            note: Who was refused what; `actor` and `detail` make its sort.
            now: The time, in microseconds.

        Returns:
            What is to be entered at once, if anything.
        """
        if self._began is None:
            self._began = now
        sort = (note.actor, note.detail)
        if sort in self._sorts:
            self._sorts[sort].times += 1
            return None
        if len(self._sorts) >= MOST_SORTS:
            self._others += 1
            return None
        self._sorts[sort] = _Count(note)
        return note

    def close_window(self, now: int, *, early: bool = False) -> list[Note]:
        """What is to be entered as a window ends; nothing before.

        Args:
            now: The time, in microseconds.
            early: End it now, because the server stops.
        """
        if self._began is None or (not early and now - self._began < WINDOW_SECONDS * MICROSECONDS):
            return []
        notes = [
            msgspec.structs.replace(each.note, detail=f"{each.note.detail} (again, {each.times:,} times in a minute)")
            for each in self._sorts.values()
            if each.times
        ]
        if self._others:
            text = f"{self._others:,} further requests of other senders"
            notes.append(Note(actor="anyone", action="request", outcome="refused", detail=text))
        self._began, self._sorts, self._others = None, {}, 0
        return notes
