"""Refusals are entered without letting anybody fill the disk."""

from __future__ import annotations

from headwater.records.access.audit import Note
from headwater.records.access.refusals import MOST_SORTS, WINDOW_SECONDS, Refusals

WINDOW = WINDOW_SECONDS * 1_000_000


def refusal(actor: str) -> Note:
    """One request without a token."""
    return Note(actor=actor, action="GET /api/assets", outcome="refused", detail="no valid token")


def test_the_first_is_entered_and_the_others_are_counted() -> None:
    """A thousand refusals of one sender become two entries."""
    refusals = Refusals()

    at_once = [refusals.take(refusal("address:1"), moment) for moment in range(1_000)]
    at_the_end = refusals.close_window(WINDOW)

    assert [refusal("address:1")] == [note for note in at_once if note is not None]
    assert ["no valid token (again, 999 times in a minute)"] == [note.detail for note in at_the_end]


def test_many_senders_can_not_fill_the_log() -> None:
    """Beyond so many in a minute they are counted together."""
    refusals = Refusals()

    at_once = [refusals.take(refusal(f"address:{number}"), 0) for number in range(5_000)]
    at_the_end = refusals.close_window(WINDOW)

    assert MOST_SORTS == len([note for note in at_once if note is not None])
    assert ["4,980 further requests of other senders"] == [note.detail for note in at_the_end]


def test_a_window_ends_once() -> None:
    """Nothing is entered before it ends, nor twice; the next refusal is a first again."""
    refusals = Refusals()
    refusals.take(refusal("a"), 0)
    refusals.take(refusal("a"), 1)

    assert [] == refusals.close_window(WINDOW - 1)
    assert 1 == len(refusals.close_window(WINDOW))
    assert [] == refusals.close_window(3 * WINDOW)
    assert refusal("a") == refusals.take(refusal("a"), 3 * WINDOW)
