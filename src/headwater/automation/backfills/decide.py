"""What a backfill requests next: upstream before downstream, partition by partition.

A partition is requested once all that it reads of the backfill is made. A failure stops what is below it and nothing
else. What can be finished goes before what can be begun, so that whole partitions are there early.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from headwater.automation.backfills.groups import RunGroup
from headwater.automation.backfills.state import NONE, BackfillState
from headwater.definitions.partitions import Ordinals
from headwater.graph.partition_links import PartitionLinks


class Wanted(msgspec.Struct, frozen=True):
    """One run to request."""

    location: str
    assets: tuple[str, ...]
    numbers: Ordinals
    """Which partitions of each: a range without gaps."""


class BackfillDecision(msgspec.Struct, frozen=True, kw_only=True):
    """Runs to request, and what can't be made because of failures upstream."""

    requests: tuple[Wanted, ...]
    blocked: dict[str, Ordinals]


def decide_backfill(state: BackfillState, room: int) -> BackfillDecision:
    """What to request now.

    Args:
        state: How far the backfill is.
        room: How many further runs may be under way.
    """
    flight = state.in_flight()
    blocked: dict[str, Ordinals] = {}
    ready = [_Ready(state, group, flight, blocked) for group in state.groups]
    requests: list[Wanted] = []
    for each in reversed(ready):
        for wanted in each.requests():
            if len(requests) >= room:
                break
            requests.append(wanted)
    return BackfillDecision(requests=tuple(requests), blocked=blocked)


class _Ready:
    """What of one group may be requested."""

    def __init__(
        self, state: BackfillState, group: RunGroup, flight: Mapping[str, Ordinals], blocked: dict[str, Ordinals]
    ) -> None:
        """Look, and note in `blocked` what of the group can't be made; the groups upstream have done so before."""
        self._group = group
        self._state = state
        for atom in group.atoms:
            dead = _below(state, group, atom, blocked)
            for key in atom:
                blocked[key] = dead & state.assets[key].target - state.assets[key].made
        self._todo = {
            key: _left(state, key) - blocked[key] - state.assets[key].failed - flight.get(key, NONE)
            for key in group.assets
        }
        self._waiting = NONE
        for up, down in group.reads:
            progress = state.assets[up]
            coming = progress.target - progress.made - progress.failed - progress.skipped - blocked.get(up, NONE)
            if coming:
                self._waiting |= state.links.concerned(up, coming, down) & self._todo[down]
        for up, down in group.inside:
            # Mostly they are made together; after a retry, one may be under way without the other.
            self._waiting |= flight.get(up, NONE) & self._todo[down]

    def requests(self) -> Iterator[Wanted]:
        """The runs that may begin, in the order of the partitions."""
        left = NONE
        for todo in self._todo.values():
            left |= todo
        while (first := left.first()) is not None:
            start, stop = self._group.batch_of(first)
            batch = left & Ordinals.span(start, stop)
            left -= batch
            if batch.isdisjoint(self._waiting) and not self._waits_for_its_past(batch):
                yield from self._divided(batch)

    def _waits_for_its_past(self, batch: Ordinals) -> bool:
        for key in self._group.past:
            progress = self._state.assets[key]
            earlier = self._state.links.read(key, batch, key).numbers & progress.target
            if earlier - progress.made - batch:
                return True
        return False

    def _divided(self, batch: Ordinals) -> Iterator[Wanted]:
        """One run for what has the same assets to make and no gap in it; a batch that nothing befell is one."""
        parts = [batch]
        for todo in self._todo.values():
            parts = [piece for part in parts for piece in (part & todo, part - todo) if piece]
        for part in parts:
            assets = tuple(key for key, todo in self._todo.items() if part <= todo)
            for start, stop in part.ranges():
                yield Wanted(self._group.location, assets, Ordinals.span(start, stop))


def _left(state: BackfillState, key: str) -> Ordinals:
    progress = state.assets[key]
    return progress.target - progress.made - progress.skipped


def _below(state: BackfillState, group: RunGroup, atom: tuple[str, ...], blocked: Mapping[str, Ordinals]) -> Ordinals:
    """The partitions of a function's assets that something failed or blocked is upstream of."""
    dead = NONE
    for up, down in (*group.reads, *group.inside):
        if down in atom:
            progress = state.assets[up]
            stopped = (progress.failed | progress.skipped | blocked.get(up, NONE)) - progress.made
            if stopped:
                dead |= state.links.concerned(up, stopped, down)
    for key in atom:
        if key in group.past:
            progress = state.assets[key]
            dead |= _after(state.links, key, (dead | progress.failed | progress.skipped) - progress.made)
    return dead


def _after(links: PartitionLinks, key: str, stopped: Ordinals) -> Ordinals:
    """All partitions that come after some of an asset that reads its own past."""
    reached, newest = NONE, stopped
    while newest:
        newest = links.concerned(key, newest, key) - reached - stopped
        reached |= newest
    return reached
