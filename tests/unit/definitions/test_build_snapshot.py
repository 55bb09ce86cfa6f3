"""The snapshot: what it says, that it is exact, and that it depends on nothing but the definitions."""

from __future__ import annotations

import random
from datetime import timedelta

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import definitions

import headwater as hw
from headwater.definitions.build_snapshot import build_snapshot
from headwater.definitions.examine import examine
from headwater.definitions.snapshot import DefinitionsSnapshot, WireValue, decode_snapshot, encode_snapshot


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(definitions())
def test_round_trip_is_exact(defs: hw.Definitions) -> None:
    """Every snapshot comes back from JSON equal, and with equal bytes."""
    snapshot = build_snapshot(defs)
    body = encode_snapshot(snapshot)
    assert snapshot == decode_snapshot(body)
    assert body == encode_snapshot(decode_snapshot(body))


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(definitions(), st.randoms())
def test_order_does_not_matter(defs: hw.Definitions, order: random.Random) -> None:
    """The same definitions in another order have the same bytes."""
    shuffled = [list(items) for items in (defs.assets, defs.sensors, defs.asset_checks)]
    for items in shuffled:
        order.shuffle(items)
    assets, sensors, checks = shuffled
    again = hw.Definitions(assets, sensors, checks, defs.metadata)  # type: ignore[arg-type]
    assert encode_snapshot(build_snapshot(defs)) == encode_snapshot(build_snapshot(again))


def test_assets() -> None:
    """A native asset, an external one and a stub are told apart, with everything that is known of them."""
    daily = hw.DailyPartitionsDefinition("2026-01-01")
    eager = hw.AutomationCondition.eager()
    raw = hw.AssetSpec(
        ["lake", "a/b"],
        deps=["before"],
        description="d",
        metadata={"rows": 3},
        group_name="g",
        owners=["team:data"],
        tags={"t": "1"},
        kinds={"parquet", "csv"},
        code_version="v",
        partitions_def=daily,
    )

    @hw.asset(deps=[raw], automation_condition=eager, timeout=timedelta(minutes=1))
    def made() -> None:
        pass

    by_key = {asset.key: asset for asset in build_snapshot(hw.Definitions(assets=[made, raw])).assets}
    assert ["before", r"lake/a\/b", "made"] == list(by_key)
    assert ["stub", "external", "native"] == [asset.kind for asset in by_key.values()]
    lake, own = by_key[r"lake/a\/b"], by_key["made"]
    assert (("before",), "d", {"rows": WireValue("int", 3)}) == (lake.deps, lake.description, lake.metadata)
    assert ("g", ("team:data",), {"t": "1"}) == (lake.group, lake.owners, lake.tags)
    assert (("csv", "parquet"), "v", raw.source) == (lake.kinds, lake.code_version, lake.source)
    assert daily.to_snapshot() == lake.partitions
    assert (eager, 60.0, "default") == (own.condition, own.timeout, own.group)


def test_checks() -> None:
    """Only a check with a function of its own is executable."""

    @hw.asset(check_specs=[hw.AssetCheckSpec("inside", asset="made")])
    def made() -> None:
        pass

    @hw.asset_check(asset=made, blocking=True, additional_deps=["b", "a"], timeout=5)
    def own() -> bool:
        return True

    pushed = hw.AssetCheckSpec("pushed", asset="made", description="d")
    checks = {check.name: check for check in build_snapshot(hw.Definitions([made], None, [pushed, own])).checks}
    assert {"inside": False, "own": True, "pushed": False} == {name: c.executable for name, c in checks.items()}
    assert (True, ("a", "b"), 5.0) == (checks["own"].blocking, checks["own"].deps, checks["own"].timeout)
    assert "d" == checks["pushed"].description


def test_sensors() -> None:
    """A sensor's times are seconds, its targets escaped keys."""

    @hw.asset(key=["a/b"])
    def made() -> None:
        pass

    @hw.sensor(target=made, minimum_interval_seconds=5, default_status=hw.DefaultSensorStatus.STOPPED, tags={"t": "1"})
    def looks() -> None:
        pass

    (sensor,) = build_snapshot(hw.Definitions([made], [looks])).sensors
    assert (5.0, 60.0, False) == (sensor.minimum_interval, sensor.timeout, sensor.running_by_default)
    assert ((r"a\/b",), {"t": "1"}, looks.source) == (sensor.targets, sensor.tags, sensor.source)


def test_whole() -> None:
    """The snapshot carries the metadata of the whole, and the warnings."""
    snapshot = build_snapshot(hw.Definitions([hw.AssetSpec("x", deps=["x"])], metadata={"team": "data"}))
    assert {"team": WireValue("text", "data")} == snapshot.metadata
    assert 1 == len(snapshot.warnings)


def test_empty() -> None:
    """Definitions of nothing have an empty snapshot."""
    assert DefinitionsSnapshot() == build_snapshot(hw.Definitions())


def test_older_snapshots_can_be_read() -> None:
    """A snapshot that lacks the fields of a newer release gets their defaults."""
    body = msgspec.json.encode({"version": 1, "assets": [{"key": "a", "kind": "external"}]})
    snapshot = decode_snapshot(body)
    assert ("a", "default", ()) == (snapshot.assets[0].key, snapshot.assets[0].group, snapshot.checks)


def test_what_is_wrong_with_one_thing_does_not_hide_what_is_wrong_with_others() -> None:
    """A job of an external asset is listed beside a target that is not there, a circle and a missing resource."""

    @hw.sensor(target=["cleend"])
    def watch() -> None: ...

    @hw.asset(deps=["b"], required_resource_keys={"warehouse"})
    def a() -> None: ...

    @hw.asset(deps=["a"])
    def b() -> None: ...

    @hw.schedule("@daily", job_name="nowhere")
    def nightly() -> None: ...

    jobs = [hw.define_asset_job("foreign", selection="raw"), hw.define_asset_job("round", selection="+a")]
    found = examine(hw.Definitions([hw.AssetSpec("raw"), a, b], sensors=[watch], schedules=[nightly], jobs=jobs))

    assert ["circle", "invalid-definition", "missing-resource", "undefined-job", "undefined-target"] == sorted(
        problem.code for problem in found
    )
    assert found[-1].source == jobs[0].source
    assert "'foreign'" in found[-1].message


def test_every_selection_that_can_not_be_resolved_is_listed_where_it_stands() -> None:
    """Of sensors, schedules and jobs alike; and the first of them is named when definitions are loaded."""

    @hw.sensor(target="cleend")
    def watch() -> None: ...

    @hw.schedule("@daily", target="raw")
    def nightly() -> None: ...

    job = hw.define_asset_job("all", selection="rwa")
    defs = hw.Definitions([hw.AssetSpec("raw")], sensors=[watch], schedules=[nightly], jobs=[job])

    found = {problem.message.partition(" (")[0]: problem for problem in examine(defs)}

    assert {"Sensor 'watch'", "Schedule 'nightly'", "Job 'all'"} == found.keys()
    assert [watch.source, nightly.source, job.source] == [problem.source for problem in found.values()]
    assert len({problem.source for problem in found.values()} - {None}) == 3
    with pytest.raises(hw.UnknownAssetError, match=r"Sensor 'watch' \(.*test_build_snapshot.py:\d+\): .*'cleend'"):
        build_snapshot(defs)


def test_every_condition_that_looks_at_what_is_not_there_is_listed_where_it_stands() -> None:
    """Of assets, checks and jobs alike, beside what else is wrong, be it with the same asset."""
    wrong = hw.AutomationCondition.eager().allow(hw.AssetSelection.assets("cleend"))

    @hw.asset(deps=["lost"], automation_condition=wrong, required_resource_keys={"lost"})
    def clean() -> None: ...

    @hw.asset(automation_condition=wrong)
    def other() -> None: ...

    @hw.asset_check(asset="clean", automation_condition=wrong)
    def full() -> None: ...

    roots = hw.AutomationCondition.any_job_root_assets_match(wrong)
    job = hw.define_asset_job("all", selection="other", automation_condition=roots)
    whole = hw.Definitions([clean, other], asset_checks=[full], jobs=[job])

    errors = [problem for problem in examine(whole) if problem.error is not None]

    conditions = {
        problem.message.partition(" (")[0]: problem.source for problem in errors if problem.code == "invalid-definition"
    }
    assert {
        "The condition of asset 'clean'": next(iter(clean.specs)).source,
        "The condition of asset 'other'": next(iter(other.specs)).source,
        "The condition of check 'clean:full'": next(iter(full.specs)).source,
        "The condition of job 'all'": job.source,
    } == conditions
    assert None not in conditions.values()
    assert "missing-resource" in {problem.code for problem in errors}
    with pytest.raises(hw.InvalidDefinitionError, match=r"condition of asset 'other' .*'cleend'"):
        build_snapshot(hw.Definitions([other]))
