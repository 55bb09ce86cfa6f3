"""Work is shared out evenly, and moves only where an engine came or went."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from headwater.records.automation.leases import holder_of

WORK = [f"sensor {number}" for number in range(600)]
engines = st.sets(st.text(min_size=1), min_size=1, max_size=6)


@given(engines, st.text())
def test_everybody_comes_to_the_same_answer(owners: set[str], work: str) -> None:
    """The order in which an engine knows the others does not matter."""
    assert holder_of(work, sorted(owners)) == holder_of(work, sorted(owners, reverse=True))


@given(engines, st.text(min_size=1))
def test_only_the_work_of_a_lost_engine_moves(owners: set[str], lost: str) -> None:
    """What another engine holds stays where it is."""
    with_it = {work: holder_of(work, owners | {lost}) for work in WORK[:50]}
    without = {work: holder_of(work, owners - {lost}) for work in WORK[:50]}

    assert {} == {work: held for work, held in with_it.items() if held != lost and without[work] != held}


def test_work_is_shared_evenly() -> None:
    """Of three engines each holds about a third."""
    counts = Counter(holder_of(work, ["a:1:x", "b:1:y", "c:1:z"]) for work in WORK)

    assert all(140 <= count <= 260 for count in counts.values())
    assert 3 == len(counts)


def test_without_engines_nobody_holds_anything() -> None:
    """There is nobody to name."""
    assert holder_of("sensor", []) is None
