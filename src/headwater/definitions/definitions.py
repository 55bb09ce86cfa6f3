"""`Definitions`: everything that one file or package of user code defines."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from copy import copy
from typing import Any, TypeVar

from headwater.definitions.arguments import check_several, check_type, shown
from headwater.definitions.assets.definition import AssetsDefinition
from headwater.definitions.assets.map_specs import map_asset_specs
from headwater.definitions.assets.specs import AssetCheckSpec, AssetSpec
from headwater.definitions.bulk import without_collecting
from headwater.definitions.checks.decorator import AssetCheckDefinition
from headwater.definitions.lookups import Lookups
from headwater.definitions.metadata.infer import normalize_metadata
from headwater.definitions.problems.collected import Collected, collect
from headwater.definitions.resolve import Resolved, by_name, resolve
from headwater.definitions.resources.definition import check_resources
from headwater.definitions.runs.executors import ExecutorDefinition, check_executor
from headwater.definitions.runs.jobs import JobDefinition
from headwater.definitions.schedules.definition import ScheduleDefinition
from headwater.definitions.selectable import index_definitions
from headwater.definitions.selection import AssetSelection, SelectionIndex
from headwater.definitions.sensors.definition import SensorDefinition
from headwater.definitions.source import find_source
from headwater.errors import (
    DuplicateDefinitionError,
    InvalidParameterError,
)
from headwater.keys import AssetKey

_T = TypeVar("_T")
_DECORATORS = {
    "jobs": "define_asset_job",
    "assets": "asset",
    "sensors": "sensor",
    "schedules": "schedule",
    "asset_checks": "asset_check",
}


class Definitions(Lookups):
    """Everything that a file or package of user code defines; one of them stands at its top level.

    A spec in `assets` is an external asset, made by another system; a function decorated with `@asset` is a native
    one, made here. What only other definitions speak of becomes a stub. Whether it all fits together is found when
    it is loaded, or by `validate_loadable`.

    Args:
        assets: `AssetSpec`s and functions decorated with `@asset`.
        sensors: Functions decorated with `@sensor`.
        asset_checks: Functions decorated with `@asset_check`, and `AssetCheckSpec`s of checks that are reported.
        metadata: Anything that is known of the whole, by name.
        resources: What functions need besides data, by name: plain objects, `ConfigurableResource`s, functions
            decorated with `@resource`. The one named `io_manager` stores values where nothing else is said.
        jobs: What `define_asset_job` made.
        schedules: Functions decorated with `@schedule`, and `ScheduleDefinition`s.
        executor: Where the steps of runs are carried out, such as `multiprocess_executor`.

    Raises:
        InvalidParameterError: an element is of another type.
        InvalidMetadataError: a metadata value can't be stored.

    Example:
        >>> defs = Definitions(assets=[AssetSpec("raw_transactions")])
        >>> [spec.key.to_user_string() for spec in defs.resolve_all_asset_specs()]
        ['raw_transactions']
    """

    def __init__(
        self,
        assets: Iterable[AssetSpec | AssetsDefinition] | None = None,
        sensors: Iterable[SensorDefinition] | None = None,
        asset_checks: Iterable[AssetCheckSpec | AssetCheckDefinition] | None = None,
        metadata: Mapping[str, Any] | None = None,
        resources: Mapping[str, Any] | None = None,
        jobs: Iterable[JobDefinition] | None = None,
        schedules: Iterable[ScheduleDefinition] | None = None,
        executor: ExecutorDefinition | None = None,
    ) -> None:
        normalize_metadata(metadata)
        self._resources = check_resources(resources, "resources of Definitions")
        self._jobs = _elements(jobs, "jobs", (JobDefinition,))
        self._assets = tuple(_executable(_elements(assets, "assets", (AssetSpec, AssetsDefinition))))
        self._sensors = _elements(sensors, "sensors", (SensorDefinition,))
        self._schedules = _elements(schedules, "schedules", (ScheduleDefinition,))
        self._checks = _elements(asset_checks, "asset_checks", (AssetCheckSpec, AssetCheckDefinition))
        self._executor = check_executor(executor, "executor of Definitions")
        self._metadata = dict(metadata or {})
        self._source = find_source()
        self._resolved: Resolved | None = None
        self._index: SelectionIndex | None = None

    @property
    def assets(self) -> tuple[AssetSpec | AssetsDefinition, ...]:
        """The assets as given."""
        return self._assets

    @property
    def sensors(self) -> tuple[SensorDefinition, ...]:
        """The sensors as given."""
        return self._sensors

    @property
    def schedules(self) -> tuple[ScheduleDefinition, ...]:
        """The schedules as given."""
        return self._schedules

    @property
    def asset_checks(self) -> tuple[AssetCheckSpec | AssetCheckDefinition, ...]:
        """The checks as given."""
        return self._checks

    @property
    def metadata(self) -> dict[str, Any]:
        """What is known of the whole, as given."""
        return dict(self._metadata)

    @property
    def jobs(self) -> tuple[JobDefinition, ...]:
        """The jobs as given."""
        return self._jobs

    @property
    def executor(self) -> ExecutorDefinition | None:
        """Where the steps of runs are carried out; None where the deployment's settings say."""
        return self._executor

    @property
    def resources(self) -> dict[str, Any]:
        """The resources as given."""
        return dict(self._resources)

    @staticmethod
    def merge(*defs: Definitions) -> Definitions:
        """Everything that several Definitions define, as one.

        Raises:
            InvalidParameterError: an argument is something else.
            DuplicateDefinitionError: they give one metadata name or resource different values.
        """
        metadata: dict[str, Any] = {}
        resources: dict[str, Any] = {}
        for each in defs:
            check_type(each, Definitions, "An argument of Definitions.merge", "a Definitions")
            for name, value in each._metadata.items():
                if metadata.setdefault(name, value) != value:
                    raise DuplicateDefinitionError(
                        f"Two Definitions give metadata[{name!r}] different values: {shown(metadata[name])} and "
                        f"{shown(value)}. Keep one of them."
                    )
            for name, value in each._resources.items():
                if resources.setdefault(name, value) is not value:
                    raise DuplicateDefinitionError(
                        f"Two Definitions have different resources named {name!r}. Rename one, or share the object."
                    )
        return Definitions(
            assets=[item for each in defs for item in each.assets],
            sensors=[item for each in defs for item in each.sensors],
            schedules=[item for each in defs for item in each.schedules],
            asset_checks=[item for each in defs for item in each.asset_checks],
            metadata=metadata,
            resources=resources,
            jobs=[item for each in defs for item in each.jobs],
            executor=_only_executor(defs),
        )

    @staticmethod
    def validate_loadable(defs: Definitions) -> None:
        """Check that everything fits together, as loading will.

        Raises:
            InvalidDefinitionError: it does not; the message names both sides and the mend.
            ExternalAssetError: a sensor or schedule targets an asset that another system makes.
        """
        check_type(defs, Definitions, "The argument of validate_loadable", "a Definitions").resolve()

    def resolve(self) -> Resolved:
        """Everything by name, with stubs and warnings; worked out once.

        Raises:
            InvalidDefinitionError: it does not fit together; the message names both sides and the mend.
            ExternalAssetError: a sensor or schedule targets an asset that another system makes.
        """
        if self._resolved is None:
            with without_collecting():
                self._resolved = resolve(self.collect())
        return self._resolved

    def collect(self) -> Collected:
        """Everything by name, whether it fits together or not."""
        listed = (self._sensors, self._resources, self._jobs, self._schedules)
        return collect(self._assets, self._checks, *listed, self._source)

    @property
    def selection_index(self) -> SelectionIndex:
        """What an `AssetSelection` is resolved over here: these definitions alone.

        Raises:
            InvalidDefinitionError: they do not fit together.
        """
        if self._index is None:
            resolved = self.resolve()
            with without_collecting():
                self._index = index_definitions(resolved)
        return self._index

    def map_asset_specs(
        self, *, func: Callable[[AssetSpec], AssetSpec], selection: AssetSelection | str | None = None
    ) -> Definitions:
        """The same definitions with specs replaced by what a function makes of them.

        Args:
            func: From a spec to the one that replaces it.
            selection: Which; all if left out. Resolved over these definitions alone.

        Raises:
            InvalidParameterError: the function returned no spec.
            SelectionError: the selection asks for what is not there.
        """
        chosen: Container[AssetKey] | None = None if selection is None else self._select(selection)

        def change(spec: AssetSpec) -> AssetSpec:
            return func(spec) if chosen is None or spec.key in chosen else spec

        changed = copy(self)
        changed._assets = tuple(map_asset_specs(change, self._assets))
        changed._resolved = changed._index = None
        return changed

    map_resolved_asset_specs = map_asset_specs
    """Specs here need no resolving first."""

    def _select(self, selection: AssetSelection | str) -> frozenset[AssetKey]:
        chosen = AssetSelection.from_string(selection) if isinstance(selection, str) else selection
        index = self.selection_index
        numbers = index.select(chosen.node)
        return frozenset(AssetKey.from_escaped_user_string(index.assets[number].key) for number in numbers)


def _executable(assets: Iterable[AssetSpec | AssetsDefinition]) -> Iterator[AssetSpec | AssetsDefinition]:
    """The assets, the specs of external ones in place of a definition that holds nothing else."""
    for item in assets:
        if isinstance(item, AssetsDefinition) and not item.is_executable:
            yield from item.specs
        else:
            yield item


def _only_executor(defs: Iterable[Definitions]) -> ExecutorDefinition | None:
    """The executor that some Definitions name.

    Raises:
        DuplicateDefinitionError: they name different ones.
    """
    named = [each.executor for each in defs if each.executor is not None]
    if any(executor != named[0] for executor in named):
        raise DuplicateDefinitionError(f"Two Definitions have different executors: {shown(named)}. Keep one.")
    return named[0] if named else None


def _elements(value: Iterable[_T] | None, name: str, types: tuple[type, ...]) -> tuple[_T, ...]:
    elements = check_several(value, f"{name} of Definitions")
    for element in elements:
        if not isinstance(element, types):
            wanted = " and ".join(f"{kind.__name__}s" for kind in types)
            raise InvalidParameterError(
                f"{name} of Definitions holds {wanted}, but got {shown(element)}.{_mend(element, name)}"
            )
    return tuple(elements)


def taken_as_they_are(defs: Definitions) -> Definitions:
    """The same definitions, which `resolve` no longer refuses where they don't fit together."""
    taken = copy(defs)
    taken._resolved, taken._index = by_name(defs.collect()), None
    return taken


def _mend(element: object, name: str) -> str:
    """Where an element belongs that stands in the wrong list."""
    places: dict[type, str] = {
        AssetSpec: "assets",
        AssetsDefinition: "assets",
        SensorDefinition: "sensors",
        ScheduleDefinition: "schedules",
        AssetCheckSpec: "asset_checks",
        AssetCheckDefinition: "asset_checks",
        JobDefinition: "jobs",
    }
    place = places.get(type(element))
    if place is not None:
        return f" Pass it in {place}=[...]."
    if isinstance(element, (list, tuple, set)):
        return f" Write *[...] to pass the elements of a list inside {name}."
    if callable(element):
        return f" Decorate the function first, with @{_DECORATORS[name]}."
    if name == "assets" and isinstance(element, (str, AssetKey)):
        return " Write AssetSpec(...) for an asset that another system makes."
    return ""
