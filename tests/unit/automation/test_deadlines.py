"""Who is due when."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.automation.deadlines import Deadlines

MOVES = st.lists(st.tuples(st.sampled_from("abcd"), st.none() | st.integers(0, 20)), max_size=40)


@settings(deadline=None)
@given(MOVES, st.integers(0, 20))
def test_whoever_is_due_comes_out_once_the_soonest_first(moves: list[tuple[str, int | None]], now: int) -> None:
    """However often deadlines are moved, what counts is the last of each name."""
    deadlines = Deadlines()
    last: dict[str, int | None] = {}
    for name, due in moves:
        deadlines.set(name, due)
        last[name] = due
    expected = sorted((due, name) for name, due in last.items() if due is not None and due <= now)
    left = [due for due in last.values() if due is not None and due > now]

    assert expected == sorted((due, name) for name, due in deadlines.pop_due(now))
    assert [] == deadlines.pop_due(now)
    assert min(left, default=None) == deadlines.soonest()
