"""Why an asset is stale, up to the version at the root that it was not made from."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from headwater.records.catalog.staleness import StaleCause, causes_down
from headwater.records.log.events import EventKind
from headwater.records.log.fold import Latest


def change(upstream: str, seq: int = 1) -> StaleCause:
    """An input with a new version."""
    latest = Latest(
        asset_key=upstream,
        partition="",
        kind=EventKind.MATERIALIZATION,
        seq=seq,
        timestamp=seq,
        run_id=None,
        data_version=None,
        event_partition=None,
    )
    return StaleCause(upstream, latest)


def test_through_stale_inputs() -> None:
    """What changed at the root makes everything below stale, each with the way that it goes."""
    inputs = {"a": ["root"], "b": ["a"], "c": ["b", "other"]}
    changed = {"a": [change("root")], "b": [], "c": [change("other")]}

    causes = causes_down(changed, ["root", "other", "a", "b", "c"], lambda key: inputs.get(key, ()))

    assert {
        "a": [("root", ())],
        "b": [("root", ("a",))],
        "c": [("other", ()), ("root", ("b", "a"))],
    } == {key: [(each.upstream, each.via) for each in found] for key, found in causes.items()}


def test_what_was_never_made_is_not_stale() -> None:
    """An asset without a version hands nothing on, and is stale of nothing."""
    inputs = {"a": ["root"], "b": ["a"]}

    assert {} == causes_down({"b": []}, ["root", "a", "b"], lambda key: inputs.get(key, ()))


@given(
    st.integers(1, 8).flatmap(
        lambda count: st.tuples(
            st.lists(st.sets(st.integers(0, count - 1)), min_size=count, max_size=count),
            st.lists(st.sets(st.integers(0, count - 1)), min_size=count, max_size=count),
        )
    )
)
def test_against_reachability(drawn: tuple[list[set[int]], list[set[int]]]) -> None:
    """An asset is stale exactly where it, or one that it is made from, has a changed input."""
    edges, news = drawn
    inputs = {str(number): [str(up) for up in sorted(above) if up < number] for number, above in enumerate(edges)}
    changed = {
        str(number): [change(str(up)) for up in sorted(found) if str(up) in inputs[str(number)]]
        for number, found in enumerate(news)
    }
    causes = causes_down(changed, inputs, lambda key: inputs[key])

    def is_stale(key: str) -> bool:
        return bool(changed[key]) or any(is_stale(up) for up in inputs[key])

    assert {key for key in inputs if is_stale(key)} == causes.keys()
    assert all(cause.upstream in inputs[cause.via[-1] if cause.via else key] for key in causes for cause in causes[key])
