"""Names that look like one that is not there, for messages."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(name: str, known: Iterable[str], *, most: int = 1, likeness: float = 0.6) -> list[str]:
    """The known names that look like another one, the most like it first.

    Args:
        name: What somebody wrote.
        known: What there is.
        most: How many of them at most.
        likeness: How alike they must be, from 0 to 1.
    """
    # Not before: most programs make no mistake.
    from difflib import get_close_matches

    return get_close_matches(name, list(known), n=most, cutoff=likeness)
