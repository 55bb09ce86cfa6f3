"""Which versions a run records, and what that says of whether assets are stale."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import headwater as hw
from headwater.execution.in_process.run import graph_of
from headwater.graph.partition_links import PartitionLinks
from headwater.records.catalog.staleness import causes_down
from headwater.records.catalog.version_changes import VersionChanges
from headwater.records.log.events import EventKind, Materialization
from headwater.records.log.fold import Latest, fold_latest

NOW = datetime(2026, 11, 25, tzinfo=UTC)
DAYS = hw.DailyPartitionsDefinition("2026-11-01", end_date="2026-11-25")
RAW = hw.AssetSpec("raw")


def chain(code: str = "1", deps: tuple[str, ...] = ("raw",)) -> list[hw.AssetsDefinition]:
    """An asset made from others, and one made from that."""

    @hw.asset(deps=deps, code_version=code)
    def cleaned() -> None: ...

    @hw.asset(deps=["cleaned"], code_version="1")
    def totals() -> None: ...

    return [cleaned, totals]


def changes_of(instance: hw.HeadwaterInstance, assets: list[Any]) -> tuple[hw.Definitions, VersionChanges]:
    """What changed since the assets were made, by what the log says."""
    definitions = hw.Definitions(assets=assets)
    graph = graph_of(definitions)
    states = fold_latest(instance.read_events())
    whole = {(state.asset_key, state.kind): state for state in states if not state.partition}
    parts: dict[str, dict[tuple[str, EventKind], Latest]] = {}
    for state in states:
        if state.partition:
            parts.setdefault(state.asset_key, {})[(state.partition, state.kind)] = state
    return definitions, VersionChanges(graph, PartitionLinks(graph, NOW, instance), whole, parts)


def causes(
    instance: hw.HeadwaterInstance, assets: list[Any]
) -> dict[str, list[tuple[str, str, str | None, str | None]]]:
    """By stale asset the kind and place of each cause, the version that was read and that which there is now."""
    definitions, changes = changes_of(instance, assets)
    graph = graph_of(definitions)
    natives = [node.key for node in graph.nodes if node.kind == "native"]
    found = causes_down(
        {key: changes.of_asset(key) for key in natives},
        [graph.nodes[number].key for number in graph.order],
        graph.input_keys,
    )
    assert set(found) == {key for key in natives if changes.is_stale(key)} or any(
        graph.node(key).definition.partitions for key in natives
    )
    return {
        key: [(each.kind.value, ">".join((*each.via, each.upstream)), each.read, each.now) for each in mine]
        for key, mine in found.items()
    }


def report(instance: hw.HeadwaterInstance, key: str, version: str | None = None, partition: str | None = None) -> None:
    """Somebody else made an asset."""
    tags = None if version is None else {"dagster/data_version": version}
    instance.report_runless_asset_event(hw.AssetMaterialization(key, partition=partition, tags=tags))


def versions(instance: hw.HeadwaterInstance, key: str) -> list[tuple[str | None, str | None, dict[str, str] | None]]:
    """The name, code and inputs of each version of an asset, oldest first."""
    return [
        (event.data_version, event.payload.code_version, event.payload.input_versions)
        for event in instance.read_events()
        if event.asset_key == key and isinstance(event.payload, Materialization)
    ]


def test_equal_code_on_equal_inputs_is_one_version() -> None:
    """A version is named by its code and inputs: equal ones make the same version, others another."""
    instance = hw.HeadwaterInstance.ephemeral()
    report(instance, "raw", "v1")
    hw.materialize([RAW, *chain()], instance=instance)
    hw.materialize([RAW, *chain()], instance=instance)
    hw.materialize([RAW, *chain(code="2")], instance=instance)

    first, second, third = versions(instance, "cleaned")
    assert first == second
    assert ("1", {"raw": "v1"}) == first[1:]
    assert ("2", {"raw": "v1"}) == third[1:]
    assert first[0] != third[0]
    assert [{"cleaned": first[0]}, {"cleaned": second[0]}, {"cleaned": third[0]}] == [
        inputs for _, _, inputs in versions(instance, "totals")
    ]


def test_the_same_version_again_makes_nothing_stale() -> None:
    """A report of the version that was read changes nothing; another version is named, up to the root."""
    instance = hw.HeadwaterInstance.ephemeral()
    assets = [RAW, *chain()]
    report(instance, "raw", "v1")
    hw.materialize(assets, instance=instance)
    report(instance, "raw", "v1")
    assert {} == causes(instance, assets)
    report(instance, "raw", "v2")
    assert {
        "cleaned": [("data", "raw", "v1", "v2")],
        "totals": [("data", "cleaned>raw", "v1", "v2")],
    } == causes(instance, assets)


def test_a_report_without_a_version_is_a_new_one() -> None:
    """What has no name of its own is another version with each report."""
    instance = hw.HeadwaterInstance.ephemeral()
    assets = [RAW, *chain()]
    report(instance, "raw")
    hw.materialize(assets, instance=instance)
    assert {} == causes(instance, assets)
    report(instance, "raw")
    assert ["cleaned", "totals"] == sorted(causes(instance, assets))


def test_other_code_is_a_cause() -> None:
    """An asset whose code has another version than it was made by is stale, and so is what is below it."""
    instance = hw.HeadwaterInstance.ephemeral()
    hw.materialize([RAW, *chain("1")], instance=instance)
    assert {
        "cleaned": [("code", "cleaned", "1", "2")],
        "totals": [("code", "cleaned>cleaned", "1", "2")],
    } == causes(instance, [RAW, *chain("2")])


def test_made_again_of_the_same_ends_below() -> None:
    """An input that is made again and comes out as the version that was read leaves what is below it fresh."""
    instance = hw.HeadwaterInstance.ephemeral()
    assets = [RAW, *chain()]
    report(instance, "raw", "v1")
    hw.materialize(assets, instance=instance)
    hw.materialize(assets, instance=instance, selection="cleaned")
    assert {} == causes(instance, assets)


def test_other_inputs_are_a_cause() -> None:
    """An input that was there and was not read, and one that was read and is no input any more, are named."""
    instance = hw.HeadwaterInstance.ephemeral()
    report(instance, "raw", "v1")
    report(instance, "rates", "r1")
    hw.materialize([RAW, *chain()], instance=instance)
    cleaned = causes(instance, [RAW, hw.AssetSpec("rates"), *chain(deps=("rates",))])["cleaned"]
    assert [("dependency", "rates", None, "r1"), ("dependency", "raw", "v1", None)] == sorted(cleaned)


def test_what_one_step_makes_of_its_own() -> None:
    """Of two assets of one function the lower one is made from the upper one's new version, so it is fresh."""

    @hw.multi_asset(specs=[hw.AssetSpec("upper"), hw.AssetSpec("lower", deps=["upper"])])
    def both() -> None: ...

    instance = hw.HeadwaterInstance.ephemeral()
    for _ in range(2):
        hw.materialize([both], instance=instance)
        assert {} == causes(instance, [both])
    assert versions(instance, "lower")[-1][2] == {"upper": versions(instance, "upper")[-1][0]}


def test_what_an_observation_tells() -> None:
    """Another version that a function saw of an asset makes stale what read the one before; the same does not."""
    seen = ["a"]

    @hw.observable_source_asset
    def feed() -> hw.DataVersion:
        return hw.DataVersion(seen[-1])

    @hw.asset(deps=["feed"])
    def copy() -> None: ...

    instance = hw.HeadwaterInstance.ephemeral()
    hw.observe([feed], instance=instance)
    hw.materialize([feed, copy], instance=instance, selection="copy")
    hw.observe([feed], instance=instance)
    assert {} == causes(instance, [feed, copy])
    seen.append("b")
    hw.observe([feed], instance=instance)
    assert {"copy": [("data", "feed", "a", "b")]} == causes(instance, [feed, copy])


def test_partitions_are_compared_as_they_are_read() -> None:
    """A day made from the day before is stale by that day alone, and a whole asset by the days that it reads."""
    before = hw.AssetDep("daily", partition_mapping=hw.TimeWindowPartitionMapping(start_offset=-1, end_offset=-1))
    last = hw.AssetDep("daily", partition_mapping=hw.LastPartitionMapping())

    @hw.asset(deps=[before], partitions_def=DAYS)
    def shifted() -> None: ...

    @hw.asset(deps=[last])
    def newest() -> None: ...

    assets = [hw.AssetSpec("daily", partitions_def=DAYS), shifted, newest]
    instance = hw.HeadwaterInstance.ephemeral()
    for day in ("2026-11-03", "2026-11-04", "2026-11-24"):
        report(instance, "daily", "v1", day)
    hw.materialize(assets, instance=instance, selection="shifted", partition_key="2026-11-05")
    hw.materialize(assets, instance=instance, selection="newest")
    assert {"daily": "v1"} == versions(instance, "shifted")[0][2]
    report(instance, "daily", "v2", "2026-11-03")
    assert {} == causes(instance, assets)
    _, changes = changes_of(instance, assets)
    assert not changes.is_stale("shifted", "2026-11-05")
    report(instance, "daily", "v2", "2026-11-04")
    _, changes = changes_of(instance, assets)
    assert changes.is_stale("shifted", "2026-11-05")
    assert {"shifted": [("data", "daily", "v1", "v2")]} == causes(instance, assets)
    report(instance, "daily", "v2", "2026-11-24")
    assert [("data", "daily", "v1", "v2")] == causes(instance, assets)["newest"]


def test_all_partitions_together_have_one_version() -> None:
    """A whole asset made from all partitions is stale when one of them gets another version."""

    @hw.asset(deps=["daily"])
    def total() -> None: ...

    assets = [hw.AssetSpec("daily", partitions_def=DAYS), total]
    instance = hw.HeadwaterInstance.ephemeral()
    for day in ("2026-11-03", "2026-11-04"):
        report(instance, "daily", "v1", day)
    hw.materialize(assets, instance=instance, selection="total")
    report(instance, "daily", "v1", "2026-11-03")
    assert {} == causes(instance, assets)
    report(instance, "daily", "v2", "2026-11-03")
    assert ["total"] == list(causes(instance, assets))


def test_a_view_is_looked_through() -> None:
    """What is made from a view is stale as what it shows has news; the view is so for its own code alone."""

    def assets(code: str = "1") -> list[Any]:
        @hw.asset(deps=["raw"], is_virtual=True, code_version=code)
        def view() -> None: ...

        @hw.asset(deps=["view"], code_version="1")
        def mart() -> None: ...

        return [RAW, view, mart]

    instance = hw.HeadwaterInstance.ephemeral()
    report(instance, "raw", "a")
    hw.materialize(assets(), instance=instance)
    assert causes(instance, assets()) == {}
    report(instance, "raw", "b")
    assert causes(instance, assets()) == {"mart": [("data", "raw", "a", "b")]}
    assert causes(instance, assets("2"))["view"] == [("code", "view", "1", "2")]


def test_what_a_view_shows_is_made_before_what_is_below_it() -> None:
    """In one run the input behind an external view comes first, and its version is the one that was read."""
    made: list[str] = []

    @hw.asset
    def z_base() -> None:
        made.append("z_base")

    @hw.asset(deps=["view"])
    def a_mart() -> None:
        made.append("a_mart")

    view = hw.AssetSpec("view", deps=["z_base"], is_virtual=True)
    instance = hw.HeadwaterInstance.ephemeral()
    hw.materialize([z_base, view, a_mart], instance=instance)
    provenance = instance.get_latest_data_provenance("a_mart")
    assert made == ["z_base", "a_mart"]
    assert provenance is not None
    assert list(provenance.input_data_versions) == [hw.AssetKey("z_base")]
