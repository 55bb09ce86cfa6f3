"""The graph of everything that is known, built anew only when something that it is made of has changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from headwater.definitions.partitions import DynamicKeys, PartitionsSnapshot
from headwater.definitions.snapshot import DefinitionsSnapshot, SensorSnapshot
from headwater.graph.asset_graph import AssetGraph, build_graph
from headwater.records.log.events import CORRECTIONS, Event
from headwater.records.log.fold import places_of
from headwater.storage.automation import tick_settings
from headwater.storage.catalog import definitions as catalog
from headwater.storage.catalog import dynamic_partitions
from headwater.storage.database.driver import compile_text, execute
from headwater.storage.log import event_log, past
from headwater.storage.schema import is_whole, latest

DEFAULT_SWITCH = "default_automation_condition_sensor"
"""The switch of conditions that no other is for, in a deployment where everything is off until it is switched on."""

_MOST_EVENTS = 200
"""Beyond these, to read all keys is no dearer."""


class GraphReader:
    """Definitions in force, lineage learnt from outside, and assets that only have events, as one graph."""

    def __init__(self) -> None:
        self.graph = AssetGraph((), ())
        """As last read."""
        self._snapshots: dict[str, DefinitionsSnapshot] = {}
        self._reported = _ReportedKeys()
        self._made_of: object = None
        self._is_dynamic = False

    def read(self, connection: Connection) -> AssetGraph:
        """The graph as it is now."""
        placed = [(place.name, place.snapshot) for place in catalog.read_locations(connection) if place.snapshot]
        edges = catalog.read_edges(connection)
        reported = self._reported.read(connection)
        on_by_default = tick_settings.read(connection).on_by_default
        made_of = (placed, edges, reported, on_by_default)
        if made_of != self._made_of:
            known = self._snapshots
            self._snapshots = {
                name: known[name] if name in known else catalog.read_snapshot(connection, name) for _, name in placed
            }
            loaded = [(location, self._snapshots[name]) for location, name in placed]
            self.graph = build_graph(loaded, learned_edges=edges, reported_keys=reported)
            if not on_by_default:
                _switch_off_undeclared(self.graph)
            self._made_of = made_of
            self._is_dynamic = any(_has_dynamic_keys(node.definition.partitions) for node in self.graph.nodes)
        if self._is_dynamic:
            self.graph.dynamic_keys = DynamicKeys(dynamic_partitions.read_all(connection))
        return self.graph


class _ReportedKeys:
    """The assets that have events, read again only after an event by which there can be others."""

    def __init__(self) -> None:
        self._keys: list[str] = []
        self._known: frozenset[str] = frozenset()
        self._seq: int | None = None

    def read(self, connection: Connection) -> list[str]:
        """The keys, sorted."""
        # First, so that what is written meanwhile is looked at again.
        head = event_log.head(connection)
        if self._seq is None or self._may_differ(event_log.read_after(connection, self._seq, _MOST_EVENTS + 1)):
            self._keys = _reported_keys(connection)
            self._known = frozenset(self._keys)
        self._seq = head
        return self._keys

    def _may_differ(self, events: Sequence[Event]) -> bool:
        return len(events) > _MOST_EVENTS or any(
            event.kind in CORRECTIONS or any(key not in self._known for key, _ in places_of(event)) for event in events
        )


def read_graph_with(connection: Connection, changed: Mapping[str, DefinitionsSnapshot]) -> AssetGraph:
    """The graph as it would be with other definitions of some locations."""
    names = {place.name: place.snapshot for place in catalog.read_locations(connection) if place.snapshot}
    loaded = {location: catalog.read_snapshot(connection, name) for location, name in names.items()} | dict(changed)
    return build_graph(
        sorted(loaded.items()), learned_edges=catalog.read_edges(connection), reported_keys=_reported_keys(connection)
    )


def read_graph_as_of(connection: Connection, moment: int, *, with_reported: bool = False) -> AssetGraph:
    """The graph that the definitions in force at a moment make.

    Args:
        connection: Where to read.
        moment: Microseconds since the epoch.
        with_reported: Whether to add lineage that outside systems had told of by then, assets that had events, and the
            dynamic partitions that there were.
    """
    placed = catalog.read_placed_at(connection, moment)
    loaded = [(location, catalog.read_snapshot(connection, name)) for location, name in placed]
    if not with_reported:
        return build_graph(loaded)
    edges = catalog.read_edges(connection, event_log.seq_at(connection, moment))
    graph = build_graph(loaded, learned_edges=edges, reported_keys=past.read_reported_keys_at(connection, moment))
    graph.dynamic_keys = DynamicKeys(dynamic_partitions.read_all_at(connection, moment))
    return graph


def _switch_off_undeclared(graph: AssetGraph) -> None:
    """Let sensors and schedules be off as long as nobody switches them on, but for those that declare it.

    Conditions that no switch is for get one.
    """
    for name, (sensor, location) in graph.sensors.items():
        if not sensor.status_declared:
            graph.sensors[name] = msgspec.structs.replace(sensor, running_by_default=False), location
    for name, (schedule, location) in graph.schedules.items():
        if not schedule.status_declared:
            graph.schedules[name] = msgspec.structs.replace(schedule, running_by_default=False), location

    covered = {
        key for sensor, _ in graph.sensors.values() if sensor.kind == "conditions" for key in sensor.targets or ()
    }
    conditioned = {key for key, checks in graph.checks.items() if any(check.condition is not None for check in checks)}
    left = [
        node
        for node in graph.nodes
        if (node.definition.condition is not None or node.key in conditioned) and node.key not in covered
    ]
    if left:
        switch = SensorSnapshot(
            name=DEFAULT_SWITCH,
            kind="conditions",
            description="Automation conditions that no other switch is for.",
            running_by_default=False,
            minimum_interval=0.0,
            targets=tuple(node.key for node in left),
        )
        graph.sensors[DEFAULT_SWITCH] = switch, left[0].location or ""


def _has_dynamic_keys(partitions: PartitionsSnapshot | None) -> bool:
    if partitions is None:
        return False
    return partitions.type == "dynamic" or any(_has_dynamic_keys(each) for _, each in partitions.dimensions)


def _reported_keys(connection: Connection) -> list[str]:
    query = sa.select(latest.c.asset_key).where(is_whole).distinct()
    # Of thousands of assets, after each event: the driver's own rows are taken as they are.
    return sorted(key for (key,) in execute(connection, compile_text(query, connection.dialect), ()).fetchall())
