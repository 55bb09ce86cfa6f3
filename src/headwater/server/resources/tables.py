"""The columns of several assets, and which of them are made from which."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy.engine import Connection

from headwater.definitions.snapshot import WireValue
from headwater.graph import columns
from headwater.graph.asset_graph import AssetGraph
from headwater.records.log.events import EventKind, Materialization
from headwater.server import shapes
from headwater.storage.log import event_log, states


def column_tables(connection: Connection, graph: AssetGraph, keys: Collection[str]) -> shapes.ColumnTables:
    """The columns of some assets, as the latest materialization tells them or else the definition, and their lineage.

    A column that only the lineage names is listed too, last; so is one of an asset that nobody knows, since lineage
    names such as well.
    """
    told = {key: (_defined(graph, key), latest) for key, latest in _latest(connection, keys).items()}
    found = {key: _schema(latest) or _schema(defined) for key, (defined, latest) in told.items()}
    edges: list[tuple[str, str, str, str]] = []
    for key, (defined, latest) in told.items():
        for column, above in (columns.deps_of(defined) | columns.deps_of(latest)).items():
            _add(found[key], column)
            for upstream, name in above:
                if upstream in found:
                    _add(found[upstream], name)
                    edges.append((upstream, name, key, column))
    tables = [shapes.ColumnTable(key=key, columns=list(mine.values())) for key, mine in found.items()]
    return shapes.ColumnTables(items=tables, edges=sorted(edges))


def _defined(graph: AssetGraph, key: str) -> Mapping[str, WireValue]:
    return graph.nodes[graph.ids[key]].definition.metadata if key in graph.ids else {}


def _latest(connection: Connection, keys: Collection[str]) -> dict[str, Mapping[str, WireValue]]:
    """The metadata of the latest materialization of each."""
    kind = EventKind.MATERIALIZATION
    made = {key: state.seq for key in keys if (state := states.read_assets(connection, key).get((key, kind)))}
    events = event_log.read_many(connection, list(made.values()))
    payloads = {key: events[seq].payload for key, seq in made.items() if seq in events}
    return {
        key: payload.metadata if isinstance(payload := payloads.get(key), Materialization) else {}
        for key in dict.fromkeys(keys)
    }


def _schema(metadata: Mapping[str, WireValue]) -> dict[str, shapes.TableColumn]:
    found: dict[str, shapes.TableColumn] = {}
    for column in columns.schema_columns(metadata):
        name, kind = column.get("name"), column.get("type")
        if isinstance(name, str) and name not in found:
            found[name] = shapes.TableColumn(name=name, type=kind if isinstance(kind, str) else None)
    return found


def _add(table: dict[str, shapes.TableColumn], name: str) -> None:
    table.setdefault(name, shapes.TableColumn(name=name, type=None))
