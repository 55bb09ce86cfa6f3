"""Put definitions together: what is defined, by whom, what is missing, and whether it makes sense as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import msgspec

from headwater.definitions.assets import AssetsDefinition
from headwater.definitions.bind_resources import (
    bind_assets,
    check_asset_needs,
    check_needs,
    check_resource_requirements,
)
from headwater.definitions.checks import AssetCheckDefinition
from headwater.definitions.knots import find_knots, shortest_circle
from headwater.definitions.selection import AssetSelection
from headwater.definitions.sensors import SensorDefinition
from headwater.definitions.source import describe_source
from headwater.definitions.specs import AssetCheckSpec, AssetSpec
from headwater.errors import (
    CyclicDependencyError,
    DuplicateDefinitionError,
    ExternalAssetError,
    InvalidDefinitionError,
)
from headwater.keys import AssetCheckKey, AssetKey

_MOST_NAMED = 10


class Resolved(msgspec.Struct, frozen=True, kw_only=True):
    """Definitions by name. A stub is an asset that others speak of and nobody defined."""

    specs: dict[AssetKey, AssetSpec]
    natives: dict[AssetKey, AssetsDefinition]
    stubs: frozenset[AssetKey]
    check_specs: dict[AssetCheckKey, AssetCheckSpec]
    checks: dict[AssetCheckKey, AssetCheckDefinition]
    sensors: dict[str, SensorDefinition]
    warnings: tuple[str, ...]
    observables: dict[AssetKey, AssetsDefinition] = {}
    """External assets that a function looks at."""


def resolve(
    assets: Iterable[AssetSpec | AssetsDefinition],
    checks: Iterable[AssetCheckSpec | AssetCheckDefinition],
    sensors: Iterable[SensorDefinition],
    resources: Mapping[str, Any] | None = None,
) -> Resolved:
    """Put definitions together.

    Raises:
        DuplicateDefinitionError: two of them claim one name.
        InvalidDefinitionError: a function takes the value of an asset that is not defined, or a sensor targets one,
            or a function needs a resource that is not there.
        ExternalAssetError: a sensor targets an asset that another system makes.
        CyclicDependencyError: native assets depend on each other in a circle.
    """
    given = resources or {}
    specs, natives, observables = _collect_assets(_bound(list(assets), given))
    makers = {id(definition): definition for definition in (*natives.values(), *observables.values())}.values()
    check_specs, check_definitions = _collect_checks(makers, checks)
    by_name = _collect_sensors(sensors)
    _check_inputs(makers, specs)
    _check_resources(makers, check_definitions.values(), by_name.values(), given)
    _check_targets(by_name.values(), specs, natives)
    warnings = [*_idle_conditions(specs, natives), *_check_circles(specs, natives)]
    return Resolved(
        specs=specs,
        natives=natives,
        stubs=frozenset(_mentioned(specs.values(), check_specs.values())) - specs.keys(),
        check_specs=check_specs,
        checks=check_definitions,
        sensors=by_name,
        warnings=tuple(warnings),
        observables=observables,
    )


def _bound(
    assets: list[AssetSpec | AssetsDefinition], resources: Mapping[str, Any]
) -> list[AssetSpec | AssetsDefinition]:
    defined = {key for item in assets for key in (item.keys if isinstance(item, AssetsDefinition) else (item.key,))}
    distinct = {id(item): item for item in assets}
    return bind_assets(distinct.values(), resources, defined)


def _check_resources(
    makers: Iterable[AssetsDefinition],
    checks: Iterable[AssetCheckDefinition],
    sensors: Iterable[SensorDefinition],
    given: Mapping[str, Any],
) -> None:
    for maker in makers:
        check_asset_needs(maker, given)
    for check in checks:
        check_needs(f"Check {check.key.to_user_string()!r}", check.source, check.needs, {}, given)
    for sensor in sensors:
        check_needs(f"Sensor {sensor.name!r}", sensor.source, sensor.needs, {}, given)
    check_resource_requirements(given)


def _collect_assets(
    assets: Iterable[AssetSpec | AssetsDefinition],
) -> tuple[dict[AssetKey, AssetSpec], dict[AssetKey, AssetsDefinition], dict[AssetKey, AssetsDefinition]]:
    """All specs, the functions that make assets, and those that look at them."""
    specs: dict[AssetKey, AssetSpec] = {}
    makers: dict[AssetKey, AssetsDefinition] = {}
    for item in assets:
        maker = item if isinstance(item, AssetsDefinition) else None
        for spec in (item,) if isinstance(item, AssetSpec) else item.specs:
            known = specs.setdefault(spec.key, spec)
            if maker is None:
                if known == spec and spec.key not in makers:
                    continue
            elif known is spec:
                makers[spec.key] = maker
                continue
            raise DuplicateDefinitionError(
                f"Asset {spec.key.to_user_string()!r} is defined twice: at {describe_source(known.source)} and at "
                f"{describe_source(spec.source)}. Keep one of them, or give one another key."
            )
    observables = {key: maker for key, maker in makers.items() if maker.observes}
    return specs, {key: maker for key, maker in makers.items() if not maker.observes}, observables


def _collect_checks(
    natives: Iterable[AssetsDefinition], checks: Iterable[AssetCheckSpec | AssetCheckDefinition]
) -> tuple[dict[AssetCheckKey, AssetCheckSpec], dict[AssetCheckKey, AssetCheckDefinition]]:
    specs: dict[AssetCheckKey, AssetCheckSpec] = {}
    definitions: dict[AssetCheckKey, AssetCheckDefinition] = {}
    distinct = {id(item): item for item in checks}
    for item in (*(spec for native in natives for spec in native.check_specs), *distinct.values()):
        spec = item.spec if isinstance(item, AssetCheckDefinition) else item
        known = specs.setdefault(item.key, spec)
        if known is not spec:
            raise DuplicateDefinitionError(
                f"Asset {item.key.asset_key.to_user_string()!r} has two checks named {spec.name!r}: at "
                f"{describe_source(known.source)} and at {describe_source(spec.source)}. Rename one of them."
            )
        if isinstance(item, AssetCheckDefinition):
            definitions[item.key] = item
    return specs, definitions


def _collect_sensors(sensors: Iterable[SensorDefinition]) -> dict[str, SensorDefinition]:
    by_name: dict[str, SensorDefinition] = {}
    for sensor in sensors:
        known = by_name.setdefault(sensor.name, sensor)
        if known is not sensor:
            raise DuplicateDefinitionError(
                f"Two sensors are named {sensor.name!r}: at {describe_source(known.source)} and at "
                f"{describe_source(sensor.source)}. Rename one of them."
            )
    return by_name


def _check_inputs(natives: Iterable[AssetsDefinition], specs: dict[AssetKey, AssetSpec]) -> None:
    for native in natives:
        for entry in native.inputs:
            if entry.key not in specs:
                raise InvalidDefinitionError(
                    f"{native.titled} ({describe_source(native.source)}) takes the value of "
                    f"{entry.key!r} as its parameter {entry.name!r}, but no such asset is defined."
                    f"{_suggest(entry.key, specs)} Define it, or map the parameter with ins={{{entry.name!r}: "
                    "AssetIn(key=...)}; if you only mean to depend on it, name it in deps; if it is a resource, add it "
                    "to Definitions(resources={...})."
                )


def _check_targets(
    sensors: Iterable[SensorDefinition], specs: dict[AssetKey, AssetSpec], natives: dict[AssetKey, AssetsDefinition]
) -> None:
    for sensor in sensors:
        # A selection means native assets alone, whatever it says.
        for key in () if isinstance(sensor.targets, AssetSelection) else sensor.targets or ():
            if key in natives:
                continue
            what = f"Sensor {sensor.name!r} ({describe_source(sensor.source)}) targets {key!r}"
            if key in specs:
                raise ExternalAssetError(
                    f"{what}, which is external: another system makes it, so no run can. To report that it was "
                    "made, return SensorResult(asset_events=[AssetMaterialization(...)])."
                )
            raise InvalidDefinitionError(f"{what}, but no such asset is defined.{_suggest(key, natives)}")


def _idle_conditions(specs: dict[AssetKey, AssetSpec], natives: dict[AssetKey, AssetsDefinition]) -> Iterator[str]:
    for key in sorted(specs.keys() - natives.keys()):
        if specs[key].automation_condition is not None:
            yield (
                f"External asset {key.to_user_string()!r} has an automation condition, which has no effect: "
                "another system makes it."
            )


def _check_circles(specs: dict[AssetKey, AssetSpec], natives: dict[AssetKey, AssetsDefinition]) -> list[str]:
    """Refuse circles through native assets; describe the others, which are what the world sends."""
    keys = sorted(specs)
    numbers = {key: number for number, key in enumerate(keys)}
    downstream: list[list[int]] = [[] for _ in keys]
    for key in keys:
        for dep in specs[key].deps:
            if dep.asset_key in numbers:
                downstream[numbers[dep.asset_key]].append(numbers[key])
    warnings = []
    for knot in sorted(sorted(knot) for knot in find_knots(downstream)):
        start = next((number for number in knot if keys[number] in natives), None)
        if start is not None:
            circle = shortest_circle(downstream, start, frozenset(knot))
            raise CyclicDependencyError(_describe_circle([specs[keys[number]] for number in circle]))
        warnings.append(_describe_knot([keys[number] for number in knot]))
    return warnings


def _describe_circle(circle: Sequence[AssetSpec]) -> str:
    steps = [f"{spec.key.to_user_string()} ({describe_source(spec.source)})" for spec in circle]
    return (
        f"Native assets can't depend on themselves, but these do, each made from the one before it: "
        f"{' → '.join(steps)} → {circle[0].key.to_user_string()}. Take one of these dependencies away."
    )


def _describe_knot(keys: Sequence[AssetKey]) -> str:
    named = ", ".join(key.to_user_string() for key in keys[:_MOST_NAMED])
    more = f" and {len(keys) - _MOST_NAMED} more" if len(keys) > _MOST_NAMED else ""
    if len(keys) == 1:
        return f"External asset {named} depends on itself; it is kept and drawn so."
    return f"External assets depend on each other in a circle: {named}{more}; they are kept and drawn as a knot."


def _mentioned(specs: Iterable[AssetSpec], checks: Iterable[AssetCheckSpec]) -> Iterator[AssetKey]:
    for spec in specs:
        yield from (dep.asset_key for dep in spec.deps)
    for check in checks:
        yield check.asset_key
        yield from (dep.asset_key for dep in check.additional_deps)


def _suggest(key: AssetKey, known: Iterable[AssetKey]) -> str:
    """A question for what was probably meant: the same name elsewhere, split otherwise, or misspelt."""
    by_text = {other.to_user_string(): other for other in sorted(known)}
    text = key.to_user_string()
    split_otherwise = [other for other in by_text.values() if other.to_user_string() == text]
    elsewhere = [other for other in by_text.values() if key.parts and other.parts[-1:] == key.parts[-1:]]
    misspelt = [by_text[match] for match in get_close_matches(text, by_text, n=3)]
    candidates = list(dict.fromkeys((*split_otherwise, *elsewhere, *misspelt)))[:3]
    if not candidates:
        return ""
    return f" Did you mean {' or '.join(repr(candidate) for candidate in candidates)}?"
