"""Names that look like one that is not there, for messages."""

from __future__ import annotations

from collections.abc import Iterable

_MOST_COMPARED = 1_000


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

    return get_close_matches(name, _likely(name, list(known)), n=most, cutoff=likeness)


def _likely(name: str, known: list[str]) -> list[str]:
    """Of very many names those that begin or end most as it does: to compare it with all takes seconds."""
    if len(known) <= _MOST_COMPARED:
        return known
    likely: dict[str, None] = {}
    for is_alike, pieces in (
        (str.startswith, (name[:length] for length in range(1, len(name) + 1))),
        (str.endswith, (name[-length:] for length in range(1, len(name) + 1))),
    ):
        alike: list[str] = []
        for piece in pieces:
            narrower = [each for each in alike or known if is_alike(each, piece)]
            if not narrower:
                break
            alike = narrower
            if len(alike) <= _MOST_COMPARED:
                break
        likely.update(dict.fromkeys(alike[:_MOST_COMPARED]))
    return list(likely)
