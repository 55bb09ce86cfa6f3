"""Stored values: there whole or not at all, each key in a place of its own."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from upath import UPath

from headwater.errors import InvalidParameterError, MissingInputError, StepOutputError
from headwater.execution.io.file_values import FileValues
from headwater.keys import AssetKey

parts = st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=300), max_size=4)


@pytest.fixture(params=["path", "address of a folder", "address of a store", "place in a store"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """A folder, told in each of the ways."""
    address = f"memory://bucket/{uuid.uuid4().hex}"
    return {
        "path": tmp_path,
        "address of a folder": f"file://{tmp_path}",
        "address of a store": address,
        "place in a store": UPath(address),
    }[request.param]


def test_a_value_comes_back(folder: Any) -> None:
    """What was stored last is loaded, by key and partition."""
    values = FileValues(folder)
    key = AssetKey(["lake", "a"])
    values.store(key, None, {"n": 1})
    values.store(key, "2026-01-01", [1])
    values.store(key, None, {"n": 2})

    assert ({"n": 2}, [1]) == (values.load(key, None), values.load(key, "2026-01-01"))


def test_a_missing_value_says_what_to_do(tmp_path: Path) -> None:
    """The error names asset and partition, and the ways out."""
    with pytest.raises(MissingInputError, match=r"no stored value of lake/a, partition .x..*deps"):
        FileValues(tmp_path).load(AssetKey(["lake", "a"]), "x")


def test_what_cannot_be_pickled_leaves_the_old_value(folder: Any) -> None:
    """A failed write is an error that names the asset; no reader sees half of it, and nothing of it stays."""
    values = FileValues(folder)
    key = AssetKey("a")
    values.store(key, None, "old")

    with pytest.raises(StepOutputError, match="The value of a \\(function\\) can't be pickled"):
        values.store(key, None, lambda: None)

    assert "old" == values.load(key, None)
    assert ["a.pickle"] == [path.name for path in UPath(folder).iterdir()]


def test_nothing_is_read_before_it_is_whole(folder: Any) -> None:
    """While a value is being written, and if its writer is lost then, a reader gets the one before."""
    values = FileValues(folder)
    key = AssetKey("a")
    values.store(key, None, "old")

    class ReadsMeanwhile:
        def __reduce__(self) -> Any:
            return str, (values.load(key, None),)

    values.store(key, None, [b"x" * 1_000_000, ReadsMeanwhile()])
    assert [b"x" * 1_000_000, "old"] == values.load(key, None)


def test_a_store_that_nobody_knows_is_refused_at_once() -> None:
    """When the manager is made, not when a step has done its work: the error says what to install."""
    with pytest.raises(InvalidParameterError, match=r"nowhere://values.*package of the store"):
        FileValues("nowhere://values")


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
