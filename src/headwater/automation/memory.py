"""What conditions remember between evaluations: of `since`, when its trigger last held; of `newly_true`, what held."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

import msgspec

from headwater.automation.state import NONE, moved
from headwater.definitions.partitions import Ordinals

Generations: TypeAlias = tuple[tuple[float, Ordinals], ...]
"""Places in the log, and the partitions whose trigger last held there and was not reset since.

A whole number is the `seq` of an event; a half comes between two events: something that time alone brought. It is
negative where the trigger held without anything new.
"""

Unit: TypeAlias = tuple[str, str, str]
"""An asset key, a check of the asset or '', and a node's id (with the key of its root where it depends on that)."""


class Memory:
    """The memory of all conditions. `changed` names the units whose memory is not kept yet."""

    def __init__(self, kept: Mapping[Unit, Generations] | None = None) -> None:
        self._kept = dict(kept or {})
        self.changed: set[Unit] = set()
        self.moves = 0
        """How often something else was remembered than before."""

    def __contains__(self, unit: Unit) -> bool:
        return unit in self._kept

    def get(self, unit: Unit) -> Generations:
        """What a unit remembers."""
        return self._kept.get(unit, ())

    def put(self, unit: Unit, generations: Generations) -> None:
        """Remember something else, or for the first time."""
        if self._kept.get(unit) != generations or unit not in self._kept:
            self._kept[unit] = generations
            self.changed.add(unit)
            self.moves += 1

    def items(self) -> Iterable[tuple[Unit, Generations]]:
        """Everything that is remembered."""
        return self._kept.items()

    def drop(self, units: Iterable[Unit]) -> None:
        """Forget some units."""
        for unit in units:
            del self._kept[unit]
            self.changed.add(unit)

    def renumber(self, asset_keys: set[str], places: Sequence[int | None]) -> None:
        """Take over other numbers for the partitions of some assets."""
        for unit, generations in list(self._kept.items()):
            if unit[0] in asset_keys:
                self.put(unit, tuple((at, moved(numbers, places)) for at, numbers in generations))


def holding(generations: Generations) -> Ordinals:
    """The partitions that any of them is about."""
    found = NONE
    for _, numbers in generations:
        found |= numbers
    return found


KEYS: Unit = ("", "", "dynamic_partitions")
"""Under which the keys of dynamic partitions are kept beside what is remembered, which counts partitions by them."""


def encode_keys(keys: Mapping[str, Sequence[str]]) -> bytes:
    """The keys of dynamic partitions by their name, for the store."""
    return msgspec.msgpack.encode(keys)


def decode_keys(body: bytes) -> dict[str, list[str]]:
    """The inverse of `encode_keys`."""
    return msgspec.msgpack.decode(body, type=dict[str, list[str]])


def encode_generations(generations: Generations) -> bytes:
    """For the store."""
    return msgspec.msgpack.encode([(at, numbers.to_bytes()) for at, numbers in generations])


def decode_generations(body: bytes) -> Generations:
    """The inverse of `encode_generations`."""
    rows = msgspec.msgpack.decode(body, type=list[tuple[float, bytes]])
    return tuple((at, Ordinals.from_bytes(packed)) for at, packed in rows)
