"""Definitions that are found in modules and packages, and ones that are made when asked for."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

import headwater as hw
from headwater.location.code.load import load_definitions


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A package with a module, and one module further down; each imports from another."""
    root = tmp_path / "shop_under_test"
    (root / "deep").mkdir(parents=True)
    (root / "__init__.py").write_text("")
    (root / "__main__.py").write_text("raise SystemExit(1)\n")
    (root / "raw.py").write_text(
        "import headwater as hw\n"
        "orders = hw.AssetSpec('orders')\n"
        "def make(name):\n"
        "    return hw.asset(name=name, deps=['elsewhere'])(lambda orders: 1)\n"
        "made = [make('first'), make('second')]\n"
    )
    (root / "deep" / "__init__.py").write_text("")
    (root / "deep" / "more.py").write_text(
        "import headwater as hw\n"
        "from shop_under_test.raw import orders, made\n"
        "@hw.sensor\ndef watch():\n    pass\n"
        "@hw.asset_check(asset=orders)\ndef positive():\n    return True\n"
        "@hw.definitions\ndef late():\n    return hw.Definitions(resources={'db': object()})\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    yield_name = "shop_under_test"
    for name in [name for name in sys.modules if name.split(".")[0] == yield_name]:
        monkeypatch.delitem(sys.modules, name)
    return yield_name


def keys(items: list[hw.AssetSpec | hw.AssetsDefinition]) -> list[str]:
    """The keys of some assets, sorted."""
    return sorted(item.key.to_user_string() for item in items)


def test_everything_of_a_package_is_found_once(package: str) -> None:
    """Assets, checks, sensors and whole Definitions of all modules are taken, each once, `__main__` is not run."""
    defs = hw.load_definitions_from_package_name(package)

    assert ["first", "orders", "second"] == [spec.key.to_user_string() for spec in defs.resolve_all_asset_specs()]
    assert ["watch"] == [sensor.name for sensor in defs.sensors]
    assert 1 == len(defs.asset_checks)
    assert ["db"] == list(defs.resources)
    assert 4 == len(defs.resolve_all_asset_keys())


def test_specs_are_taken_where_they_are_wanted(package: str) -> None:
    """Functions alone, unless external assets are asked for too."""
    assert ["first", "second"] == keys(hw.load_assets_from_package_name(package))
    assert ["first", "orders", "second"] == keys(hw.load_assets_from_package_name(package, include_specs=True))


def test_a_prefix_keeps_what_belongs_together(package: str) -> None:
    """Keys get the prefix, and so do dependencies and inputs among them; others stay."""
    found = hw.load_assets_from_package_name(package, "sales", "eu", include_specs=True)
    resolved = hw.Definitions(found).resolve()

    assert ["eu/first", "eu/orders", "eu/second"] == keys(found)
    first = resolved.specs[hw.AssetKey(["eu", "first"])]
    assert {"eu/orders", "elsewhere"} == {dep.asset_key.to_user_string() for dep in first.deps}
    assert {"sales"} == {spec.group_name for spec in resolved.specs.values()}


def test_external_assets_get_a_prefix_of_their_own(package: str) -> None:
    """Instead of the other one, also where they are read."""
    found = hw.load_assets_from_package_name(package, None, "eu", source_key_prefix="raw", include_specs=True)
    alone = hw.load_assets_from_package_name(package, source_key_prefix=["raw"], include_specs=True)
    resolved = hw.Definitions(found).resolve()

    assert ["eu/first", "eu/second", "raw/orders"] == keys(found)
    assert ["first", "raw/orders", "second"] == keys(alone)
    assert {"elsewhere", "raw/orders"} == {
        dep.asset_key.to_user_string() for dep in resolved.specs[hw.AssetKey(["eu", "first"])].deps
    }


def test_a_group_of_its_own_is_kept() -> None:
    """The group is for those that have none."""
    module = ModuleType("m")
    vars(module).update(a=hw.AssetSpec("a", group_name="mine"), b=hw.AssetSpec("b"))
    found = hw.load_assets_from_modules([module], "all", include_specs=True)
    assert ["mine", "all"] == [item.group_name for item in found if isinstance(item, hw.AssetSpec)]


def test_what_is_no_module_is_named() -> None:
    """A path instead of a module is refused."""
    with pytest.raises(hw.InvalidParameterError, match="an imported module"):
        hw.load_assets_from_modules(["assets.py"])  # type: ignore[list-item]


def test_definitions_are_made_when_they_are_loaded(tmp_path: Path) -> None:
    """A file with `@definitions` loads; the function is called once, and must return Definitions."""
    file = tmp_path / "lazily_defined.py"
    file.write_text(
        "import headwater as hw\ncalls = []\n"
        "@hw.definitions\ndef made():\n    calls.append(1)\n    return hw.Definitions([hw.AssetSpec('a')])\n"
    )
    assert ["a"] == [spec.key.to_user_string() for spec in load_definitions(str(file)).resolve_all_asset_specs()]
    assert [1] == sys.modules["lazily_defined"].calls

    nothing = hw.definitions(lambda: None)  # type: ignore[arg-type,return-value]
    with pytest.raises(hw.InvalidParameterError, match="What <lambda> returns is a Definitions"):
        nothing()


def test_specs_of_definitions_are_changed_by_selection() -> None:
    """A function changes the chosen specs; the others, and the Definitions themselves, stay."""
    native = hw.asset(name="made", deps=["raw"])(lambda: None)
    defs = hw.Definitions([hw.AssetSpec("raw"), native])
    changed = defs.map_asset_specs(func=lambda spec: spec.merge_attributes(owners=["team:x"]), selection="key:made")

    owners = {spec.key.to_user_string(): spec.owners for spec in changed.resolve_all_asset_specs()}
    assert {"made": ("team:x",), "raw": ()} == owners
    assert not any(spec.owners for spec in defs.resolve_all_asset_specs())
    assert callable(changed.get_assets_def("made"))


def test_a_source_asset_is_a_spec_with_a_warning() -> None:
    """Older code works, and is told what to write."""
    with pytest.warns(DeprecationWarning, match="write AssetSpec"):
        old = hw.SourceAsset("orders", io_manager_key="lake", group_name="raw")
    new = hw.AssetSpec("orders", group_name="raw").with_io_manager_key("lake")

    assert isinstance(old, hw.AssetSpec)
    assert old.replace_attributes() == new
    assert hw.Definitions([old]).resolve().specs[hw.AssetKey("orders")] is old
    assert old.source is not None
    assert __file__ == old.source.file
