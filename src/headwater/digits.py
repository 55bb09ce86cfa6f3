"""Numbers that come as text, from addresses, headers and cursors."""

from __future__ import annotations

_MOST_DIGITS = 18
"""So many always fit a column of 64 bits."""


def whole_number(text: str) -> int | None:
    """The number that some digits write; None where it is anything else.

    `str.isdigit` is true of a superscript two too, of which `int` makes no number; and numbers without end fit nowhere.
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None
