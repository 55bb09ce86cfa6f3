"""The catalog and the lineage as they are sent: encoded again only where something that they show has changed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import NamedTuple

import msgspec
from sqlalchemy.engine import Connection

from headwater.definitions.partitions import PartitionsSnapshot
from headwater.graph.asset_graph import AssetGraph
from headwater.server.kept.body import KeptBody, Piece
from headwater.server.kept.estate import KeptEstate
from headwater.server.resources.assets import RowFacts, asset_row, row_facts
from headwater.storage.catalog import dynamic_partitions
from headwater.storage.log import event_log
from headwater.storage.store import Store

_MINUTE = 60_000_000
_ROWS = 256
"""In a piece of a body: fewer compress worse, of more there is more to do again when one changes."""


class KeptCatalog:
    """What `/api/assets` and `/api/graph` answer for all assets.

    Every change of what they show is an event, but for two: time makes partitions, at whole minutes, and a function may
    add dynamic ones. So an answer holds until one of these is another. An asset's row is encoded again only if what it
    says of the asset has changed.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._marks: _Marks | None = None
        self._list: KeptBody | None = None
        self._graph: KeptBody | None = None
        self._begin(AssetGraph((), ()))

    def asset_list(self, graph: AssetGraph, now: int) -> KeptBody:
        """An `AssetList` of all assets; `now` in microseconds."""
        with self._lock:
            marks = self._catch_up(graph, now)
            if self._list is None:
                rows = self._list_rows.all(lambda number: self._rows[number])
                self._list = KeptBody([Piece(b'{"items":['), *rows, Piece(b'],"seq":%d}' % marks.seq)])
            return self._list

    def graph(self, graph: AssetGraph, now: int) -> KeptBody:
        """A `Graph` of all assets; `now` in microseconds."""
        with self._lock:
            self._catch_up(graph, now)
            if self._graph is None:
                shape = self._shape
                nodes = self._graph_rows.all(lambda number: shape.node(number, self._rows[number]))
                self._graph = KeptBody([Piece(b'{"nodes":['), *nodes, shape.rest])
            return self._graph

    def _begin(self, graph: AssetGraph) -> None:
        self._shape, self._estate = _Shape(graph), KeptEstate(graph)
        self._marks = self._list = self._graph = None
        self._facts: list[RowFacts | None] = [None] * len(graph.nodes)
        self._rows: list[bytes] = [b""] * len(graph.nodes)
        self._list_rows, self._graph_rows = _Pieces(len(graph.nodes)), _Pieces(len(graph.nodes))

    def _catch_up(self, graph: AssetGraph, now: int) -> _Marks:
        if graph is not self._shape.graph:
            self._begin(graph)
        # What was only half taken in is forgotten.
        before, self._marks = self._marks, None
        self._marks = self._store.read_one_state(lambda connection: self._read(connection, now, before))
        return self._marks

    def _read(self, connection: Connection, now: int, before: _Marks | None) -> _Marks:
        shape = self._shape
        marks = _Marks(
            seq=event_log.head(connection),
            minute=now // _MINUTE if shape.has_partitions else None,
            dynamic=dynamic_partitions.read_all(connection) if shape.has_dynamic else None,
        )
        if marks != before:
            has_only_events = before is not None and marks._replace(seq=before.seq) == before
            keys = self._estate.follow(connection, now) if has_only_events else None
            if keys is None:
                self._estate.read(connection, now)
            self._encode(range(len(self._rows)) if keys is None else [shape.graph.ids[key] for key in keys])
            self._list = None
        return marks

    def _encode(self, numbers: Iterable[int]) -> None:
        """Encode the rows of some assets, if they say something else by now."""
        nodes = self._shape.graph.nodes
        for number in numbers:
            facts = row_facts(self._estate.known, nodes[number])
            if facts != self._facts[number]:
                self._facts[number] = facts
                self._rows[number] = msgspec.json.encode(asset_row(nodes[number], facts))
                self._list_rows.forget(number)
                self._graph_rows.forget(number)
                self._graph = None


class _Pieces:
    """The rows of a body, some hundred to a piece."""

    def __init__(self, count: int) -> None:
        self._starts = range(0, count, _ROWS)
        self._count = count
        self._known: dict[int, Piece] = {}

    def forget(self, number: int) -> None:
        """A row is another one now."""
        self._known.pop(number - number % _ROWS, None)

    def all(self, row: Callable[[int], bytes]) -> list[Piece]:
        """All of them; `row` has what each row says, by its number."""
        for start in self._starts:
            if start not in self._known:
                rows = b",".join(map(row, range(start, min(start + _ROWS, self._count))))
                self._known[start] = Piece(b"," + rows if start else rows)
        return [self._known[start] for start in self._starts]


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

    @cached_property
    def rest(self) -> Piece:
        """What stands behind the nodes."""
        edges, name = msgspec.json.encode(self.graph.edges), msgspec.json.encode(self.graph.hash())
        return Piece(b'],"edges":%b,"hash":%b}' % (edges, name))

    def node(self, number: int, row: bytes) -> bytes:
        """An asset in the graph, around its row."""
        return b'{"asset":%b%b' % (row, self._ends[number])

    @cached_property
    def _ends(self) -> list[bytes]:
        knots = {member: number for number, knot in enumerate(self.graph.knots) for member in knot}
        return [
            b',"level":%d,"knot":%b}' % (level, msgspec.json.encode(knots.get(number)))
            for number, level in enumerate(self.graph.levels())
        ]


def _is_dynamic(partitions: PartitionsSnapshot) -> bool:
    return partitions.type == "dynamic" or any(_is_dynamic(each) for _, each in partitions.dimensions)
