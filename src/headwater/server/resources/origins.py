"""Where assets come from: the sensors that report or make them, and the systems that told of them."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from headwater.definitions.snapshot import TickSnapshot
from headwater.graph.asset_graph import AssetGraph
from headwater.records.log.events import EventKind, Materialization
from headwater.server import shapes
from headwater.storage.automation import sensors as sensor_store
from headwater.storage.log import event_log, states

_MOST_LOOKED_AT = 2_000
_OUTSIDE = frozenset({"rest", "openlineage", "cli"})


def origin_list(connection: Connection, graph: AssetGraph) -> shapes.OriginList:
    """The origin of each asset that has one, by key.

    Who reported an asset last stands in its latest event, so only the assets that were heard of last are looked at.
    """
    sensors: dict[str, set[str]] = {}
    for reporter, key in sensor_store.read_assets(connection):
        sensors.setdefault(key, set()).add(reporter)
    for name, (sensor, _) in graph.sensors.items():
        for key in _made_by(graph, sensor):
            sensors.setdefault(key, set()).add(name)
    schedules: dict[str, set[str]] = {}
    for name, (schedule, _) in graph.schedules.items():
        for key in _made_by(graph, schedule):
            schedules.setdefault(key, set()).add(name)
    systems = _systems(connection, graph)
    items = [
        shapes.Origin(
            key=key,
            sensors=sorted(sensors.get(key, ())),
            schedules=sorted(schedules.get(key, ())),
            system=systems.get(key),
        )
        for key in sorted({*sensors, *schedules, *systems})
        if key in graph.ids
    ]
    return shapes.OriginList(items=items)


def _made_by(graph: AssetGraph, definition: TickSnapshot) -> set[str]:
    """The assets that a sensor or schedule asks for, by themselves or as those of its jobs."""
    jobs = [graph.jobs[name][0] for name in definition.jobs if name in graph.jobs]
    return {*(definition.targets or ()), *(key for job in jobs for key in job.assets)}


def _systems(connection: Connection, graph: AssetGraph) -> dict[str, str]:
    """What each outside asset is known to come from: who reported it last by name, else the first of its kinds."""
    kind = EventKind.MATERIALIZATION
    outside = {node.key: node for node in graph.nodes if node.kind != "native"}
    found = {key: node.definition.kinds[0] for key, node in outside.items() if node.definition.kinds}
    latest = [state for (key, made), state in states.read_assets(connection).items() if made is kind and key in outside]
    latest.sort(key=lambda state: -state.timestamp)
    seqs = {state.seq: state.asset_key for state in latest[:_MOST_LOOKED_AT]}
    for seq, event in event_log.read_many(connection, list(seqs)).items():
        reporter = event.payload.reporter if isinstance(event.payload, Materialization) else None
        if reporter is not None and reporter.via in _OUTSIDE and reporter.name:
            found[seqs[seq]] = reporter.name
    return found
