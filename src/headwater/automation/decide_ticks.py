"""When a sensor is due, and what its tick's run requests mean."""

from __future__ import annotations

from collections.abc import Sequence

from headwater.automation.sensor_messages import RequestedRun
from headwater.clock import MICROSECONDS
from headwater.definitions.snapshot import SensorSnapshot
from headwater.errors import SensorResultError
from headwater.graph.asset_graph import AssetGraph
from headwater.records.requests import plan_runs
from headwater.records.runs import Cause, Run
from headwater.records.ticks import SensorState


def is_running(sensor: SensorSnapshot, state: SensorState) -> bool:
    """Whether a sensor is on: as a person switched it, else as its definition says."""
    return sensor.running_by_default if state.running is None else state.running


def next_due(sensor: SensorSnapshot, state: SensorState, now: int) -> int | None:
    """When a sensor ticks next, in microseconds; None while it is off.

    From the start of one tick to the start of the next is the minimum interval. Ticks that were missed are not made
    up for: the next one sees all that has happened.
    """
    if state.tick_requested:
        return now
    if not is_running(sensor, state):
        return None
    if state.last_tick_at is None:
        return now
    # A clock that was set back must not stop the sensor until it has caught up.
    since = min(state.last_tick_at, now)
    return since + round(sensor.minimum_interval * MICROSECONDS)


def plan_requested(graph: AssetGraph, sensor: SensorSnapshot, request: RequestedRun, now: int) -> list[Run]:
    """The runs that one run request of a sensor means.

    Raises:
        SensorResultError: it names no assets and the sensor has no targets, or names one that is no target.
        HeadwaterError: the assets can't be made; see `plan_runs`.
    """
    assets = _assets_of(sensor, request)
    cause = Cause(kind="sensor", name=sensor.name, reason=request.run_key)
    return plan_runs(graph, assets, cause=cause, now=now, partition=request.partition, tags=request.tags)


def _assets_of(sensor: SensorSnapshot, request: RequestedRun) -> Sequence[str]:
    if request.assets is None:
        if sensor.targets is None:
            raise SensorResultError(
                f"Sensor {sensor.name!r} requested a run without saying of what. Give the RunRequest an "
                "asset_selection, or the sensor a target."
            )
        return sensor.targets
    foreign = sorted(set(request.assets) - set(sensor.targets)) if sensor.targets is not None else []
    if foreign:
        raise SensorResultError(
            f"Sensor {sensor.name!r} requested a run of {', '.join(foreign)}, which is not among its targets."
        )
    return request.assets
