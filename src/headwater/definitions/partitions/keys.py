"""The keys that a partitions definition has at one moment."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, overload

from headwater.definitions.partitions.ordinals import Ordinals
from headwater.errors import UnknownPartitionError


class PartitionKeyRange(NamedTuple):
    """All partitions from one key to another, both included, in the order of their definition.

    Args:
        start: The first key.
        end: The last key.

    Example:
        >>> PartitionKeyRange("2026-01-01", "2026-01-31").end
        '2026-01-31'
    """

    start: str
    end: str


class PartitionKeys(Sequence[str]):
    """Partition keys in order, where a number and a key lead to each other without listing the others."""

    @abstractmethod
    def key_at(self, number: int) -> str:
        """The key with a number from 0 to `len` - 1."""

    @abstractmethod
    def number_of(self, key: str) -> int | None:
        """The number of a key; None if it is not one of them."""

    def all(self) -> Ordinals:
        """The numbers of all keys."""
        return Ordinals.span(0, len(self))

    def numbers(self, keys: Iterable[str]) -> Ordinals:
        """The numbers of some keys.

        Raises:
            UnknownPartitionError: one of them is not there.
        """
        return Ordinals(self.expect(key) for key in keys)

    def expect(self, key: str) -> int:
        """The number of a key that has to be there.

        Raises:
            UnknownPartitionError: it is not there.
        """
        number = self.number_of(key)
        if number is None:
            raise UnknownPartitionError(f"There is no partition {key!r}. {self.extent()}")
        return number

    def numbers_in(self, key_range: PartitionKeyRange) -> Ordinals:
        """The numbers of a range of keys.

        Raises:
            UnknownPartitionError: an end of it is not there, or the end comes before the start.
        """
        start, end = self.expect(key_range.start), self.expect(key_range.end)
        if end < start:
            raise UnknownPartitionError(
                f"The range of partitions ends at {key_range.end!r}, which comes before {key_range.start!r}; swap them."
            )
        return Ordinals.span(start, end + 1)

    def select(self, numbers: Iterable[int]) -> list[str]:
        """The keys with some numbers."""
        return [self.key_at(number) for number in numbers]

    def extent(self) -> str:
        """A sentence that says which keys there are."""
        if not len(self):
            return "There are no partitions yet."
        if len(self) <= 5:
            return f"There are {', '.join(repr(key) for key in self)}."
        return f"There are {len(self):,}, from {self.key_at(0)!r} to {self.key_at(len(self) - 1)!r}."

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self.number_of(key) is not None

    def __iter__(self) -> Iterator[str]:
        return (self.key_at(number) for number in range(len(self)))

    @overload
    def __getitem__(self, item: int) -> str: ...

    @overload
    def __getitem__(self, item: slice) -> list[str]: ...

    def __getitem__(self, item: int | slice) -> str | list[str]:
        if isinstance(item, slice):
            return self.select(range(*item.indices(len(self))))
        number = item + len(self) if item < 0 else item
        if not 0 <= number < len(self):
            raise IndexError(f"There is no partition number {item}; there are {len(self)}.")
        return self.key_at(number)

    def __repr__(self) -> str:
        return f"<partition keys: {self.extent()}>"


class ListedKeys(PartitionKeys):
    """Keys that are listed one by one.

    Args:
        keys: Each once.
    """

    def __init__(self, keys: Iterable[str]) -> None:
        self._keys = tuple(keys)
        self._numbers = {key: number for number, key in enumerate(self._keys)}

    def __len__(self) -> int:
        return len(self._keys)

    def key_at(self, number: int) -> str:
        """The key as listed."""
        return self._keys[number]

    def number_of(self, key: str) -> int | None:
        """Where the key stands in the list."""
        return self._numbers.get(key)
