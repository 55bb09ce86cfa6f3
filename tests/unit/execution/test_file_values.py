"""Stored values: there whole or not at all, each key in a place of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headwater.errors import MissingInputError, StepOutputError
from headwater.execution.file_values import FileValues
from headwater.keys import AssetKey

parts = st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=300), max_size=4)


def test_a_value_comes_back(tmp_path: Path) -> None:
    """What was stored last is loaded, by key and partition."""
    values = FileValues(tmp_path)
    key = AssetKey(["lake", "a"])
    values.store(key, None, {"n": 1})
    values.store(key, "2026-01-01", [1])
    values.store(key, None, {"n": 2})

    assert ({"n": 2}, [1]) == (values.load(key, None), values.load(key, "2026-01-01"))


def test_a_missing_value_says_what_to_do(tmp_path: Path) -> None:
    """The error names asset and partition, and the ways out."""
    with pytest.raises(MissingInputError, match=r"no stored value of lake/a, partition .x..*deps"):
        FileValues(tmp_path).load(AssetKey(["lake", "a"]), "x")


def test_what_cannot_be_pickled_leaves_the_old_value(tmp_path: Path) -> None:
    """A failed write is an error that names the asset; no reader sees half of it."""
    values = FileValues(tmp_path)
    key = AssetKey("a")
    values.store(key, None, "old")

    with pytest.raises(StepOutputError, match="The value of a \\(function\\) can't be pickled"):
        values.store(key, None, lambda: None)

    assert "old" == values.load(key, None)
    assert 1 == len(list(tmp_path.iterdir()))


def test_a_partition_is_not_a_longer_key(tmp_path: Path) -> None:
    """The partition b of a, and the asset a/b, are two values."""
    values = FileValues(tmp_path)

    assert values.path(AssetKey("a"), "b") != values.path(AssetKey(["a", "b"]), None)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(one=parts, other=parts, partition=st.none() | st.text(max_size=20).filter(lambda text: text.isprintable()))
def test_no_two_keys_share_a_place(tmp_path: Path, one: list[str], other: list[str], partition: str | None) -> None:
    """Whatever the parts are, other keys have other files, below the folder and short enough for a file system."""
    values = FileValues(tmp_path)
    first, second = values.path(AssetKey(one), None), values.path(AssetKey(other), partition)

    assert (one == other and partition is None) == (first == second)
    assert first.resolve().is_relative_to(tmp_path.resolve())
    assert all(len(part.encode()) <= 255 for part in first.relative_to(tmp_path).parts)
