"""What conditions remember between evaluations.

Of `since`, when its trigger last held; of `newly_true`, what held; of a user's own condition, what it came to.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TypeAlias

import msgspec

from headwater.automation.conditions.state import NONE, moved
from headwater.definitions.partitions import Ordinals

Generations: TypeAlias = tuple[tuple[float, Ordinals], ...]
"""Places in the log, and the partitions whose trigger last held there and was not reset since.

A whole number is the `seq` of an event; a half comes between two events: something that time alone brought. It is
negative where the trigger held without anything new.
"""

Unit: TypeAlias = tuple[str, str, str]
"""An asset key, a check of the asset or '', and a node's id (with the key of its root where it depends on that)."""


class Answer(msgspec.Struct, frozen=True):
    """What a user's own condition came to when it was last evaluated, and what it leaves to its next evaluation."""

    holds: Ordinals = NONE
    cursor: str | None = None
    at: int | None = None
    """When that was, in microseconds; None before the first time."""
    error: str | None = None
    """Why it could not be evaluated since."""

    def is_alike(self, other: Answer) -> bool:
        """Whether another answer says the same, though perhaps of another moment."""
        return (self.holds, self.cursor, self.error) == (other.holds, other.cursor, other.error)


_NO_ANSWER = Answer()


class Memory:
    """The memory of all conditions. `changed` names the units whose memory is not kept yet."""

    def __init__(self, kept: Mapping[Unit, Generations | Answer] | None = None) -> None:
        self._kept: dict[Unit, Generations] = {}
        self._answers: dict[Unit, Answer] = {}
        for unit, value in (kept or {}).items():
            if isinstance(value, Answer):
                self._answers[unit] = value
            else:
                self._kept[unit] = value
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

    def answer(self, unit: Unit) -> Answer:
        """What a user's own condition last came to."""
        return self._answers.get(unit, _NO_ANSWER)

    def put_answer(self, unit: Unit, answer: Answer) -> None:
        """Remember what it came to now."""
        self._answers[unit] = answer
        self.changed.add(unit)

    def units(self, node_id: str, root_key: str) -> list[Unit]:
        """Those of a part that depends on whose condition it is in, for one asset."""
        name = f"{node_id}@{root_key}"
        return [unit for unit in self._kept if unit[2] == name]

    def items(self) -> Iterable[tuple[Unit, Generations | Answer]]:
        """Everything that is remembered."""
        yield from self._kept.items()
        yield from self._answers.items()

    def written(self) -> dict[Unit, bytes | None]:
        """What is not kept yet, for the store; None for what is forgotten."""
        found: dict[Unit, bytes | None] = {}
        for unit in self.changed:
            if unit in self._answers:
                found[unit] = _encode_answer(self._answers[unit])
            else:
                found[unit] = encode_generations(self._kept[unit]) if unit in self._kept else None
        return found

    def drop(self, asset_keys: Collection[str]) -> None:
        """Forget everything of some assets."""
        for kept in (self._kept, self._answers):
            for unit in [unit for unit in kept if unit[0] in asset_keys]:
                del kept[unit]
                self.changed.add(unit)

    def renumber(self, asset_keys: set[str], places: Sequence[int | None]) -> None:
        """Take over other numbers for the partitions of some assets."""
        for unit, generations in list(self._kept.items()):
            if unit[0] in asset_keys:
                self.put(unit, tuple((at, moved(numbers, places)) for at, numbers in generations))
        for unit, answer in list(self._answers.items()):
            if unit[0] in asset_keys:
                self.put_answer(unit, msgspec.structs.replace(answer, holds=moved(answer.holds, places)))


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


ANSWER = "answer "
"""What the third part of the unit of a user's own condition begins with."""


def decode_memory(rows: Mapping[Unit, bytes]) -> dict[Unit, Generations | Answer]:
    """What is remembered, from the store."""
    return {
        unit: _decode_answer(body) if unit[2].startswith(ANSWER) else decode_generations(body)
        for unit, body in rows.items()
    }


def _encode_answer(answer: Answer) -> bytes:
    return msgspec.msgpack.encode((answer.holds.to_bytes(), answer.cursor, answer.at, answer.error))


def _decode_answer(body: bytes) -> Answer:
    packed, cursor, at, error = msgspec.msgpack.decode(body, type=tuple[bytes, str | None, int | None, str | None])
    return Answer(Ordinals.from_bytes(packed), cursor, at, error)


def encode_generations(generations: Generations) -> bytes:
    """For the store."""
    return msgspec.msgpack.encode([(at, numbers.to_bytes()) for at, numbers in generations])


def decode_generations(body: bytes) -> Generations:
    """The inverse of `encode_generations`."""
    rows = msgspec.msgpack.decode(body, type=list[tuple[float, bytes]])
    return tuple((at, Ordinals.from_bytes(packed)) for at, packed in rows)
