"""Who is due when: a heap in which each name stands once."""

from __future__ import annotations

import heapq


class Deadlines:
    """Names with the moment at which each is due; the soonest is always at hand."""

    def __init__(self) -> None:
        self._due: dict[str, int] = {}
        self._heap: list[tuple[int, str]] = []

    def set(self, name: str, due: int | None) -> None:
        """Let a name be due at a moment in place of an earlier one; None for never."""
        if due is None:
            self._due.pop(name, None)
            return
        if self._due.get(name) != due:
            self._due[name] = due
            heapq.heappush(self._heap, (due, name))

    def soonest(self) -> int | None:
        """When the next name is due."""
        while self._heap and self._due.get(self._heap[0][1]) != self._heap[0][0]:
            # Was moved since.
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def pop_due(self, now: int) -> list[tuple[str, int]]:
        """Take out whoever is due by now, with the moment of each, the soonest first."""
        due: list[tuple[str, int]] = []
        while (soonest := self.soonest()) is not None and soonest <= now:
            _, name = heapq.heappop(self._heap)
            del self._due[name]
            due.append((name, soonest))
        return due

    def clear(self) -> None:
        """Nobody is due any more."""
        self._due.clear()
        self._heap.clear()
