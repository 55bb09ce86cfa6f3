"""Find definitions in modules and packages, so that nobody has to list them."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import ModuleType
from typing import Any

import msgspec

from headwater.definitions.arguments import check_type
from headwater.definitions.assets.definition import AssetsDefinition
from headwater.definitions.assets.specs import AssetCheckSpec, AssetSpec
from headwater.definitions.checks.decorator import AssetCheckDefinition
from headwater.definitions.definitions import Definitions
from headwater.definitions.lazy import LazyDefinitions
from headwater.definitions.runs.jobs import JobDefinition
from headwater.definitions.schedules.definition import ScheduleDefinition
from headwater.definitions.sensors.definition import SensorDefinition
from headwater.errors import InvalidParameterError
from headwater.keys import AssetKey

# Where an object that stands in a module belongs in `Definitions`.
_PLACES: dict[type, str] = {
    AssetSpec: "assets",
    AssetsDefinition: "assets",
    AssetCheckSpec: "asset_checks",
    AssetCheckDefinition: "asset_checks",
    SensorDefinition: "sensors",
    ScheduleDefinition: "schedules",
    JobDefinition: "jobs",
}


def load_assets_from_modules(
    modules: Iterable[ModuleType],
    group_name: str | None = None,
    key_prefix: str | Sequence[str] | None = None,
    *,
    source_key_prefix: str | Sequence[str] | None = None,
    include_specs: bool = False,
) -> list[AssetSpec | AssetsDefinition]:
    """The assets that stand at the top level of modules, alone or in lists.

    Args:
        modules: Imported modules.
        group_name: The group of those that have none of their own.
        key_prefix: What comes before each key, and before each dependency that is among them.
        source_key_prefix: What comes before those of external assets instead.
        include_specs: Whether external assets are taken too, and not only functions.

    Raises:
        InvalidParameterError: an element is not a module.
        InvalidDefinitionError: the group or the prefix is not a valid one.

    Example:
        >>> import types
        >>> shop = types.ModuleType("shop")
        >>> shop.orders = AssetSpec("orders")
        >>> load_assets_from_modules([shop], group_name="sales", include_specs=True)[0].group_name
        'sales'
    """
    wanted = (AssetSpec, AssetsDefinition) if include_specs else (AssetsDefinition,)
    found = [item for item in _find(modules) if isinstance(item, wanted)]
    renamed = {
        spec.key: spec.key.with_prefix(prefix)
        for item in found
        if (prefix := _prefix(item, key_prefix, source_key_prefix)) is not None
        for spec in _specs(item)
    }

    def change(spec: AssetSpec) -> AssetSpec:
        changed = spec if group_name is None or spec.group_name else spec.replace_attributes(group_name=group_name)
        return changed.with_keys(renamed) if renamed else changed

    return [
        change(item) if isinstance(item, AssetSpec) else _reading(item, renamed).map_asset_specs(change)
        for item in found
    ]


def _prefix(
    item: AssetSpec | AssetsDefinition,
    native: str | Sequence[str] | None,
    external: str | Sequence[str] | None,
) -> str | Sequence[str] | None:
    """What comes before the keys of an item."""
    is_external = isinstance(item, AssetSpec) or item.observes
    return external if is_external and external is not None else native


def _reading(item: AssetsDefinition, renamed: Mapping[AssetKey, AssetKey]) -> AssetsDefinition:
    """The same function, whose parameters stand for assets by their new keys."""
    inputs = [
        msgspec.structs.replace(entry, key=renamed[entry.key]) if entry.key in renamed else entry
        for entry in item.inputs
    ]
    return replace(item, inputs=tuple(inputs)) if renamed else item


def load_assets_from_current_module(
    group_name: str | None = None,
    key_prefix: str | Sequence[str] | None = None,
    *,
    source_key_prefix: str | Sequence[str] | None = None,
    include_specs: bool = False,
) -> list[AssetSpec | AssetsDefinition]:
    """The assets that stand above the call in the calling module; see `load_assets_from_modules`.

    Args:
        group_name: The group of those that have none of their own.
        key_prefix: What comes before each key.
        source_key_prefix: What comes before the keys of external assets instead.
        include_specs: Whether external assets are taken too.

    Raises:
        InvalidDefinitionError: the group or the prefix is not a valid one.

    Example:
        >>> load_assets_from_current_module()
        []
    """
    return load_assets_from_modules(
        [_caller()], group_name, key_prefix, source_key_prefix=source_key_prefix, include_specs=include_specs
    )


def load_assets_from_package_module(
    package_module: ModuleType,
    group_name: str | None = None,
    key_prefix: str | Sequence[str] | None = None,
    *,
    source_key_prefix: str | Sequence[str] | None = None,
    include_specs: bool = False,
) -> list[AssetSpec | AssetsDefinition]:
    """The assets of a package and all modules below it; see `load_assets_from_modules`.

    Args:
        package_module: The imported package.
        group_name: The group of those that have none of their own.
        key_prefix: What comes before each key.
        source_key_prefix: What comes before the keys of external assets instead.
        include_specs: Whether external assets are taken too.

    Raises:
        Exception: whatever a module raises as it is imported.

    Example:
        >>> import json
        >>> load_assets_from_package_module(json)
        []
    """
    modules = list(_walk(package_module))
    return load_assets_from_modules(
        modules, group_name, key_prefix, source_key_prefix=source_key_prefix, include_specs=include_specs
    )


def load_assets_from_package_name(
    package_name: str,
    group_name: str | None = None,
    key_prefix: str | Sequence[str] | None = None,
    *,
    source_key_prefix: str | Sequence[str] | None = None,
    include_specs: bool = False,
) -> list[AssetSpec | AssetsDefinition]:
    """The assets of a package by its dotted name; see `load_assets_from_package_module`.

    Args:
        package_name: What one would import.
        group_name: The group of those that have none of their own.
        key_prefix: What comes before each key.
        source_key_prefix: What comes before the keys of external assets instead.
        include_specs: Whether external assets are taken too.

    Raises:
        ImportError: there is no such package.

    Example:
        >>> load_assets_from_package_name("json")
        []
    """
    package = importlib.import_module(package_name)
    return load_assets_from_package_module(
        package, group_name, key_prefix, source_key_prefix=source_key_prefix, include_specs=include_specs
    )


def load_asset_checks_from_modules(
    modules: Iterable[ModuleType],
) -> list[AssetCheckSpec | AssetCheckDefinition]:
    """The checks that stand at the top level of modules, alone or in lists.

    Args:
        modules: Imported modules.

    Raises:
        InvalidParameterError: an element is not a module.

    Example:
        >>> import json
        >>> load_asset_checks_from_modules([json])
        []
    """
    return [item for item in _find(modules) if isinstance(item, (AssetCheckSpec, AssetCheckDefinition))]


def load_asset_checks_from_current_module() -> list[AssetCheckSpec | AssetCheckDefinition]:
    """The checks that stand at the top level of the module that calls this; see `load_asset_checks_from_modules`.

    Example:
        >>> load_asset_checks_from_current_module()
        []
    """
    return load_asset_checks_from_modules([_caller()])


def load_asset_checks_from_package_module(package_module: ModuleType) -> list[AssetCheckSpec | AssetCheckDefinition]:
    """The checks of a package and all modules below it; see `load_asset_checks_from_modules`.

    Args:
        package_module: The imported package.

    Raises:
        Exception: whatever a module raises as it is imported.

    Example:
        >>> import json
        >>> load_asset_checks_from_package_module(json)
        []
    """
    return load_asset_checks_from_modules(list(_walk(package_module)))


def load_asset_checks_from_package_name(package_name: str) -> list[AssetCheckSpec | AssetCheckDefinition]:
    """The checks of a package by its dotted name; see `load_asset_checks_from_package_module`.

    Args:
        package_name: What one would import.

    Raises:
        ImportError: there is no such package.

    Example:
        >>> load_asset_checks_from_package_name("json")
        []
    """
    return load_asset_checks_from_package_module(importlib.import_module(package_name))


def load_definitions_from_modules(
    modules: Iterable[ModuleType], resources: Mapping[str, Any] | None = None
) -> Definitions:
    """What stands at the top level of modules: assets, specs, checks, sensors, jobs, and whole `Definitions`.

    Args:
        modules: Imported modules.
        resources: What their functions need, by name.

    Raises:
        InvalidParameterError: an element is not a module.
        DuplicateDefinitionError: a resource stands in two places.

    Example:
        >>> import types
        >>> shop = types.ModuleType("shop")
        >>> shop.orders = AssetSpec("orders")
        >>> load_definitions_from_modules([shop]).resolve_all_asset_specs()[0].key
        AssetKey(['orders'])
    """
    lists: dict[str, Any] = {}
    whole: list[Definitions] = []
    for item in _find(modules):
        if isinstance(item, (Definitions, LazyDefinitions)):
            whole.append(item() if isinstance(item, LazyDefinitions) else item)
        else:
            lists.setdefault(_place(item), []).append(item)
    return Definitions.merge(Definitions(**lists, resources=resources), *whole)


def load_definitions_from_module(module: ModuleType, resources: Mapping[str, Any] | None = None) -> Definitions:
    """Everything that stands at the top level of a module; see `load_definitions_from_modules`.

    Args:
        module: An imported module.
        resources: What its functions need, by name.

    Raises:
        InvalidParameterError: it is not a module.

    Example:
        >>> import json
        >>> load_definitions_from_module(json).assets
        ()
    """
    return load_definitions_from_modules([module], resources)


def load_definitions_from_current_module(resources: Mapping[str, Any] | None = None) -> Definitions:
    """Everything that stands above the call in the calling module; see `load_definitions_from_modules`.

    Args:
        resources: What its functions need, by name.

    Raises:
        DuplicateDefinitionError: a resource stands in two places.

    Example:
        >>> load_definitions_from_current_module().sensors
        ()
    """
    return load_definitions_from_modules([_caller()], resources)


def load_definitions_from_package_module(
    package_module: ModuleType, resources: Mapping[str, Any] | None = None
) -> Definitions:
    """Everything in a package and all modules below it; see `load_definitions_from_modules`.

    Args:
        package_module: The imported package.
        resources: What its functions need, by name.

    Raises:
        Exception: whatever a module raises as it is imported.

    Example:
        >>> import json
        >>> load_definitions_from_package_module(json).assets
        ()
    """
    return load_definitions_from_modules(_walk(package_module), resources)


def load_definitions_from_package_name(package_name: str, resources: Mapping[str, Any] | None = None) -> Definitions:
    """Everything in a package by its dotted name; see `load_definitions_from_package_module`.

    Args:
        package_name: What one would import.
        resources: What its functions need, by name.

    Raises:
        ImportError: there is no such package.

    Example:
        >>> load_definitions_from_package_name("json").assets
        ()
    """
    return load_definitions_from_package_module(importlib.import_module(package_name), resources)


def _find(modules: Iterable[ModuleType]) -> list[Any]:
    """Every definition once, however many modules import it, in the order in which they stand."""
    found: dict[int, Any] = {}
    for module in modules:
        check_type(module, ModuleType, "An element of modules", "an imported module")
        for value in vars(module).values():
            for item in value if isinstance(value, (list, tuple)) else (value,):
                if isinstance(item, (*_PLACES, Definitions, LazyDefinitions)):
                    found.setdefault(id(item), item)
    return list(found.values())


def _place(item: object) -> str:
    return next(place for kind, place in _PLACES.items() if isinstance(item, kind))


def _specs(item: AssetSpec | AssetsDefinition) -> Sequence[AssetSpec]:
    return (item,) if isinstance(item, AssetSpec) else item.specs


def _walk(package: ModuleType) -> Iterator[ModuleType]:
    """A package and all modules below it, imported; a plain module is itself alone."""
    check_type(package, ModuleType, "package_module", "an imported package")
    yield package
    for found in sorted(pkgutil.iter_modules(getattr(package, "__path__", ())), key=lambda found: found.name):
        # A package that can be run has a module that must not be imported for anything else.
        if found.name != "__main__":
            yield from _walk(importlib.import_module(f"{package.__name__}.{found.name}"))


def _caller() -> ModuleType:
    name = sys._getframe(2).f_globals.get("__name__", "")
    module = sys.modules.get(name)
    if module is None:
        raise InvalidParameterError(f"The calling module {name!r} is not imported, so nothing can be found in it.")
    return module
