"""`AssetSelection` as users build it, over definitions."""

from __future__ import annotations

from typing import Any

import pytest

import headwater as hw

Selection = hw.AssetSelection


@hw.asset(deps=["raw"], group_name="finance", owners=["team:data"], tags={"pii": "yes"}, kinds={"duckdb"})
def cleaned() -> None:
    """Cleaned rows."""


@hw.asset(deps=[cleaned], group_name="finance", automation_condition=hw.AutomationCondition.eager())
def report() -> None:
    """A report."""


DEFS = hw.Definitions(
    [
        hw.AssetSpec("raw", deps=["missing"], owners=["a@example.com"], kinds={"csv"}),
        hw.AssetSpec(["lake", "raw"], partitions_def=hw.StaticPartitionsDefinition(["x"])),
        hw.AssetSpec(["lake", "deep", "er"], tags={"tier": "1"}),
        cleaned,
        report,
    ],
    asset_checks=[hw.AssetCheckSpec("rows", asset="raw"), hw.AssetCheckSpec("total", asset=report)],
)


def meant(selection: Any) -> set[str]:
    """The keys that a selection means, as text."""
    return {key.to_user_string() for key in Selection.from_coercible(selection).resolve(DEFS)}


def checks(selection: Any) -> set[str]:
    """The checks that a selection means, as text."""
    return {key.to_user_string() for key in Selection.from_coercible(selection).resolve_checks(DEFS)}


EVERYTHING = {"missing", "raw", "lake/raw", "lake/deep/er", "cleaned", "report"}


def name_of(case: object) -> str:
    """What a case is called, the same in each process: sets have no order."""
    return str(sorted(case)) if isinstance(case, set) else str(case)


@pytest.mark.parametrize(
    ("selection", "keys"),
    [
        (Selection.all(), EVERYTHING),
        (Selection.all(include_sources=False), {"cleaned", "report"}),
        (Selection.assets("lake/raw", cleaned, ["raw"]), {"lake/raw", "cleaned", "raw"}),
        (Selection.assets(), set()),
        (Selection.keys("raw"), {"raw"}),
        (Selection.key_prefixes("lake"), {"lake/raw", "lake/deep/er"}),
        (Selection.key_prefixes(["lake", "deep"]), {"lake/deep/er"}),
        (Selection.key_substring("e/r"), {"lake/raw"}),
        (Selection.groups("finance"), {"cleaned", "report"}),
        (Selection.groups("finance", "default", include_sources=False), {"cleaned", "report"}),
        (Selection.tag("pii", "yes"), {"cleaned"}),
        (Selection.tag("pii"), {"cleaned"}),
        (Selection.tag_string("tier=1"), {"lake/deep/er"}),
        (Selection.owner("team:data"), {"cleaned"}),
        (Selection.kind("csv"), {"raw"}),
        (Selection.assets("cleaned").upstream(), {"cleaned", "raw", "missing"}),
        (Selection.assets("cleaned").upstream(1), {"cleaned", "raw"}),
        (Selection.assets("cleaned").upstream(include_self=False), {"raw", "missing"}),
        (Selection.assets("raw").downstream(depth=1), {"cleaned", "raw"}),
        (Selection.assets("raw").downstream(include_self=False), {"cleaned", "report"}),
        (Selection.assets("report").upstream_source_assets(), {"raw", "missing"}),
        (Selection.groups("finance").roots(), {"cleaned"}),
        (Selection.groups("finance").sources(), {"cleaned"}),
        (Selection.groups("finance").sinks(), {"report"}),
        (Selection.all().materializable(), {"cleaned", "report"}),
        (Selection.groups("finance") - Selection.tag("pii"), {"report"}),
        (Selection.groups("finance") & Selection.tag("pii"), {"cleaned"}),
        (~Selection.groups("default"), {"cleaned", "report"}),
        (Selection.groups("finance").required_multi_asset_neighbors(), {"cleaned", "report"}),
        ("is:stub or is:partitioned", {"missing", "lake/raw"}),
        ("is:automated", {"report"}),
        ("owner:<null> and is:external", {"lake/raw", "lake/deep/er"}),
        ("key:nope or raw", {"raw"}),
        ("*aw", {"raw", "lake/raw"}),
        (["raw", cleaned, hw.AssetKey("report"), Selection.kind("csv")], {"raw", "cleaned", "report"}),
        (hw.AssetKey("raw"), {"raw"}),
        (DEFS.resolve_all_asset_specs(), EVERYTHING - {"missing"}),
    ],
    ids=name_of,
)  # fmt: skip
def test_what_is_meant(selection: Any, keys: set[str]) -> None:
    """Each method and form means the assets that its documentation says."""
    assert keys == meant(selection)


@pytest.mark.parametrize(
    ("selection", "keys"),
    [
        ("*", {"raw:rows", "report:total"}),
        ("raw+", {"raw:rows", "report:total"}),
        (Selection.assets("raw").without_checks(), set()),
        (Selection.all_asset_checks(), {"raw:rows", "report:total"}),
        (Selection.checks_for_assets("raw"), {"raw:rows"}),
        (Selection.checks(hw.AssetCheckKey(hw.AssetKey("raw"), "rows")), {"raw:rows"}),
        (Selection.all() - Selection.checks_for_assets("raw"), {"report:total"}),
        ("check:report:total or cleaned", {"report:total"}),
    ],
    ids=name_of,
)
def test_which_checks_are_meant(selection: Any, keys: set[str]) -> None:
    """An asset comes with its checks, unless the selection says otherwise."""
    assert keys == checks(selection)


def test_checks_alone_mean_no_asset() -> None:
    """What names checks selects none of their assets."""
    assert set() == meant("checks(*) or check:raw:rows")


def test_a_key_that_is_not_there_is_named_with_a_suggestion() -> None:
    """A misspelt key is an error; a pattern that matches nothing is not."""
    with pytest.raises(hw.UnknownAssetError, match=r"'cleand', which is not there. Did you mean cleaned\?"):
        meant("+cleand")


def test_what_only_a_deployment_knows_is_refused_by_definitions() -> None:
    """Statuses and code locations can't be told from definitions, so asking is an error and not an empty answer."""
    with pytest.raises(hw.SelectionError, match="status:"):
        meant("status:stale")


def test_a_sensor_may_target_a_selection() -> None:
    """The selection means the native assets among those that it selects."""
    from headwater.definitions.build_snapshot import build_snapshot

    @hw.sensor(target=Selection.assets("raw").downstream())
    def by_value() -> None: ...

    @hw.sensor(asset_selection="+report")
    def by_text() -> None: ...

    snapshot = build_snapshot(hw.Definitions.merge(DEFS, hw.Definitions(sensors=[by_value, by_text])))

    assert [("cleaned", "report")] * 2 == [sensor.targets for sensor in snapshot.sensors]


@pytest.mark.parametrize("depth", [-1, 1.5, True, "1"])
def test_a_depth_is_a_number_of_steps(depth: Any) -> None:
    """Anything else is refused."""
    with pytest.raises(hw.InvalidParameterError, match="depth is a whole number of steps"):
        Selection.all().upstream(depth)


def test_only_selections_combine() -> None:
    """A text is not taken for a selection by an operator."""
    with pytest.raises(hw.InvalidParameterError):
        Selection.all() & "a"  # type: ignore[operator]
