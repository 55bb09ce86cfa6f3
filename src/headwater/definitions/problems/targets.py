"""Sensors and schedules that are to run what they can't."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from headwater.definitions.near import nearest
from headwater.definitions.problems.collected import Collected
from headwater.definitions.problems.problem import Problem
from headwater.definitions.problems.suggest import Suggestions
from headwater.definitions.schedules.definition import ScheduleDefinition
from headwater.definitions.selection import AssetSelection
from headwater.definitions.sensors.definition import SensorDefinition
from headwater.definitions.source import describe_source
from headwater.errors import ExternalAssetError, InvalidDefinitionError

_INSTEAD = {
    "Sensor": "To report that it was made, return SensorResult(asset_events=[AssetMaterialization(...)]).",
    "Schedule": (
        "Schedule what is made from it here; to report it, use a sensor or POST /report_asset_materialization/."
    ),
}


def impossible_targets(collected: Collected) -> Iterator[Problem]:
    """A run can make neither what another system makes nor what is not there, nor be of a job that is not there."""
    ticking: list[SensorDefinition | ScheduleDefinition] = [*collected.sensors.values(), *collected.schedules.values()]
    for item in ticking:
        kind = "Sensor" if isinstance(item, SensorDefinition) else "Schedule"
        what = f"{kind} {item.name!r} ({describe_source(item.source)})"
        for name in item.run_targets.job_names:
            if name not in collected.jobs:
                yield Problem(
                    code="undefined-job",
                    message=f"{what} runs the job {name!r}, which is not defined.{_similar(name, collected.jobs)}",
                    source=item.source,
                    error=InvalidDefinitionError,
                )
        # A selection leaves out what no run can make or look at.
        targets = item.run_targets.assets
        for key in () if isinstance(targets, AssetSelection) else targets or ():
            if key in collected.natives or key in collected.observables:
                continue
            if key in collected.specs:
                yield Problem(
                    code="external-target",
                    message=(
                        f"{what} targets {key.to_user_string()!r}, which is external: another system makes it, "
                        f"so no run can. {_INSTEAD[kind]}"
                    ),
                    source=item.source,
                    error=ExternalAssetError,
                )
            else:
                hint = Suggestions(collected.natives).question(key)
                yield Problem(
                    code="undefined-target",
                    message=f"{what} targets {key.to_user_string()!r}, but no such asset is defined.{hint}",
                    source=item.source,
                    error=InvalidDefinitionError,
                )


def _similar(name: str, known: Iterable[str]) -> str:
    near = nearest(name, known)
    return f" Did you mean {near[0]!r}?" if near else " Add it to Definitions(jobs=[...])."
