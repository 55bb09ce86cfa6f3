"""What a version was made from, and what was made from it, as the API shows it."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from headwater.clock import to_seconds
from headwater.errors import UnknownEventError
from headwater.records.log.events import Event
from headwater.server import shapes
from headwater.server.resources.events import event_view
from headwater.storage.log import event_log, version_lineage
from headwater.storage.log.version_lineage import VersionLineage


def one_event(connection: Connection, seq: int) -> shapes.EventView:
    """An event by its number.

    Raises:
        UnknownEventError: there is none.
    """
    view = event_view(_expect(connection, seq))
    if event_log.read_withdrawn(connection, [seq]):
        view.flags.append("withdrawn")
    return view


def upstream(connection: Connection, seq: int, *, depth: int | None, limit: int) -> shapes.VersionGraph:
    """Every version that went into one."""
    _expect(connection, seq)
    return _graph(connection, version_lineage.read_upstream(connection, seq, depth=depth, limit=limit))


def downstream(connection: Connection, seq: int, *, depth: int | None, limit: int) -> shapes.VersionGraph:
    """Every version that one went into."""
    _expect(connection, seq)
    return _graph(connection, version_lineage.read_downstream(connection, seq, depth=depth, limit=limit))


def _expect(connection: Connection, seq: int) -> Event:
    event = event_log.read_many(connection, [seq]).get(seq)
    if event is None:
        raise UnknownEventError(f"There is no event {seq} in the log, or retention dropped it.")
    return event


def _graph(connection: Connection, found: VersionLineage) -> shapes.VersionGraph:
    seqs = list(found.depth_of)
    events = event_log.read_many(connection, seqs)
    withdrawn = event_log.read_withdrawn(connection, seqs)
    nodes = []
    for seq, depth in found.depth_of.items():
        event = events.get(seq)
        node = shapes.VersionNode(
            seq=seq,
            depth=depth,
            asset_key=None if event is None else event.asset_key,
            partition=None if event is None else event.partition,
            run_id=None if event is None else event.run_id,
            timestamp=None if event is None else to_seconds(event.timestamp),
            data_version=None if event is None else event.data_version,
            withdrawn=seq in withdrawn,
        )
        nodes.append(node)
    return shapes.VersionGraph(nodes=nodes, edges=found.edges, truncated=found.truncated)
