"""When outside assets usually arrive, and which of them are later than usual."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.engine import Connection

from headwater.clock import MICROSECONDS, to_seconds
from headwater.graph.asset_graph import AssetGraph
from headwater.records.log.arrivals import usual_arrival
from headwater.records.log.events import EventKind
from headwater.server import shapes
from headwater.storage.log import event_log, states

_MOST_ASSETS = 2_000
_MOST_TIMES = 48
"""Events that are looked at of each; several of them may be one delivery."""


def arrival_list(
    connection: Connection, graph: AssetGraph, now: int, keys: Collection[str] | None
) -> shapes.ArrivalList:
    """Outside assets that have a rhythm, those that are due first first.

    Of all assets only those heard of last are looked at, so that the answer stays quick.
    """
    if keys is None:
        made = EventKind.MATERIALIZATION
        latest = [state for (key, kind), state in states.read_assets(connection).items() if kind is made]
        outside = [state for state in latest if key_is_outside(graph, state.asset_key) and state.count > 1]
        outside.sort(key=lambda state: -state.timestamp)
        keys = [state.asset_key for state in outside[:_MOST_ASSETS]]
    found = [view for key in keys if (view := _arrival(connection, key, now)) is not None]
    return shapes.ArrivalList(items=sorted(found, key=lambda view: view.expected_at))


def key_is_outside(graph: AssetGraph, key: str) -> bool:
    """Whether another system makes the asset."""
    number = graph.ids.get(key)
    return number is not None and graph.nodes[number].kind != "native"


def _arrival(connection: Connection, key: str, now: int) -> shapes.ArrivalView | None:
    times = event_log.read_times(connection, key, EventKind.MATERIALIZATION, limit=_MOST_TIMES)
    arrival = usual_arrival(times)
    if arrival is None:
        return None
    return shapes.ArrivalView(
        key=key,
        every=arrival.every / MICROSECONDS,
        last_at=to_seconds(max(times)),
        expected_at=to_seconds(arrival.expected_at),
        late=now > arrival.late_after,
    )
