"""Many definitions at once."""

from __future__ import annotations

import gc

import pytest

import headwater as hw


@pytest.mark.parametrize("enabled", [True, False])
def test_collecting_garbage_stays_as_it_was(enabled: bool) -> None:
    """Whether Python collects garbage is the user's matter, also when definitions do not fit together."""
    before = gc.isenabled()
    try:
        (gc.enable if enabled else gc.disable)()
        assert hw.Definitions([hw.AssetSpec("a", deps=["b"])]).selection_index.numbers
        assert enabled == gc.isenabled()
        twice = hw.Definitions([hw.AssetSpec("a"), hw.AssetSpec("a", kinds={"csv"})])
        with pytest.raises(hw.DuplicateDefinitionError):
            twice.resolve()
        assert enabled == gc.isenabled()
    finally:
        (gc.enable if before else gc.disable)()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("owners", [["team:a"]], "An owner in owners of asset 'a' is a string"),
        ("owners", ["team:a", 1], "An owner in owners of asset 'a' is a string"),
        ("owners", "team:a", r"owners of asset 'a' is a list.*\['team:a'\]"),
        ("owners", ["a"], "owners of asset 'a' holds 'a'"),
        ("kinds", [{}], "A kind in kinds of asset 'a' is a string"),
        ("kinds", ["a\0"], "A kind in kinds of asset 'a' holds a NUL"),
        ("kinds", [str(n) for n in range(11)], "kinds of asset 'a' holds 11 kinds"),
        ("tags", {"a": 1}, "The value of 'a' in tags of asset 'a' is a string"),
        ("tags", ["a"], "tags of asset 'a' is a dict"),
        ("group_name", "a b", "group_name of asset 'a' is made of"),
        ("group_name", ["a"], "group_name of asset 'a' is a string"),
        ("deps", [1], "An element of deps of asset 'a' is a key"),
        ("skippable", 1, "skippable of asset 'a' is True or False"),
    ],
)
def test_what_is_looked_up_is_still_checked(name: str, value: object, said: str) -> None:
    """What many assets share is looked up by its value; what can't be is checked, and the message names the asset."""
    hw.AssetSpec("a", owners=["team:a"], kinds={"csv"}, tags={"a": ""}, group_name="a", deps=["b"])
    for _ in range(2):
        with pytest.raises(hw.InvalidParameterError, match=said):
            hw.AssetSpec("a", **{name: value})  # type: ignore[arg-type]


def test_what_is_shared_is_not_changed_by_one() -> None:
    """Tags are each asset's own; owners and kinds that assets share can't be changed."""
    first, second = (hw.AssetSpec(key, tags={"a": "b"}, owners=["team:a"], kinds={"csv"}) for key in ("a", "b"))
    first.tags["c"] = "d"
    assert ({"a": "b"}, first.owners, first.kinds) == (second.tags, second.owners, second.kinds)
