"""Whose conditions are followed: all, but for those that a switch which is off is for."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy

import msgspec

from headwater.automation.ticks.decide_due import is_running
from headwater.clock import MICROSECONDS
from headwater.graph.asset_graph import AssetGraph
from headwater.records.automation.ticks import SensorState

KIND = "conditions"


def run_tags(graph: AssetGraph, key: str) -> dict[str, str]:
    """The tags of a run that a condition of an asset requests: those of the switches that are for it."""
    switches = [sensor for sensor, _ in graph.sensors.values() if sensor.kind == KIND and sensor.run_tags]
    return {name: value for each in switches if key in (each.targets or ()) for name, value in each.run_tags.items()}


def pauses(graph: AssetGraph) -> dict[str, int]:
    """How long conditions wait after an attempt to make an asset before they ask again, in microseconds, by asset.

    Where several switches are for an asset, the longest counts.
    """
    found: dict[str, int] = {}
    for sensor, _ in graph.sensors.values():
        if sensor.kind == KIND and sensor.minimum_interval > 0:
            pause = round(sensor.minimum_interval * MICROSECONDS)
            found.update({key: max(pause, found.get(key, 0)) for key in sensor.targets or ()})
    return found


def followed(graph: AssetGraph, states: Mapping[str, SensorState]) -> AssetGraph:
    """The graph without the conditions of what a switch that is off is for, unless another is on for it.

    A switch is for its assets and their checks, and holds back the jobs that make one of them.

    Args:
        graph: Everything.
        states: How sensors stand, by name.
    """
    on: set[str] = set()
    off: set[str] = set()
    for name, (sensor, _) in graph.sensors.items():
        if sensor.kind == KIND:
            is_on = is_running(sensor, states.get(name, SensorState(sensor=name)))
            (on if is_on else off).update(sensor.targets or ())
    if not off - on:
        return graph
    without = copy(graph)
    without.nodes = tuple(
        msgspec.structs.replace(node, definition=msgspec.structs.replace(node.definition, condition=None))
        if node.key in off - on
        else node
        for node in graph.nodes
    )
    without.checks = {
        key: [msgspec.structs.replace(check, condition=None) for check in checks] if key in off - on else checks
        for key, checks in graph.checks.items()
    }
    without.jobs = {
        name: (msgspec.structs.replace(job, condition=None), location)
        if not (off - on).isdisjoint(job.assets)
        else (job, location)
        for name, (job, location) in graph.jobs.items()
    }
    return without
