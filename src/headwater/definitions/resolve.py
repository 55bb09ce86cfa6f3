"""Put definitions together: what is defined, by whom, what is missing, and whether it makes sense as a whole."""

from __future__ import annotations

import msgspec

from headwater.definitions.assets.definition import AssetsDefinition
from headwater.definitions.assets.specs import AssetCheckSpec, AssetSpec
from headwater.definitions.checks.decorator import AssetCheckDefinition
from headwater.definitions.connected import Connected
from headwater.definitions.problems import WHEN_LOADED, find_problems
from headwater.definitions.problems.collected import Collected
from headwater.definitions.runs.jobs import JobDefinition
from headwater.definitions.schedules.definition import ScheduleDefinition
from headwater.definitions.sensors.definition import SensorDefinition
from headwater.keys import AssetCheckKey, AssetKey


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
    jobs: dict[str, JobDefinition] = {}
    schedules: dict[str, ScheduleDefinition] = {}
    connected: Connected


def resolve(collected: Collected) -> Resolved:
    """Put definitions together.

    Raises:
        DuplicateDefinitionError: two of them claim one name.
        InvalidDefinitionError: a function takes the value of an asset that is not defined, or a sensor targets one,
            or a function needs a resource that is not there.
        ExternalAssetError: a sensor targets an asset that another system makes.
        CyclicDependencyError: native assets depend on each other in a circle.
    """
    warnings = []
    for problem in find_problems(collected, WHEN_LOADED):
        if problem.error is not None:
            raise problem.error(problem.message)
        warnings.append(problem.message)
    return by_name(collected, tuple(warnings))


def by_name(collected: Collected, warnings: tuple[str, ...] = ()) -> Resolved:
    """What there is by name, whether it fits together or not."""
    return Resolved(
        specs=collected.specs,
        natives=collected.natives,
        stubs=collected.stubs,
        check_specs=collected.check_specs,
        checks=collected.checks,
        sensors=collected.sensors,
        warnings=warnings,
        observables=collected.observables,
        jobs=collected.jobs,
        schedules=collected.schedules,
        connected=collected.connected,
    )
