"""Definitions by name, before anybody asked whether they fit together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, TypeVar

import msgspec

from headwater.definitions.assets.bind import bind_assets
from headwater.definitions.assets.definition import AssetsDefinition
from headwater.definitions.assets.specs import AssetCheckSpec, AssetSpec
from headwater.definitions.checks.decorator import AssetCheckDefinition
from headwater.definitions.connected import Connected, connect
from headwater.definitions.problems.problem import Problem
from headwater.definitions.runs.jobs import JobDefinition
from headwater.definitions.schedules.definition import ScheduleDefinition
from headwater.definitions.sensors.definition import SensorDefinition
from headwater.definitions.snapshot import SourceRef
from headwater.definitions.source import describe_source
from headwater.errors import DuplicateDefinitionError
from headwater.keys import AssetCheckKey, AssetKey

AnyAsset = AssetSpec | AssetsDefinition
AnyCheck = AssetCheckSpec | AssetCheckDefinition
_Named = TypeVar("_Named", SensorDefinition | ScheduleDefinition, JobDefinition)
_KINDS: dict[type, str] = {SensorDefinition: "sensor", ScheduleDefinition: "schedule", JobDefinition: "job"}


class Collected(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """Definitions by name; where two claim one name, the first has it and `duplicates` tells of the other."""

    specs: dict[AssetKey, AssetSpec]
    makers: tuple[AssetsDefinition, ...]
    natives: dict[AssetKey, AssetsDefinition]
    observables: dict[AssetKey, AssetsDefinition]
    check_specs: dict[AssetCheckKey, AssetCheckSpec]
    checks: dict[AssetCheckKey, AssetCheckDefinition]
    sensors: dict[str, SensorDefinition]
    schedules: dict[str, ScheduleDefinition]
    resources: Mapping[str, Any]
    jobs: dict[str, JobDefinition]
    duplicates: tuple[Problem, ...]
    source: SourceRef | None = None
    """Where they were put together."""

    @cached_property
    def connected(self) -> Connected:
        """What depends on what."""
        return connect(self.specs, self._mentioned_by_checks())

    @property
    def stubs(self) -> frozenset[AssetKey]:
        """Assets that others speak of and nobody defined."""
        return self.connected.stubs

    def _mentioned_by_checks(self) -> Iterator[AssetKey]:
        for check in self.check_specs.values():
            yield check.asset_key
            yield from (dep.asset_key for dep in check.additional_deps)


def collect(
    assets: Iterable[AnyAsset],
    checks: Iterable[AnyCheck],
    sensors: Iterable[SensorDefinition],
    resources: Mapping[str, Any],
    jobs: Iterable[JobDefinition] = (),
    schedules: Iterable[ScheduleDefinition] = (),
    source: SourceRef | None = None,
) -> Collected:
    """Definitions by name, with the parameters that are resources told from those that are assets."""
    duplicates: list[Problem] = []
    specs, makers = _collect_assets(_bound(list(assets), resources), duplicates)
    distinct = tuple({id(maker): maker for maker in makers.values()}.values())
    check_specs, check_definitions = _collect_checks(distinct, checks, duplicates)
    listed: list[SensorDefinition | ScheduleDefinition] = [*sensors, *schedules]
    ticking = _collect_named(listed, duplicates)
    # A job that a sensor or schedule was given is known by that.
    given = [job for item in listed for job in item.run_targets.jobs]
    return Collected(
        specs=specs,
        makers=distinct,
        natives={key: maker for key, maker in makers.items() if not maker.observes},
        observables={key: maker for key, maker in makers.items() if maker.observes},
        check_specs=check_specs,
        checks=check_definitions,
        sensors={name: item for name, item in ticking.items() if isinstance(item, SensorDefinition)},
        schedules={name: item for name, item in ticking.items() if isinstance(item, ScheduleDefinition)},
        resources=resources,
        jobs=_collect_named([*jobs, *given], duplicates),
        duplicates=tuple(duplicates),
        source=source,
    )


def _bound(assets: list[AnyAsset], resources: Mapping[str, Any]) -> list[AnyAsset]:
    if all(isinstance(item, AssetSpec) for item in assets):
        return assets
    defined = {key for item in assets for key in (item.keys if isinstance(item, AssetsDefinition) else (item.key,))}
    distinct = {id(item): item for item in assets}
    return bind_assets(distinct.values(), resources, defined)


def _collect_assets(
    assets: Iterable[AnyAsset], duplicates: list[Problem]
) -> tuple[dict[AssetKey, AssetSpec], dict[AssetKey, AssetsDefinition]]:
    """All specs, and the functions that make assets or look at them."""
    specs: dict[AssetKey, AssetSpec] = {}
    makers: dict[AssetKey, AssetsDefinition] = {}
    for item in assets:
        maker = item if isinstance(item, AssetsDefinition) else None
        for spec in (item,) if isinstance(item, AssetSpec) else item.specs:
            known = specs.setdefault(spec.key, spec)
            if maker is None:
                if known is spec or (known == spec and spec.key not in makers):
                    continue
            elif known is spec:
                makers[spec.key] = maker
                continue
            message = (
                f"Asset {spec.key.to_user_string()!r} is defined twice: at {describe_source(known.source)} and at "
                f"{describe_source(spec.source)}. Keep one of them, or give one another key."
            )
            duplicates.append(_duplicate("duplicate-asset", message, spec.source))
    return specs, makers


def _collect_checks(
    makers: Iterable[AssetsDefinition], checks: Iterable[AnyCheck], duplicates: list[Problem]
) -> tuple[dict[AssetCheckKey, AssetCheckSpec], dict[AssetCheckKey, AssetCheckDefinition]]:
    specs: dict[AssetCheckKey, AssetCheckSpec] = {}
    definitions: dict[AssetCheckKey, AssetCheckDefinition] = {}
    distinct = {id(item): item for item in checks}
    for item in (*(spec for maker in makers for spec in maker.check_specs), *distinct.values()):
        definition = item if isinstance(item, AssetCheckDefinition) else None
        for spec in (item,) if isinstance(item, AssetCheckSpec) else item.specs:
            known = specs.setdefault(spec.key, spec)
            if known is not spec:
                message = (
                    f"Asset {spec.asset_key.to_user_string()!r} has two checks named {spec.name!r}: at "
                    f"{describe_source(known.source)} and at {describe_source(spec.source)}. Rename one of them."
                )
                duplicates.append(_duplicate("duplicate-check", message, spec.source))
            elif definition is not None:
                definitions[spec.key] = definition
    return specs, definitions


def _collect_named(items: Iterable[_Named], duplicates: list[Problem]) -> dict[str, _Named]:
    by_name: dict[str, _Named] = {}
    for item in items:
        known = by_name.setdefault(item.name, item)
        if known is not item:
            kind, other = _kind_of(item), _kind_of(known)
            both = f"Two {kind}s" if kind == other else f"A {other} and a {kind}"
            message = (
                f"{both} are named {item.name!r}: at {describe_source(known.source)} and at "
                f"{describe_source(item.source)}. Rename one of them."
            )
            duplicates.append(_duplicate(f"duplicate-{kind}", message, item.source))
    return by_name


def _kind_of(item: object) -> str:
    return next(name for kind, name in _KINDS.items() if isinstance(item, kind))


def _duplicate(code: str, message: str, source: SourceRef | None) -> Problem:
    return Problem(code=code, message=message, source=source, error=DuplicateDefinitionError)
