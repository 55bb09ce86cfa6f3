"""Sets of partitions by their number, small and quick for a million of them."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator

_ONES = re.compile("1+")
_FIRST_ALONE = ((0, 1),)


class Ordinals:
    """An immutable set of numbers from 0 on: which of an asset's partitions.

    It is kept as the bits of one integer, so that union, intersection and difference are single operations on machine
    words. Packed, a million numbers that form a few ranges take some hundred bytes.

    Args:
        numbers: What belongs to it, in any order.

    Raises:
        ValueError: a number is negative.

    Example:
        >>> done = Ordinals.from_ranges([(0, 3), (5, 6)])
        >>> list(done), len(done), 4 in done
        ([0, 1, 2, 5], 4, False)
        >>> list((Ordinals.span(0, 6) - done).ranges())
        [(3, 5)]
    """

    __slots__ = ("_bits",)

    def __init__(self, numbers: Iterable[int] = ()) -> None:
        ordered = sorted(set(numbers))
        if ordered and ordered[0] < 0:
            raise ValueError(f"A partition's number is 0 or more, but got {ordered[0]}.")
        octets = bytearray(ordered[-1] // 8 + 1) if ordered else bytearray()
        for number in ordered:
            octets[number >> 3] |= 1 << (number & 7)
        self._bits = int.from_bytes(octets, "little")

    @classmethod
    def _of_bits(cls, bits: int) -> Ordinals:
        made = cls.__new__(cls)
        made._bits = bits
        return made

    @classmethod
    def span(cls, start: int, stop: int) -> Ordinals:
        """The numbers from `start` up to, without, `stop`."""
        return cls._of_bits((1 << stop) - (1 << start) if stop > start else 0)

    @classmethod
    def from_ranges(cls, ranges: Iterable[tuple[int, int]]) -> Ordinals:
        """The union of half-open ranges."""
        digits: list[str] = []
        reached = 0
        for start, stop in sorted(ranges):
            # One pass over the digits, because each operation on the integer would take as long.
            begin = max(start, reached)
            if stop > begin:
                digits.append("0" * (begin - reached))
                digits.append("1" * (stop - begin))
                reached = stop
        return cls._of_bits(int("".join(digits)[::-1], 2) if digits else 0)

    @classmethod
    def from_bytes(cls, packed: bytes) -> Ordinals:
        """The inverse of `to_bytes`."""
        return cls._of_bits(int.from_bytes(zlib.decompress(packed), "little")) if packed else cls()

    @classmethod
    def from_marks(cls, marks: bytes | bytearray, mark: int) -> Ordinals:
        """The places, from 0 on, at which a mark stands among others.

        >>> list(Ordinals.from_marks(b"x-xx", ord("x")))
        [0, 2, 3]
        """
        digits = bytes(b"1"[0] if each == mark else b"0"[0] for each in range(256))
        return cls._of_bits(int(marks[::-1].translate(digits), 2)) if marks else cls()

    def to_bytes(self) -> bytes:
        """The set, packed for storage; an empty set is empty."""
        if not self._bits:
            return b""
        return zlib.compress(self._bits.to_bytes((self._bits.bit_length() + 7) // 8, "little"), 1)

    def ranges(self) -> tuple[tuple[int, int], ...]:
        """The half-open ranges that make it up, in order, as few as possible."""
        bits = self._bits
        if not bits:
            return ()
        if bits == 1:  # all there is of an asset without partitions
            return _FIRST_ALONE
        first = (bits & -bits).bit_length() - 1
        run = bits >> first
        if not run & (run + 1):
            return ((first, first + run.bit_length()),)
        return tuple([match.span() for match in _ONES.finditer(format(bits, "b")[::-1])])

    def first(self) -> int | None:
        """The smallest number, None for an empty set."""
        return (self._bits & -self._bits).bit_length() - 1 if self._bits else None

    def last(self) -> int | None:
        """The largest number, None for an empty set."""
        return self._bits.bit_length() - 1 if self._bits else None

    def with_number(self, number: int) -> Ordinals:
        """This set and one more number."""
        return Ordinals._of_bits(self._bits | 1 << number)

    def without_number(self, number: int) -> Ordinals:
        """This set without one number."""
        return Ordinals._of_bits(self._bits & ~(1 << number))

    def shifted(self, by: int) -> Ordinals:
        """Each number plus `by`; those that would be negative are dropped."""
        return Ordinals._of_bits(self._bits << by if by >= 0 else self._bits >> -by)

    def rows(self, width: int) -> Iterator[tuple[Ordinals, Ordinals]]:
        """The set as a table of rows with `width` numbers: each distinct row that is not empty, after where it stands.

        Args:
            width: How many numbers a row has, 1 or more.
        """
        last = self.last()
        if last is None:
            return
        if last == self.first():
            place, number = divmod(last, width)
            yield Ordinals.span(place, place + 1), Ordinals.span(number, number + 1)
            return
        digits = format(self._bits, "b")[::-1]
        places: dict[str, list[int]] = {}
        for place in range(last // width + 1):
            row = digits[place * width : (place + 1) * width].rstrip("0")
            if row:
                places.setdefault(row, []).append(place)
        for row, found in places.items():
            yield Ordinals(found), Ordinals._of_bits(int(row[::-1], 2))

    def in_rows(self, places: Ordinals, width: int) -> Ordinals:
        """The inverse of `rows` for one row: the numbers of this set, all below `width`, in the rows at some places."""
        if not self or not places:
            return Ordinals()
        row, empty = format(self._bits, "b").zfill(width), "0" * width
        return Ordinals._of_bits(int("".join(row if digit == "1" else empty for digit in format(places._bits, "b")), 2))

    def isdisjoint(self, other: Ordinals) -> bool:
        """Whether no number is in both."""
        return not self._bits & other._bits

    # Most of what conditions join is alike. What comes to this set again is this set: quicker than to make another one.

    def __or__(self, other: Ordinals) -> Ordinals:
        bits = self._bits | other._bits
        return self if bits == self._bits else Ordinals._of_bits(bits)

    def __and__(self, other: Ordinals) -> Ordinals:
        bits = self._bits & other._bits
        return self if bits == self._bits else Ordinals._of_bits(bits)

    def __sub__(self, other: Ordinals) -> Ordinals:
        bits = self._bits & ~other._bits
        return self if bits == self._bits else Ordinals._of_bits(bits)

    def __xor__(self, other: Ordinals) -> Ordinals:
        return Ordinals._of_bits(self._bits ^ other._bits)

    def __le__(self, other: Ordinals) -> bool:
        return not self._bits & ~other._bits

    def __contains__(self, number: int) -> bool:
        return number >= 0 and bool(self._bits >> number & 1)

    def __iter__(self) -> Iterator[int]:
        for start, stop in self.ranges():
            yield from range(start, stop)

    def __len__(self) -> int:
        return self._bits.bit_count()

    def __bool__(self) -> bool:
        return bool(self._bits)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ordinals) and self._bits == other._bits

    def __hash__(self) -> int:
        return hash(self._bits)

    def __repr__(self) -> str:
        return f"Ordinals.from_ranges({list(self.ranges())!r})"
