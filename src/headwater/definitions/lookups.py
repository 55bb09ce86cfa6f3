"""What can be asked of `Definitions` by key and by name."""

from __future__ import annotations

from abc import ABC, abstractmethod
from importlib import import_module
from typing import Any

from headwater.definitions.asset_graph import ResolvedAssetGraph
from headwater.definitions.assets.definition import AssetsDefinition
from headwater.definitions.assets.specs import AssetSpec
from headwater.definitions.checks.decorator import AssetCheckDefinition
from headwater.definitions.resolve import Resolved
from headwater.definitions.runs.jobs import JobDefinition, define_asset_job
from headwater.definitions.schedules.definition import ScheduleDefinition
from headwater.definitions.selection import AssetSelection, SelectionIndex
from headwater.definitions.sensors.definition import SensorDefinition
from headwater.errors import (
    ExternalAssetError,
    UnknownAssetError,
    UnknownJobError,
    UnknownScheduleError,
    UnknownSensorError,
)
from headwater.keys import AssetCheckKey, AssetKey, CoercibleToAssetKey

# What loads values sets up resources and opens instances, which stand above definitions: it comes when it is called.
_LOADER = "headwater.execution.in_process.asset_values"


class Lookups(ABC):
    """What can be asked of definitions that fit together."""

    @abstractmethod
    def resolve(self) -> Resolved:
        """Everything by name."""

    @property
    @abstractmethod
    def selection_index(self) -> SelectionIndex:
        """What an `AssetSelection` is resolved over."""

    def resolve_asset_graph(self) -> ResolvedAssetGraph:
        """What depends on what among the assets that are defined, and those that they speak of.

        Raises:
            InvalidDefinitionError: the definitions do not fit together.
        """
        return ResolvedAssetGraph(self.resolve(), self.selection_index)

    def load_asset_value(
        self,
        asset_key: CoercibleToAssetKey,
        *,
        python_type: type[Any] | None = None,
        instance: Any = None,
        partition_key: str | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> Any:
        """The stored value of an asset, through its IO manager, with the resources that these definitions have.

        Args:
            asset_key: The asset, native or external.
            python_type: What its IO manager is to give.
            instance: Where it is stored if no IO manager is named, a `HeadwaterInstance`; `HEADWATER_HOME` if left out.
            partition_key: Which partition, of one that has any.
            metadata: What its IO manager is told besides what the definition says.

        Raises:
            UnknownAssetError: there is no such asset in these definitions.
            MissingInputError: nothing is stored.
            SettingsError: there is neither an IO manager, nor an instance, nor `HEADWATER_HOME`.
        """
        with self.get_asset_value_loader(instance) as loader:
            return loader.load_asset_value(
                asset_key, python_type=python_type, partition_key=partition_key, metadata=metadata
            )

    def get_asset_value_loader(self, instance: Any = None) -> Any:
        """What loads stored values of several assets, with resources that are set up once; used by `with`.

        Args:
            instance: Where values are stored if no IO manager is named; `HEADWATER_HOME` if left out.
        """
        return import_module(_LOADER).AssetValueLoader(self, instance)

    def resolve_all_asset_specs(self) -> list[AssetSpec]:
        """The specs of all assets, external and native, by key."""
        specs = self.resolve().specs
        return [specs[key] for key in sorted(specs)]

    def resolve_all_asset_keys(self) -> list[AssetKey]:
        """The keys of all assets, stubs included, in order."""
        resolved = self.resolve()
        return sorted((*resolved.specs, *resolved.stubs))

    def get_all_asset_specs(self) -> list[AssetSpec]:
        """What older code calls `resolve_all_asset_specs`."""
        return self.resolve_all_asset_specs()

    def get_assets_def(self, key: CoercibleToAssetKey) -> AssetsDefinition:
        """The native asset of a key.

        Raises:
            ExternalAssetError: another system makes it, so it has no function here.
            UnknownAssetError: there is no such asset.
        """
        asset_key = AssetKey.from_coercible(key)
        resolved = self.resolve()
        native = resolved.natives.get(asset_key) or resolved.observables.get(asset_key)
        if native is not None:
            return native
        if asset_key in resolved.specs or asset_key in resolved.stubs:
            raise ExternalAssetError(
                f"Asset {asset_key.to_user_string()!r} is external: another system makes it, so nothing here can. "
                f"To report that it was made, POST to /report_asset_materialization/ with its key, or run "
                f"`headwater report {asset_key.to_user_string()}`."
            )
        raise UnknownAssetError(f"There is no asset {asset_key!r} in these Definitions; add it to assets=[...].")

    def get_asset_check_def(self, key: AssetCheckKey) -> AssetCheckDefinition:
        """The check of a key.

        Raises:
            UnknownAssetError: no function carries out such a check.
        """
        check = self.resolve().checks.get(key)
        if check is None:
            raise UnknownAssetError(
                f"No function carries out check {key.name!r} of asset {key.asset_key.to_user_string()!r}; "
                "add one that is decorated with @asset_check to asset_checks=[...]."
            )
        return check

    def get_job_def(self, name: str) -> JobDefinition:
        """The job of a name.

        Raises:
            UnknownJobError: there is none.
        """
        job = self.resolve().jobs.get(name)
        if job is None:
            raise UnknownJobError(f"There is no job {name!r} in these Definitions; add it to jobs=[...].")
        return job

    def resolve_job_def(self, name: str) -> JobDefinition:
        """The same as `get_job_def`."""
        return self.get_job_def(name)

    def resolve_all_job_defs(self) -> list[JobDefinition]:
        """All jobs, by name."""
        return [job for _, job in sorted(self.resolve().jobs.items())]

    def get_sensor_def(self, name: str) -> SensorDefinition:
        """The sensor of a name.

        Raises:
            UnknownSensorError: there is none.
        """
        sensor = self.resolve().sensors.get(name)
        if sensor is None:
            raise UnknownSensorError(f"There is no sensor {name!r} in these Definitions; add it to sensors=[...].")
        return sensor

    def resolve_sensor_def(self, name: str) -> SensorDefinition:
        """The same as `get_sensor_def`."""
        return self.get_sensor_def(name)

    def resolve_schedule_def(self, name: str) -> ScheduleDefinition:
        """The same as `get_schedule_def`."""
        return self.get_schedule_def(name)

    def resolve_implicit_global_asset_job_def(self) -> JobDefinition:
        """The job `__ASSET_JOB` of all assets that are made here."""
        return define_asset_job("__ASSET_JOB", AssetSelection.assets(*sorted(self.resolve().natives)))

    def get_schedule_def(self, name: str) -> ScheduleDefinition:
        """The schedule of a name.

        Raises:
            UnknownScheduleError: there is none.
        """
        schedule = self.resolve().schedules.get(name)
        if schedule is None:
            raise UnknownScheduleError(
                f"There is no schedule {name!r} in these Definitions; add it to schedules=[...]."
            )
        return schedule
