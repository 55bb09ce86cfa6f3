"""Sensors that are to run what they can't."""

from __future__ import annotations

from collections.abc import Iterator

from headwater.definitions.problems.collected import Collected
from headwater.definitions.problems.problem import Problem
from headwater.definitions.problems.suggest import Suggestions
from headwater.definitions.selection import AssetSelection
from headwater.definitions.source import describe_source
from headwater.errors import ExternalAssetError, InvalidDefinitionError


def impossible_targets(collected: Collected) -> Iterator[Problem]:
    """A run can make neither what another system makes nor what is not there."""
    for sensor in collected.sensors.values():
        # A selection means native assets alone, whatever it says.
        for key in () if isinstance(sensor.targets, AssetSelection) else sensor.targets or ():
            if key in collected.natives:
                continue
            what = f"Sensor {sensor.name!r} ({describe_source(sensor.source)}) targets {key!r}"
            if key in collected.specs:
                yield Problem(
                    code="external-target",
                    message=(
                        f"{what}, which is external: another system makes it, so no run can. To report that it was "
                        "made, return SensorResult(asset_events=[AssetMaterialization(...)])."
                    ),
                    source=sensor.source,
                    error=ExternalAssetError,
                )
            else:
                yield Problem(
                    code="undefined-target",
                    message=f"{what}, but no such asset is defined.{Suggestions(collected.natives).question(key)}",
                    source=sensor.source,
                    error=InvalidDefinitionError,
                )
