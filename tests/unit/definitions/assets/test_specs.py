"""Specs: what they accept, keep, refuse and change into."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from hypothesis import given
from strategies import asset_specs

import headwater as hw


def test_deps_accept_everything_that_has_a_key() -> None:
    """Keys, strings, parts, specs, decorated functions and AssetDep all name a dependency."""

    @hw.asset
    def made() -> None:
        pass

    spec = hw.AssetSpec("x", deps=["a/b", ["c", "d"], hw.AssetKey("e"), hw.AssetSpec("f"), made, hw.AssetDep("g")])
    expected = [hw.AssetKey(key) for key in ("a/b", ["c", "d"], "e", "f", "made", "g")]
    assert expected == [dep.asset_key for dep in spec.deps]


def test_deps_in_one_string_is_an_error() -> None:
    """A string is not taken apart into characters; the error shows the list to write."""
    with pytest.raises(hw.InvalidParameterError, match=r"Write \['abc'\]"):
        hw.AssetSpec("x", deps="abc")


def test_repeated_deps_collapse() -> None:
    """The same dependency twice is one; with different metadata it is an error."""
    assert 1 == len(hw.AssetSpec("x", deps=["a", hw.AssetKey("a")]).deps)
    with pytest.raises(hw.InvalidDefinitionError, match="'a' twice"):
        hw.AssetSpec("x", deps=["a", hw.AssetDep("a", metadata={"k": 1})])


@pytest.mark.parametrize(
    "arguments",
    [
        {"key": 5},
        {"key": None},
        {"key": "a\0"},
        {"deps": 5},
        {"deps": [5]},
        {"deps": [hw.AssetCheckSpec("c", asset="a")]},
        {"description": 5},
        {"description": "\ud800"},
        {"metadata": {"k": object()}},
        {"metadata": []},
        {"skippable": 1},
        {"group_name": ""},
        {"group_name": "a b"},
        {"group_name": "a/"},
        {"code_version": 1},
        {"automation_condition": "eager"},
        {"owners": "team:a"},
        {"owners": ["nobody"]},
        {"owners": ["a@b"]},
        {"owners": ["team:"]},
        {"tags": {"a b": "x"}},
        {"tags": {"a": 1}},
        {"tags": {"a": "x y"}},
        {"tags": {"a/b/c": "x"}},
        {"tags": {"a": "x" * 64}},
        {"tags": ["a"]},
        {"kinds": "csv"},
        {"kinds": {str(n) for n in range(11)}},
        {"kinds": [1]},
        {"partitions_def": "daily"},
    ],
)
def test_refuses(arguments: dict[str, Any]) -> None:
    """An argument of the wrong type or form is refused when the spec is built."""
    with pytest.raises(hw.InvalidDefinitionError):
        hw.AssetSpec(**{"key": "x", **arguments})


def test_errors_name_asset_and_parameter() -> None:
    """The error says which asset, which parameter, what came and what to write."""
    with pytest.raises(hw.InvalidParameterError, match=r"owners of asset 'orders'.*'bob'.*team:finance"):
        hw.AssetSpec("orders", owners=["bob"])


def test_unknown_keyword_is_a_type_error() -> None:
    """A parameter that there is not is never swallowed."""
    with pytest.raises(TypeError, match="freshness"):
        hw.AssetSpec("x", freshness=1)  # type: ignore[call-arg]


@pytest.mark.parametrize("key", ["mit Leerzeichen", "日本語", "a'b\"c", "*", "-", "a:b", ["s3", "bucket", "x.csv"]])
def test_any_printable_name_is_allowed(key: str | list[str]) -> None:
    """Native assets may be called what external ones are."""

    @hw.asset(key=key, deps=[hw.AssetSpec(key).key.with_prefix("up")])
    def made() -> None:
        pass

    assert hw.AssetKey(key) == made.key


def test_metadata_is_kept_as_given() -> None:
    """User code that reads a spec's metadata finds what it wrote."""
    assert {"path": "/in", "n": 3} == hw.AssetSpec("x", metadata={"path": "/in", "n": 3}).metadata


@given(asset_specs)
def test_specs_are_values(spec: hw.AssetSpec) -> None:
    """A spec equals its copies, also from another process, and can't be changed."""
    assert spec == copy.deepcopy(spec)
    assert spec == pickle.loads(pickle.dumps(spec))
    assert spec == spec.replace_attributes()
    with pytest.raises(AttributeError):
        spec.key = hw.AssetKey("y")


def test_specs_show_what_they_are() -> None:
    """A spec is shown with its key first, and without where it stands."""
    shown = repr(hw.AssetSpec("x", description="d"))
    assert shown.startswith("AssetSpec(key=AssetKey(['x']), deps=(), description='d', ")
    assert "source" not in shown


def test_source_is_the_users_line() -> None:
    """A spec remembers this file, also after it was changed, and is equal to one from elsewhere."""
    spec = hw.AssetSpec("x")
    again = hw.AssetSpec("x")
    assert spec.source is not None
    assert again.source is not None
    assert __file__ == spec.source.file
    assert spec.source.line + 1 == again.source.line
    assert spec.source == spec.replace_attributes(description="y").source
    assert spec == again


def test_replace_attributes() -> None:
    """What is given replaces, None clears, the rest is kept."""
    spec = hw.AssetSpec("x", description="d", tags={"a": "1"}, kinds={"csv"}, owners=["team:a"])
    changed = spec.replace_attributes(key="y", description=None, tags={"b": "2"})
    assert hw.AssetSpec("y", tags={"b": "2"}, kinds={"csv"}, owners=["team:a"]) == changed


def test_merge_attributes() -> None:
    """What is given is added; a name that is there already gets the new value."""
    spec = hw.AssetSpec("x", deps=["a"], metadata={"k": 1}, tags={"a": "1"}, kinds={"csv"}, owners=["team:a"])
    changed = spec.merge_attributes(
        deps=["a", "b"], metadata={"k": 2, "l": 3}, tags={"a": "2"}, kinds={"sftp"}, owners=["team:b"]
    )
    expected = hw.AssetSpec(
        "x",
        deps=["a", "b"],
        metadata={"k": 2, "l": 3},
        tags={"a": "2"},
        kinds={"csv", "sftp"},
        owners=["team:a", "team:b"],
    )
    assert expected == changed


def test_map_asset_specs() -> None:
    """Specs and decorated functions can be changed alike; a function keeps its inputs and checks."""

    @hw.asset(check_specs=[hw.AssetCheckSpec("c", asset="made")])
    def made(up: int) -> int:
        return up + 1

    external, native = hw.map_asset_specs(
        lambda spec: spec.replace_attributes(key=spec.key.with_prefix("p"), deps=[]), [hw.AssetSpec("up"), made]
    )
    assert hw.AssetKey(["p", "up"]) == external.key
    assert hw.AssetKey(["p", "made"]) == native.key
    assert [hw.AssetKey("up")] == [dep.asset_key for dep in native.spec.deps]
    assert [native.key] == [check.asset_key for check in native.check_specs]
    assert 3 == native(2)


@pytest.mark.parametrize("items", [[5], "abc", [hw.AssetCheckSpec("c", asset="a")]])
def test_map_asset_specs_refuses(items: Any) -> None:
    """Anything but specs and decorated functions is refused."""
    with pytest.raises(hw.InvalidParameterError):
        hw.map_asset_specs(lambda spec: spec, items)


@pytest.mark.parametrize("arguments", [{"name": ""}, {"name": 5}, {"name": "a\n"}, {"asset": 5}, {"blocking": "yes"}])
def test_check_spec_refuses(arguments: dict[str, Any]) -> None:
    """A check has a printable name, an asset and a real bool."""
    with pytest.raises(hw.InvalidParameterError):
        hw.AssetCheckSpec(**{"name": "c", "asset": "a", **arguments})
