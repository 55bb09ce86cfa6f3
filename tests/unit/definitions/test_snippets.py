"""The three snippets that users of this field know best, as they would write them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import headwater as hw
from headwater.definitions.build_snapshot import build_snapshot
from headwater.definitions.sensors.results import normalize_sensor_result
from headwater.definitions.snapshot import decode_snapshot, encode_snapshot


def lineage(defs: hw.Definitions) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Kind and dependencies by key, after the way through JSON."""
    snapshot = decode_snapshot(encode_snapshot(build_snapshot(defs)))
    return {asset.key: (asset.kind, asset.deps) for asset in snapshot.assets}


def test_one_external_asset_with_a_native_one_downstream() -> None:
    """A native asset depends on the spec of an external one."""
    raw_transactions = hw.AssetSpec("raw_transactions")

    @hw.asset(deps=[raw_transactions])
    def cleaned_transactions():  # type: ignore[no-untyped-def]
        return "clean"

    defs = hw.Definitions(assets=[raw_transactions, cleaned_transactions])

    assert {
        "cleaned_transactions": ("native", ("raw_transactions",)),
        "raw_transactions": ("external", ()),
    } == lineage(defs)
    assert "clean" == cleaned_transactions()


def sensor_of(path: Path) -> tuple[hw.Definitions, hw.SensorDefinition]:
    """Definitions with a sensor that polls the modification time of a file."""
    raw_transactions = hw.AssetSpec("raw_transactions")

    @hw.sensor(minimum_interval_seconds=30)
    def raw_transactions_sensor(context: hw.SensorEvaluationContext) -> hw.SensorResult | hw.SkipReason:
        modified_at = path.stat().st_mtime_ns
        if context.cursor and modified_at <= int(context.cursor):
            return hw.SkipReason("no new file")
        return hw.SensorResult(
            asset_events=[
                hw.AssetMaterialization(
                    asset_key=raw_transactions.key, metadata={"file_last_modified_at_ns": modified_at}
                )
            ],
            cursor=str(modified_at),
        )

    return hw.Definitions(assets=[raw_transactions], sensors=[raw_transactions_sensor]), raw_transactions_sensor


def test_sensor_that_keeps_a_modification_time_as_cursor(tmp_path: Path) -> None:
    """Each state of the file is told of once."""
    path = tmp_path / "raw.csv"
    path.write_text("id,amount\n")
    os.utime(path, ns=(5, 5))
    defs, sensor = sensor_of(path)
    cursor = None
    seen = []
    for modified_at in (5, 5, 7):
        os.utime(path, ns=(modified_at, modified_at))
        context = hw.build_sensor_context(cursor=cursor)
        outcome = normalize_sensor_result(sensor(context), context)
        cursor = outcome.cursor
        seen.append(
            (outcome.status, [event.metadata["file_last_modified_at_ns"].value for event in outcome.asset_events])
        )
    assert [("success", [5]), ("skipped", []), ("success", [7])] == seen
    assert ["raw_transactions_sensor"] == [each.name for each in build_snapshot(defs).sensors]


def test_sensor_fails_with_the_error_of_the_world(tmp_path: Path) -> None:
    """A file that is not there is the user's error, not an empty result."""
    _, sensor = sensor_of(tmp_path / "missing.csv")
    with pytest.raises(FileNotFoundError):
        sensor(hw.build_sensor_context())


def test_chain_of_external_assets_with_a_native_one_at_the_end() -> None:
    """External assets depend on each other as another system's pipeline does."""
    raw_data = hw.AssetSpec("raw_data")
    stg_data = hw.AssetSpec("stg_data", deps=[raw_data])
    cleaned_data = hw.AssetSpec("cleaned_data", deps=[stg_data])

    @hw.asset(deps=[cleaned_data])
    def derived_data() -> None:
        pass

    defs = hw.Definitions(assets=[raw_data, stg_data, cleaned_data, derived_data])

    assert {
        "cleaned_data": ("external", ("stg_data",)),
        "derived_data": ("native", ("cleaned_data",)),
        "raw_data": ("external", ()),
        "stg_data": ("external", ("raw_data",)),
    } == lineage(defs)
