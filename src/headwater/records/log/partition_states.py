"""How a partition stands, and the states of all partitions of an asset as two packed columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

import msgspec

from headwater.definitions.partitions.ordinals import Ordinals
from headwater.records.log.events import EventKind

PAGE = 1_024
"""Partitions whose states are kept together."""


class PartitionStatus(StrEnum):
    """One letter for each, as it is kept. A partition that only was observed is missing."""

    MATERIALIZED = "m"
    FAILED = "f"
    IN_PROGRESS = "p"
    MISSING = "-"


_OURS = (EventKind.STEP_FAILED, EventKind.RUN_FAILED)
_THEIRS = (EventKind.EXTERNAL_FAILED, EventKind.EXTERNAL_SKIPPED)
_BEGUN = (EventKind.EXTERNAL_STARTED, EventKind.EXTERNAL_PROGRESSING)
TELLING = frozenset({EventKind.MATERIALIZATION, *_OURS, *_THEIRS, *_BEGUN})
"""The kinds of events that say how a partition stands."""

Place = tuple[int, int]
"""(`timestamp`, `seq`) of an event."""


def judge_partition(newest: Mapping[EventKind, Place]) -> PartitionStatus:
    """How a partition stands by its newest event of each kind; whatever order they came in, it stands the same.

    Runs here fail in the order of the log. What other systems tell goes by when it happened. Runs here that are under
    way are rows of their own, and not looked at.
    """
    made = newest.get(EventKind.MATERIALIZATION)
    if any(made is None or newest[kind][1] > made[1] for kind in _OURS if kind in newest):
        return PartitionStatus.FAILED
    told = [(made, PartitionStatus.MATERIALIZED)] if made is not None else []
    told += [(newest[kind], PartitionStatus.IN_PROGRESS) for kind in _BEGUN if kind in newest]
    told += [(newest[EventKind.EXTERNAL_FAILED], PartitionStatus.FAILED)] if EventKind.EXTERNAL_FAILED in newest else []
    skipped = newest.get(EventKind.EXTERNAL_SKIPPED)
    if skipped is not None and told and max(told)[0] < skipped and max(told)[1] is PartitionStatus.IN_PROGRESS:
        # A run elsewhere that made nothing leaves the partition as it was.
        told = [each for each in told if each[1] is not PartitionStatus.IN_PROGRESS]
    return max(told)[1] if told else PartitionStatus.MISSING


class PartitionStates(msgspec.Struct, frozen=True):
    """The partitions of an asset that the log ever told of, in the order in which it did.

    `packed` holds their keys as the inside of a JSON array, with a comma after each; `states` a letter for each.
    """

    packed: str
    states: str

    def names(self) -> list[str]:
        """The keys."""
        return msgspec.json.decode(f"[{self.packed[:-1]}]", type=list[str])

    def statuses(self) -> list[PartitionStatus]:
        """How each stands, in the order of the keys."""
        return [PartitionStatus(letter) for letter in self.states]

    def by_status(self, places: Sequence[int | None], total: int) -> dict[PartitionStatus, Ordinals]:
        """The numbers of an asset's partitions by how they stand.

        Args:
            places: The number of each of `names()` in the definition, None for one that is none of its own.
            total: How many partitions the definition has; those that nobody told of are missing.
        """
        letters = bytearray(PartitionStatus.MISSING.value.encode() * total)
        for place, letter in zip(places, self.states.encode(), strict=True):
            if place is not None:
                letters[place] = letter
        return {status: Ordinals.from_marks(letters, ord(status.value)) for status in PartitionStatus}


def pack_key(key: str) -> str:
    """A key as `PartitionStates.packed` has it."""
    return f"{msgspec.json.encode(key).decode()},"
