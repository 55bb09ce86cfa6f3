"""Lines from pieces of bytes, however long and however cut."""

from __future__ import annotations

from collections.abc import Callable

_MOST_BYTES = 16 << 20


class LineSplitter:
    r"""Passes on each whole line as text. Of a line beyond 16 MiB the beginning is passed on, and the rest dropped.

    Example:
        >>> seen = []
        >>> lines = LineSplitter(seen.append)
        >>> lines.feed(b"one\ntw")
        >>> lines.feed(b"o\nthree")
        >>> lines.end()
        >>> seen
        ['one', 'two', 'three']
    """

    def __init__(self, on_line: Callable[[str], object]) -> None:
        self._on_line = on_line
        self._rest = bytearray()

    def feed(self, piece: bytes) -> None:
        """Take the next piece."""
        *whole, rest = piece.split(b"\n")
        for part in whole:
            self._add(part)
            self._pass_on()
        self._add(rest)

    def end(self) -> None:
        """Pass on what has no end of line."""
        if self._rest:
            self._pass_on()

    def _add(self, part: bytes) -> None:
        room = _MOST_BYTES - len(self._rest)
        self._rest += part[:room]

    def _pass_on(self) -> None:
        line = bytes(self._rest)
        self._rest.clear()
        self._on_line(line.decode("utf-8", errors="replace").rstrip("\r"))
