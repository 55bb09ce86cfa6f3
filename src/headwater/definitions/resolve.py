"""Put definitions together: what is defined, by whom, what is missing, and whether it makes sense as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches

import msgspec

from headwater.definitions.assets import AssetsDefinition
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


def resolve(
    assets: Iterable[AssetSpec | AssetsDefinition],
    checks: Iterable[AssetCheckSpec | AssetCheckDefinition],
    sensors: Iterable[SensorDefinition],
) -> Resolved:
    """Put definitions together.

    Raises:
        DuplicateDefinitionError: two of them claim one name.
        InvalidDefinitionError: a function takes the value of an asset that is not defined, or a sensor targets one.
        ExternalAssetError: a sensor targets an asset that another system makes.
        CyclicDependencyError: native assets depend on each other in a circle.
    """
    specs, natives = _collect_assets(assets)
    check_specs, check_definitions = _collect_checks(natives.values(), checks)
    by_name = _collect_sensors(sensors)
    _check_inputs(natives.values(), specs)
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
    )


def _collect_assets(
    assets: Iterable[AssetSpec | AssetsDefinition],
) -> tuple[dict[AssetKey, AssetSpec], dict[AssetKey, AssetsDefinition]]:
    specs: dict[AssetKey, AssetSpec] = {}
    natives: dict[AssetKey, AssetsDefinition] = {}
    for item in assets:
        spec = item.spec if isinstance(item, AssetsDefinition) else item
        known = specs.setdefault(item.key, spec)
        if isinstance(item, AssetsDefinition):
            if known is spec and natives.get(item.key, item) is item:
                natives[item.key] = item
                continue
        elif known == spec and item.key not in natives:
            continue
        raise DuplicateDefinitionError(
            f"Asset {item.key.to_user_string()!r} is defined twice: at {describe_source(known.source)} and at "
            f"{describe_source(spec.source)}. Keep one of them, or give one another key."
        )
    return specs, natives


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
                    f"Asset {native.key.to_user_string()!r} ({describe_source(native.source)}) takes the value of "
                    f"{entry.key!r} as its parameter {entry.name!r}, but no such asset is defined."
                    f"{_suggest(entry.key, specs)} Define it, or map the parameter with ins={{{entry.name!r}: "
                    "AssetIn(key=...)}; if you only mean to depend on it, name it in deps."
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
