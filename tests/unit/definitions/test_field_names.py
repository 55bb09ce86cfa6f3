"""Names that whoever comes from this field looks for: external definitions, provenance, builders for tests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import headwater as hw
from headwater.definitions.build_snapshot import build_snapshot

DAYS = hw.DailyPartitionsDefinition("2026-11-01")


def test_a_definition_of_specs_alone_is_external() -> None:
    """It stands for its specs: nothing here makes them, and calling it says so."""
    both = hw.AssetsDefinition(specs=[hw.AssetSpec("raw"), hw.AssetSpec("lines", deps=["raw"])])
    snapshot = build_snapshot(hw.Definitions([both]))

    assert [("lines", "external", ("raw",)), ("raw", "external", ())] == [
        (asset.key, asset.kind, asset.deps) for asset in snapshot.assets
    ]
    assert (True, False, False) == (both.is_external, both.is_executable, both.is_materializable)
    assert hw.AssetKey("lines") == both.get_asset_spec("lines").key
    with pytest.raises(hw.InvalidInvocationError, match="Another system"):
        both()
    with pytest.raises(hw.ExternalAssetError):
        hw.Definitions([both]).get_assets_def("raw")


def test_other_attributes_of_a_definition() -> None:
    """Keys, groups and tags are replaced where they are named, also where others depend on a key."""

    @hw.asset
    def down(up: int) -> int:
        return up

    changed = down.with_attributes(
        asset_key_replacements={
            hw.AssetKey("up"): hw.AssetKey(["lake", "up"]),
            hw.AssetKey("down"): hw.AssetKey("low"),
        },
        group_names_by_key={hw.AssetKey("down"): "finance"},
        tags_by_key={hw.AssetKey("down"): {"tier": "gold"}},
    )

    assert (hw.AssetKey("low"), "finance", {"tier": "gold"}) == (
        changed.key,
        changed.spec.group_name,
        changed.spec.tags,
    )
    assert [hw.AssetKey(["lake", "up"])] == [dep.asset_key for dep in changed.spec.deps]
    assert [hw.AssetKey(["lake", "up"])] == [entry.key for entry in changed.inputs]


def test_a_virtual_asset_says_so() -> None:
    """That an asset has no data of its own is kept with its definition, and can be taken back."""

    @hw.asset(is_virtual=True)
    def view() -> None: ...

    snapshot = build_snapshot(hw.Definitions([view, hw.AssetSpec("table")]))
    assert {"view": True, "table": False} == {asset.key: asset.virtual for asset in snapshot.assets}
    assert not view.spec.replace_attributes(is_virtual=False).is_virtual


def test_provenance_is_told_to_the_function_and_in_tags() -> None:
    """The function can ask what its asset was last made from, and an event's tags say it as others read them."""
    told: list[Any] = []

    @hw.asset(deps=["raw"], code_version="2")
    def made(context: hw.AssetExecutionContext) -> None:
        told.append((context.get_asset_provenance("made"), hw.AssetExecutionContext.get() is context))

    instance = hw.HeadwaterInstance.ephemeral()
    instance.report_runless_asset_event(hw.AssetMaterialization("raw", data_version="v1"))
    for _ in range(2):
        hw.materialize([hw.AssetSpec("raw"), made], instance=instance)

    assert (None, True) == told[0]
    key = hw.AssetKey("raw")
    assert hw.DataProvenance("2", {key: hw.DataVersion("v1")}, {key: 1}, False) == told[1][0]
    event = instance.get_latest_materialization_event("made")
    assert event is not None
    assert event.asset_materialization is not None
    tags = event.asset_materialization.tags or {}
    assert ("2", "v1", "1") == tuple(
        tags[f"dagster/{name}"] for name in ("code_version", "input_data_version/raw", "input_event_pointer/raw")
    )
    assert event.asset_materialization.data_version == tags["dagster/data_version"]
    with pytest.raises(hw.InvalidInvocationError):
        hw.AssetExecutionContext.get()


def test_the_newest_materialization_goes_by_when_it_happened() -> None:
    """A report that comes late and tells of an earlier moment is not the newest one."""
    instance = hw.HeadwaterInstance.ephemeral()
    for moment, version in ((2_000.0, "new"), (1_000.0, "late")):
        instance.report_runless_asset_event(hw.AssetMaterialization("a", timestamp=moment, data_version=version))

    event = instance.get_latest_materialization_event("a")
    assert event is not None
    assert event.asset_materialization is not None
    assert "new" == event.asset_materialization.data_version


def test_resources_outside_a_run() -> None:
    """They are set up with their config when asked for, and torn down at the end."""
    ended: list[str] = []

    @hw.resource(config_schema={"path": str})
    def lake(context: hw.InitResourceContext) -> Iterator[str]:
        yield context.resource_config["path"]
        ended.append("lake")

    with hw.build_resources({"lake": lake, "rate": 2}, resource_config={"lake": {"config": {"path": "x"}}}) as ready:
        assert ("x", 2) == (ready.lake, ready.rate)
        assert [] == ended
    assert ["lake"] == ended
    assert {"path": "y"} == hw.build_init_resource_context({"path": "y"}).resource_config


def test_a_hook_in_a_test() -> None:
    """A hook is called with a context that a test has built."""
    mails: list[str] = []

    @hw.failure_hook
    def tell(context: hw.HookContext) -> None:
        context.resources.mail.append(str(context.op_exception))

    tell(hw.build_hook_context({"mail": mails}, op_exception=ValueError("no rows"), hook_def=tell))
    assert ["no rows"] == mails


def test_partitions_of_another_moment_and_store() -> None:
    """Within the context, days end at its moment and dynamic keys are its store's; outside, all is as before."""
    customers = hw.DynamicPartitionsDefinition(name="customers")
    instance = hw.HeadwaterInstance.ephemeral()
    instance.add_dynamic_partitions("customers", ["acme"])
    with (
        hw.partition_loading_context(datetime(2026, 11, 3, tzinfo=UTC)),
        hw.partition_loading_context(dynamic_partitions_store=instance),
    ):
        assert ["2026-11-01", "2026-11-02"] == DAYS.get_partition_keys()
        assert ["acme"] == customers.get_partition_keys()
        assert customers.has_partition_key("acme")
    with pytest.raises(hw.InvalidInvocationError):
        customers.get_partition_keys()


def test_freshness_checks_are_carried_out_when_they_can_have_another_result() -> None:
    """At first, after each update, and once the time is up until which the result holds; not in between."""
    checks = hw.build_last_update_freshness_checks(assets=["orders"], lower_bound_delta=timedelta(days=1))
    watch = hw.build_sensor_for_freshness_checks(freshness_checks=checks)
    instance = hw.HeadwaterInstance.ephemeral()

    def asked() -> list[str]:
        found = watch(hw.build_sensor_context(instance=instance))
        keys = found.asset_check_keys if isinstance(found, hw.RunRequest) else None
        return [key.to_user_string() for key in keys or ()]

    def carry_out() -> None:
        hw.materialize(
            [hw.AssetSpec("orders"), *checks], instance=instance, selection=hw.AssetSelection.checks(*checks)
        )

    assert ["orders:freshness_check"] == asked()
    instance.report_runless_asset_event(hw.AssetMaterialization("orders"))
    carry_out()
    assert [] == asked()
    instance.report_runless_asset_event(hw.AssetMaterialization("orders"))
    assert ["orders:freshness_check"] == asked()
    carry_out()
    assert [] == asked()


def test_keys_of_checks_as_others_store_them() -> None:
    """The stored form of a check's key is read back; other text is none."""
    key = hw.AssetCheckKey(hw.AssetKey(["lake", "orders"]), "not_empty")
    assert key == hw.AssetCheckKey.from_db_string(key.to_db_string())
    assert [None, None, None] == [hw.AssetCheckKey.from_db_string(text) for text in ("", "[]", '{"asset_key": 1}')]
    assert "eu/lake/orders:not_empty" == key.with_asset_key_prefix("eu").to_user_string()
