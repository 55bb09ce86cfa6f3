"""The graph of one set of definitions, as their author asks for it."""

from __future__ import annotations

import pytest

import headwater as hw


def keys(*names: str) -> set[hw.AssetKey]:
    """Keys of one part each."""
    return {hw.AssetKey(name) for name in names}


@pytest.fixture
def graph() -> hw.ResolvedAssetGraph:
    """A stub above an external asset, which is above a native one with a check, beside one that is looked at."""

    @hw.asset(deps=["raw"], group_name="mart", owners=["team:a"])
    def cleaned() -> None: ...

    @hw.observable_source_asset
    def seen() -> hw.DataVersion:
        return hw.DataVersion("1")

    check = hw.AssetCheckSpec("not_empty", asset="cleaned")
    return hw.Definitions(
        [hw.AssetSpec("raw", deps=["before"]), cleaned, seen], asset_checks=[check]
    ).resolve_asset_graph()


def test_assets_by_who_makes_them(graph: hw.ResolvedAssetGraph) -> None:
    """Each asset is native, external, looked at, or a stub."""
    assert graph.get_all_asset_keys() == keys("before", "raw", "cleaned", "seen")
    assert graph.materializable_asset_keys == keys("cleaned")
    assert graph.external_asset_keys == keys("before", "raw", "seen")
    assert graph.observable_asset_keys == keys("seen")
    assert {node.key for node in graph.asset_nodes if node.is_stub} == keys("before")
    assert {node.key for node in graph.asset_nodes if node.is_executable} == keys("cleaned", "seen")


def test_one_asset_and_its_neighbours(graph: hw.ResolvedAssetGraph) -> None:
    """A node has its neighbours, its checks, and what its spec says."""
    node = graph.get("cleaned")
    assert (node.parent_keys, node.child_keys) == (frozenset(keys("raw")), frozenset())
    assert (node.group_name, node.owners, node.is_external, node.is_partitioned) == ("mart", ("team:a",), False, False)
    assert node.check_keys == {hw.AssetCheckKey(hw.AssetKey("cleaned"), "not_empty")}
    assert graph.asset_check_keys == node.check_keys
    assert graph.get("before").group_name == "default"
    assert graph.get("before").child_keys == keys("raw")


def test_what_is_above_and_below(graph: hw.ResolvedAssetGraph) -> None:
    """Roots, ancestors, descendants, groups and the order are those of the graph."""
    assert graph.root_asset_keys == keys("before", "seen")
    assert graph.get_ancestor_asset_keys("cleaned") == keys("before", "raw")
    assert graph.get_descendant_asset_keys("before") == keys("raw", "cleaned")
    assert (graph.all_group_names, graph.asset_keys_for_group("mart")) == ({"default", "mart"}, keys("cleaned"))
    ordered = graph.toposorted_asset_keys
    assert [key.to_user_string() for key in ordered if key != hw.AssetKey("seen")] == ["before", "raw", "cleaned"]
    assert len(ordered) == 4


def test_selections_are_resolved_over_it(graph: hw.ResolvedAssetGraph) -> None:
    """A selection means the same assets as over the definitions."""
    assert hw.AssetSelection.assets("cleaned").upstream(depth=1).resolve(graph) == keys("raw", "cleaned")


def test_a_circle_stands_together() -> None:
    """External assets in a circle are ordered, together and before what is below."""
    specs = [hw.AssetSpec("z", deps=["y"]), hw.AssetSpec("y", deps=["z"]), hw.AssetSpec("a", deps=["y"])]
    ordered = hw.Definitions(specs).resolve_asset_graph().toposorted_asset_keys
    assert (set(ordered[:2]), ordered[2]) == (keys("y", "z"), hw.AssetKey("a"))


def test_what_is_not_there_is_named(graph: hw.ResolvedAssetGraph) -> None:
    """An asset or a check that is not there is named in the error, and `has` says so without one."""
    nowhere = hw.AssetCheckKey(hw.AssetKey("cleaned"), "nowhere")
    assert graph.has(hw.AssetKey("raw"))
    assert not graph.has(hw.AssetKey("nowhere"))
    assert not graph.has(nowhere)
    with pytest.raises(hw.UnknownAssetError, match="nowhere"):
        graph.get("nowhere")
    with pytest.raises(hw.UnknownAssetError, match="cleaned:nowhere"):
        graph.get_check_spec(nowhere)
    assert graph.get_check_spec(next(iter(graph.asset_check_keys))).name == "not_empty"
