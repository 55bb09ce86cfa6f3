"""The catalog and the lineage as they are sent: encoded again only where something that they show has changed."""

from __future__ import annotations

import threading
from typing import Any, NamedTuple

import msgspec
from sqlalchemy.engine import Connection

from headwater.definitions.partitions import PartitionsSnapshot
from headwater.graph.asset_graph import AssetGraph
from headwater.server.answers import KeptBody
from headwater.server.resources.assets import RowFacts, asset_row, read_estate, row_facts
from headwater.storage import dynamic_partitions, event_log
from headwater.storage.store import Store

_MINUTE = 60_000_000


class KeptCatalog:
    """What `/api/assets` and `/api/graph` answer for all assets.

    Every change of what they show is an event, but for two: time makes partitions, at whole minutes, and a function may
    add dynamic ones. So an answer holds until one of these is another. An asset's row is encoded again only if what it
    says of the asset has changed.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._shape = _Shape(AssetGraph((), ()))
        self._marks: _Marks | None = None
        self._known: dict[str, tuple[RowFacts, msgspec.Raw]] = {}
        self._rows: list[msgspec.Raw] = []
        self._list: KeptBody | None = None
        self._graph: KeptBody | None = None

    def asset_list(self, graph: AssetGraph, now: int) -> KeptBody:
        """An `AssetList` of all assets; `now` in microseconds."""
        with self._lock:
            marks = self._catch_up(graph, now)
            if self._list is None:
                self._list = _encode({"items": self._rows, "seq": marks.seq})
            return self._list

    def graph(self, graph: AssetGraph, now: int) -> KeptBody:
        """A `Graph` of all assets; `now` in microseconds."""
        with self._lock:
            self._catch_up(graph, now)
            if self._graph is None:
                self._graph = _encode(self._shape.filled(self._rows))
            return self._graph

    def _catch_up(self, graph: AssetGraph, now: int) -> _Marks:
        if graph is not self._shape.graph:
            self._shape, self._marks, self._known = _Shape(graph), None, {}
        self._marks = self._store.read_one_state(lambda connection: self._read(connection, now))
        return self._marks

    def _read(self, connection: Connection, now: int) -> _Marks:
        shape = self._shape
        marks = _Marks(
            seq=event_log.head(connection),
            minute=now // _MINUTE if shape.has_partitions else None,
            dynamic=dynamic_partitions.read_all(connection) if shape.has_dynamic else None,
        )
        if marks != self._marks:
            estate = read_estate(connection, shape.graph, now)
            known = {}
            for node in shape.graph.nodes:
                facts, before = row_facts(estate, node), self._known.get(node.key)
                is_same = before is not None and before[0] == facts
                known[node.key] = before if before is not None and is_same else (facts, _raw(asset_row(node, facts)))
            self._known, self._rows = known, [row for _, row in known.values()]
            self._list = self._graph = None
        return marks


class _Marks(NamedTuple):
    """What has to be as it was for an answer to hold."""

    seq: int
    minute: int | None
    dynamic: dict[str, list[str]] | None


class _Shape:
    """What only the definitions say, encoded once."""

    def __init__(self, graph: AssetGraph) -> None:
        self.graph = graph
        partitions = [node.definition.partitions for node in graph.nodes if node.definition.partitions is not None]
        self.has_partitions = bool(partitions)
        self.has_dynamic = any(map(_is_dynamic, partitions))
        self._levels: list[int] | None = None
        self._knots: dict[int, int] = {}
        self._edges = msgspec.Raw()
        self._hash = ""

    def filled(self, rows: list[msgspec.Raw]) -> dict[str, Any]:
        """The graph with the rows of its assets."""
        if self._levels is None:
            self._knots = {member: number for number, knot in enumerate(self.graph.knots) for member in knot}
            self._edges, self._hash = _raw(self.graph.edges), self.graph.hash()
            self._levels = self.graph.levels()
        nodes = [
            {"asset": row, "level": level, "knot": self._knots.get(number)}
            for number, (row, level) in enumerate(zip(rows, self._levels, strict=True))
        ]
        return {"nodes": nodes, "edges": self._edges, "hash": self._hash}


def _encode(value: Any) -> KeptBody:
    return KeptBody(msgspec.json.encode(value))


def _raw(value: Any) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))


def _is_dynamic(partitions: PartitionsSnapshot) -> bool:
    return partitions.type == "dynamic" or any(_is_dynamic(each) for _, each in partitions.dimensions)
