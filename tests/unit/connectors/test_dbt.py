"""A manifest of dbt as assets and checks."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import headwater as hw
from headwater.connectors.dbt import DbtProject, UnreadableManifestError, load_dbt_manifest

REAL = Path(__file__).parents[2] / "data" / "dbt" / "manifest_v12.json"


def node(unique_id: str, **more: Any) -> dict[str, Any]:
    """A node as it stands in a manifest, with what differs."""
    resource_type, _, name = unique_id.split(".")[:3]
    return {"unique_id": unique_id, "resource_type": resource_type, "name": name, **more}


def loaded(folder: Path, *nodes: dict[str, Any], **more: Any) -> DbtProject:
    """The project of a manifest that has just these."""
    sections: dict[str, Any] = {"nodes": {}, "sources": {}, "exposures": {}}
    for each in nodes:
        sections.get(f"{each['resource_type']}s", sections["nodes"])[each["unique_id"]] = each
    path = folder / "manifest.json"
    path.write_text(
        json.dumps({"metadata": {"dbt_schema_version": "v12", "adapter_type": "duckdb"}, **sections, **more})
    )
    return load_dbt_manifest(path)


def spec_of(project: DbtProject, key: str) -> hw.AssetSpec:
    """The asset of a key."""
    [found] = [spec for spec in project.specs if spec.key.to_user_string() == key]
    return found


def deps_of(spec: hw.AssetSpec) -> list[str]:
    """The keys that an asset is made from."""
    return [dep.asset_key.to_user_string() for dep in spec.deps]


def test_a_real_manifest() -> None:
    """Models and seeds with what they read, columns, and the tests under the names that dbt-ol reports."""
    project = load_dbt_manifest(REAL, key_prefix=["shop"], namespace="duckdb://shop.duckdb")
    staged = spec_of(project, "shop/stg_orders")
    graph = hw.Definitions(project.specs, asset_checks=project.checks).resolve()

    assert {"shop/raw_orders", "shop/stg_orders", "shop/customer_totals", "shop/broken"} == {
        key.to_user_string() for key in graph.specs
    }
    assert ["shop/raw_orders"] == deps_of(staged)
    assert {"dbt", "model", "duckdb"} == staged.kinds
    assert ["order_id", "customer_id"] == [each.name for each in staged.metadata["dagster/column_schema"].columns]
    assert {"namespace": "duckdb://shop.duckdb", "name": "shop.main.stg_orders"} == staged.metadata[
        "openlineage/datasets"
    ]
    assert {
        "shop/stg_orders:unique_stg_orders_order_id",
        "shop/stg_orders:not_null_stg_orders_order_id",
        "shop/customer_totals:unique_customer_totals_customer_id",
        "shop/customer_totals:not_null_customer_totals_customer_id",
    } == {check.key.to_user_string() for check in project.checks}


def test_sources_and_exposures(tmp_path: Path) -> None:
    """A source is made by others, with the freshness that dbt demands of it; an exposure stands at the other end."""
    limits = {"error_after": {"count": 2, "period": "day"}, "warn_after": {"count": 12, "period": "hour"}}
    raw = node("source.shop.crm.people", name="people", source_name="crm", freshness=limits)
    model = node("model.shop.people", depends_on={"nodes": ["source.shop.crm.people"]})
    board = node(
        "exposure.shop.board",
        type="dashboard",
        url="https://bi.example.com/7",
        owner={"name": "Sales Team"},
        depends_on={"nodes": ["model.shop.people"]},
    )
    project = loaded(tmp_path, raw, model, board)

    assert ("crm/people", "people") == tuple(project.key_of(name).to_user_string() for name in ("crm.people", "people"))
    with pytest.raises(hw.UnknownAssetError, match=r"no 'peple' .*Did you mean 'people'"):
        project.key_of("peple")
    assert ["crm/people"] == deps_of(spec_of(project, "people"))
    assert ["people"] == deps_of(spec_of(project, "board"))
    assert hw.FreshnessPolicy.time_window(timedelta(days=2), timedelta(hours=12)) == (
        spec_of(project, "crm/people").freshness_policy
    )
    assert {"dbt", "dashboard"} == spec_of(project, "board").kinds
    assert ("team:Sales_Team",) == spec_of(project, "board").owners


def test_ephemeral_models_are_seen_through(tmp_path: Path) -> None:
    """They are no tables, so whatever reads them reads what they read; views are tables that hold nothing."""
    seed = node("seed.shop.raw")
    inner = node(
        "model.shop.inner", config={"materialized": "ephemeral"}, depends_on={"nodes": ["seed.shop.raw", "macro.x.y"]}
    )
    outer = node("model.shop.outer", config={"materialized": "ephemeral"}, depends_on={"nodes": ["model.shop.inner"]})
    view = node("model.shop.shown", config={"materialized": "view"}, depends_on={"nodes": ["model.shop.outer"]})
    project = loaded(tmp_path, seed, inner, outer, view)

    assert ["raw", "shown"] == sorted(spec.key.to_user_string() for spec in project.specs)
    assert ["raw"] == deps_of(spec_of(project, "shown"))
    assert spec_of(project, "shown").is_virtual


def test_keys_and_groups(tmp_path: Path) -> None:
    """By schema and alias, or as the project's `meta` says; who owns a group owns its models."""
    plain = node("model.shop.a", alias="aa", config={"schema": "marts", "group": "finance"}, tags=["p i i"])
    told = node("model.shop.b", config={"meta": {"dagster": {"asset_key": ["x", "y"], "group": "told"}}})
    project = loaded(tmp_path, plain, told, groups={"g": {"name": "finance", "owner": {"email": ["cfo@example.com"]}}})
    found = spec_of(project, "marts/aa")

    assert ("finance", ("cfo@example.com",), {"p_i_i": ""}) == (found.group_name, found.owners, found.tags)
    assert "told" == spec_of(project, "x/y").group_name


def test_tests_of_several_models(tmp_path: Path) -> None:
    """A test is a check of what it is attached to, else of the first that it reads, and looks at the others."""
    nodes = [node("model.shop.a"), node("model.shop.b")]
    reads = {"nodes": ["model.shop.a", "model.shop.b"]}
    attached = node("test.shop.related", attached_node="model.shop.b", depends_on=reads, config={"severity": "WARN"})
    single = node("test.shop.single", depends_on=reads)
    lost = node("test.shop.lost", depends_on={"nodes": []})
    project = loaded(tmp_path, *nodes, attached, single, lost)

    assert [("b:related", "a", "warn"), ("a:single", "b", "error")] == [
        (
            check.key.to_user_string(),
            check.additional_deps[0].asset_key.to_user_string(),
            check.metadata["dbt/severity"],
        )
        for check in project.checks
    ]


@pytest.mark.parametrize("content", [None, b"{", b"[]", b'{"nodes": {}}', b"\xff"])
def test_what_is_no_manifest(tmp_path: Path, content: bytes | None) -> None:
    """The error names the file and how to have one."""
    path = tmp_path / "manifest.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UnreadableManifestError, match=r"manifest\.json .*`dbt parse`"):
        load_dbt_manifest(path)
