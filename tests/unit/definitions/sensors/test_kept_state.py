"""What a sensor keeps beside its cursor."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import headwater as hw
from headwater.definitions.sensors import kept_state

KEYS = st.sampled_from(["a", "b", "c"])
STEPS = st.lists(st.tuples(KEYS, st.none() | st.integers() | st.lists(st.text(max_size=3), max_size=2)), max_size=30)


@settings(deadline=None)
@given(st.dictionaries(KEYS, st.integers()), STEPS)
def test_changes_lead_from_what_was_to_what_is(before: dict[str, int], steps: list[tuple[str, Any]]) -> None:
    """It is a dict, and what was put and deleted makes the next tick's dict of the last one's; nothing more."""
    first = hw.KeptState()
    first.update(before)
    kept = first.changes()[0]
    state, plain = hw.KeptState(kept), dict(before)
    for key, value in steps:
        if value is None:
            assert plain.pop(key, "none") == state.pop(key, "none")
        else:
            plain[key] = state[key] = value
    put, deleted = state.changes()
    after = hw.KeptState({**{key: text for key, text in kept.items() if key not in deleted}, **put})

    assert plain == dict(state) == dict(after)
    assert len(plain) == len(state)
    assert set(deleted) <= set(before)
    assert all(kept.get(key) != text for key, text in put.items())


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("k", object(), "plain JSON"),
        ("k", float("nan"), None),
        ("k", "x" * 20_000, "fingerprint"),
        ("", 1, "characters"),
        ("k" * 5_000, 1, "characters"),
    ],
)
def test_what_can_not_be_kept(key: str, value: Any, message: str | None) -> None:
    """The error says what the limit is, and what to do; what was there stays."""
    state = hw.KeptState({"k": "1"})
    if message is None:
        state[key] = value
        return
    with pytest.raises(hw.SensorStateError, match=message):
        state[key] = value
    assert {"k": 1} == dict(state)


def test_it_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the number of keys, and by their size; to replace and to delete is always possible."""
    monkeypatch.setattr(kept_state, "MOST_KEYS", 2)
    monkeypatch.setattr(kept_state, "MOST_BYTES", 20)
    state = hw.KeptState({"a": "1", "b": "2"})

    with pytest.raises(hw.SensorStateError, match="2 keys"):
        state["c"] = 3
    with pytest.raises(hw.SensorStateError, match="20 are the most"):
        state["a"] = "x" * 30
    del state["b"]
    state["c"] = 3
    assert {"a": 1, "c": 3} == dict(state)
