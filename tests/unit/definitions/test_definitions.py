"""Putting definitions together: what fits, what does not, and what the errors say."""

from __future__ import annotations

from typing import Any

import pytest

import headwater as hw


def native(key: str, *deps: str, **options: Any) -> hw.AssetsDefinition:
    """A native asset with these dependencies."""
    return hw.asset(key=key, deps=deps, **options)(lambda: None)


def resolved_kinds(*assets: Any) -> dict[str, str]:
    """How each asset of some definitions stands."""
    resolved = hw.Definitions(assets=assets).resolve()
    kinds = {key: "native" if key in resolved.natives else "external" for key in resolved.specs}
    kinds.update(dict.fromkeys(resolved.stubs, "stub"))
    return {key.to_user_string(): kind for key, kind in kinds.items()}


def test_kinds_of_assets() -> None:
    """A spec is external, a decorated function native, and what is only spoken of a stub."""
    kinds = resolved_kinds(hw.AssetSpec("raw", deps=["before"]), native("made", "raw", "beside"))
    assert {"raw": "external", "made": "native", "before": "stub", "beside": "stub"} == kinds


def test_an_order_does_not_matter() -> None:
    """What is defined after it is spoken of is no stub."""
    assert {"made": "native", "raw": "external"} == resolved_kinds(native("made", "raw"), hw.AssetSpec("raw"))


def test_equal_specs_collapse() -> None:
    """The same spec twice, or two equal ones, are one asset; so is the same function twice."""
    spec, made = hw.AssetSpec("a"), native("b")
    assert {"a": "external", "b": "native"} == resolved_kinds(spec, spec, hw.AssetSpec("a"), made, made)


@pytest.mark.parametrize(
    "assets",
    [
        [hw.AssetSpec("a"), hw.AssetSpec("a", description="other")],
        [hw.AssetSpec("a"), native("a")],
        [native("a"), hw.AssetSpec("a")],
        [native("a"), native("a")],
    ],
)
def test_one_name_for_two_assets(assets: list[Any]) -> None:
    """Two different definitions of one key are an error that names both places."""
    with pytest.raises(hw.DuplicateDefinitionError) as caught:
        hw.Definitions.validate_loadable(hw.Definitions(assets=assets))
    places = [f"{asset.source.file}:{asset.source.line}" for asset in assets]
    assert all(place in str(caught.value) for place in places)
    assert "'a'" in str(caught.value)


@pytest.mark.parametrize(
    ("known", "suggestion"),
    [
        (["raw_transactions"], "AssetKey(['raw_transactions'])"),
        (["lake", "raw_transaction"], "AssetKey(['lake', 'raw_transaction'])"),
        (["nothing", "alike"], None),
    ],
)
def test_input_that_is_not_defined(known: list[str], suggestion: str | None) -> None:
    """A parameter that names no asset is an error with what was probably meant."""
    made = hw.asset(name="made")(lambda raw_transaction: None)
    defs = hw.Definitions(assets=[made, hw.AssetSpec(known)])
    with pytest.raises(hw.InvalidDefinitionError, match=r"'raw_transaction'.*ins=") as caught:
        defs.resolve()
    assert (suggestion is None) == ("Did you mean" not in str(caught.value))
    assert suggestion is None or suggestion in str(caught.value)


def test_input_that_is_split_otherwise() -> None:
    """A key that only looks the same is suggested in the form in which it differs."""
    made = hw.asset(ins={"a": hw.AssetIn("x/y")}, name="made")(lambda a: None)
    with pytest.raises(hw.InvalidDefinitionError, match=r"Did you mean AssetKey\(\['x', 'y'\]\)\?"):
        hw.Definitions(assets=[made, hw.AssetSpec(["x", "y"])]).resolve()


def test_external_input_is_allowed() -> None:
    """A native asset may take the value of an external one."""
    made = hw.asset(name="made")(lambda raw: None)
    assert {"made": "native", "raw": "external"} == resolved_kinds(made, hw.AssetSpec("raw"))


def test_circle_of_native_assets() -> None:
    """Native assets in a circle are an error with the way round and the places."""
    assets = [native("a", "c"), native("b", "a"), native("c", "b"), native("d", "c")]
    with pytest.raises(hw.CyclicDependencyError) as caught:
        hw.Definitions(assets=assets).resolve()
    line = assets[0].source.line  # type: ignore[union-attr]
    way = " → ".join(f"{key} ({__file__}:{line})" for key in "abc")
    assert f"{way} → a." in str(caught.value)
    assert "d (" not in str(caught.value)


@pytest.mark.parametrize(
    "assets",
    [[native("a", "a")], [native("a", "x"), hw.AssetSpec("x", deps=["a"])]],
)
def test_circle_through_a_native_asset(assets: list[Any]) -> None:
    """A native asset below itself is an error, directly or through an external one."""
    with pytest.raises(hw.CyclicDependencyError, match="→ a"):
        hw.Definitions(assets=assets).resolve()


def test_circle_of_external_assets_is_kept() -> None:
    """The world's circles are kept with a warning, also above and below native assets."""
    circle = [hw.AssetSpec("x", deps=["y"]), hw.AssetSpec("y", deps=["x"]), hw.AssetSpec("z", deps=["z"])]
    resolved = hw.Definitions(assets=[*circle, native("a", "x")]).resolve()
    assert 2 == len(resolved.warnings)
    assert "x, y" in resolved.warnings[0]
    assert "z depends on itself" in resolved.warnings[1]


def test_large_circle_is_named_in_short() -> None:
    """The warning for a large knot does not name everything."""
    knot = [hw.AssetSpec(f"k{n:04}", deps=[f"k{(n + 1) % 5000:04}"]) for n in range(5000)]
    (warning,) = hw.Definitions(assets=knot).resolve().warnings
    assert "k0009 and 4990 more" in warning


def test_long_chain() -> None:
    """Ten thousand native assets in a row are resolved."""
    chain = [native("0")] + [native(str(n), str(n - 1)) for n in range(1, 10_000)]
    assert 10_000 == len(hw.Definitions(assets=chain).resolve().natives)


def test_condition_without_effect_is_warned_of() -> None:
    """An automation condition on an external asset is kept, with a warning."""
    defs = hw.Definitions(assets=[hw.AssetSpec("x", automation_condition=hw.AutomationCondition.eager())])
    (warning,) = defs.resolve().warnings
    assert "'x'" in warning
    assert "no effect" in warning


def test_check_of_an_undefined_asset_makes_a_stub() -> None:
    """An asset that only a check speaks of is in the catalog."""
    defs = hw.Definitions(asset_checks=[hw.AssetCheckSpec("c", asset="a", additional_deps=["b"])])
    assert {hw.AssetKey("a"), hw.AssetKey("b")} == defs.resolve().stubs


def test_one_name_for_two_checks() -> None:
    """Two checks of one name on one asset are an error; the same one twice, or on two assets, is not."""
    first, second = (hw.asset_check(asset="a", name="c")(lambda: True) for _ in range(2))
    elsewhere = hw.AssetCheckSpec("c", asset="b")
    assert 2 == len(hw.Definitions(asset_checks=[first, first, elsewhere]).resolve().check_specs)
    with pytest.raises(hw.DuplicateDefinitionError, match=r"'a'.*'c'.*test_definitions.py:\d+"):
        hw.Definitions(asset_checks=[first, second]).resolve()


def test_check_of_the_function_and_another() -> None:
    """A check that an asset's function gives collides with one of the same name."""
    made = native("a", check_specs=[hw.AssetCheckSpec("c", asset="a")])
    with pytest.raises(hw.DuplicateDefinitionError):
        hw.Definitions(assets=[made], asset_checks=[hw.AssetCheckSpec("c", asset="a")]).resolve()


def test_one_name_for_two_sensors() -> None:
    """Two sensors of one name are an error; the same one twice is not."""
    first, second = (hw.sensor(name="s")(lambda: None) for _ in range(2))
    assert ["s"] == list(hw.Definitions(sensors=[first, first]).resolve().sensors)
    with pytest.raises(hw.DuplicateDefinitionError, match="'s'"):
        hw.Definitions(sensors=[first, second]).resolve()


def test_sensor_that_targets_an_external_asset() -> None:
    """What another system makes can't be a target; the error says how to report it instead."""
    sensor = hw.sensor(name="s", target=["raw"])(lambda: None)
    with pytest.raises(hw.ExternalAssetError, match=r"'raw'.*asset_events"):
        hw.Definitions(assets=[hw.AssetSpec("raw")], sensors=[sensor]).resolve()


def test_sensor_that_targets_nothing_known() -> None:
    """A target that is not defined is an error with what was probably meant."""
    sensor = hw.sensor(name="s", target=["mode"])(lambda: None)
    with pytest.raises(hw.InvalidDefinitionError, match=r"Did you mean.*'made'"):
        hw.Definitions(assets=[native("made")], sensors=[sensor]).resolve()


@pytest.mark.parametrize(
    ("arguments", "mend"),
    [
        ({"assets": hw.AssetSpec("a")}, "is a list"),
        ({"assets": "a"}, "is a list"),
        ({"assets": ["a"]}, "AssetSpec"),
        ({"assets": [[hw.AssetSpec("a")]]}, r"\*\["),
        ({"assets": [lambda: None]}, "@asset"),
        ({"assets": [hw.AssetCheckSpec("c", asset="a")]}, "asset_checks="),
        ({"sensors": [lambda: None]}, "@sensor"),
        ({"sensors": [hw.AssetSpec("a")]}, "assets="),
        ({"asset_checks": [native("a")]}, "assets="),
        ({"metadata": {"a": {1}}}, "sorted"),
        ({"metadata": ["a"]}, "dict"),
    ],
)
def test_wrong_types(arguments: dict[str, Any], mend: str) -> None:
    """What does not belong in a list is refused at once, with where it belongs."""
    with pytest.raises(hw.InvalidDefinitionError, match=mend):
        hw.Definitions(**arguments)


def test_unknown_keyword_is_a_type_error() -> None:
    """What is not supported is never swallowed."""
    with pytest.raises(TypeError, match="no_such_option"):
        hw.Definitions(no_such_option={})  # type: ignore[call-arg]


def test_merge() -> None:
    """Merged definitions hold everything; a clash between them is found."""
    first = hw.Definitions(assets=[native("a")], metadata={"m": 1})
    second = hw.Definitions(sensors=[hw.sensor(name="s")(lambda: None)], metadata={"m": 1, "n": 2})
    merged = hw.Definitions.merge(first, second)
    assert (1, 1, {"m": 1, "n": 2}) == (len(merged.assets), len(merged.sensors), merged.metadata)
    with pytest.raises(hw.DuplicateDefinitionError):
        hw.Definitions.merge(first, hw.Definitions(assets=[native("a")])).resolve()
    with pytest.raises(hw.DuplicateDefinitionError, match="metadata"):
        hw.Definitions.merge(first, hw.Definitions(metadata={"m": 2}))
    with pytest.raises(hw.InvalidParameterError):
        hw.Definitions.merge(first, None)  # type: ignore[arg-type]


def test_getting_what_is_there() -> None:
    """Assets, checks and sensors are found by key and name."""
    made, sensor = native("a"), hw.sensor(name="s")(lambda: None)
    check = hw.asset_check(asset="a", name="c")(lambda: True)
    defs = hw.Definitions([made], [sensor], [check])
    assert (made, sensor, check) == (
        defs.get_assets_def("a"),
        defs.get_sensor_def("s"),
        defs.get_asset_check_def(check.key),
    )


def test_getting_what_is_not_there() -> None:
    """What is missing is named; an external asset is said to be one, and how to report it."""
    reported = hw.AssetCheckSpec("c", asset="raw")
    defs = hw.Definitions([hw.AssetSpec("raw", deps=["before"])], asset_checks=[reported])
    for key in ("raw", "before"):
        with pytest.raises(hw.ExternalAssetError, match=f"'{key}' is external.*report_asset_materialization"):
            defs.get_assets_def(key)
    with pytest.raises(hw.UnknownAssetError, match="'other'"):
        defs.get_assets_def("other")
    with pytest.raises(hw.UnknownAssetError, match="'c'"):
        defs.get_asset_check_def(reported.key)
    with pytest.raises(hw.UnknownSensorError, match="'s'"):
        defs.get_sensor_def("s")
