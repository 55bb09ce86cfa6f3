"""The run queue as the API shows it: what each run waits for, and the limits with what counts against them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec
from sqlalchemy.engine import Connection

from headwater.graph.asset_graph import AssetGraph
from headwater.records.runs.decide_queue import RUNS_AT_ONCE, decide_queue, pools_of
from headwater.server import shapes
from headwater.server.resources.engines import engine_list
from headwater.storage.runs import limits as limit_store
from headwater.storage.runs import pool_places
from headwater.storage.runs import runs as run_store

_MOST = 1_000


def with_queue(
    connection: Connection, graph: AssetGraph, now: int, views: Sequence[shapes.RunView]
) -> list[shapes.RunView]:
    """The runs, those that wait with their place in the queue and what they wait for; `now` in microseconds."""
    if not any(view.status == "queued" for view in views):
        return list(views)
    waiting = _waiting(connection, graph, now)
    places = {run_id: (place, reason) for place, (run_id, reason) in enumerate(waiting.items(), start=1)}
    shown = []
    for view in views:
        place, reason = places.get(view.run_id, (None, None))
        shown.append(msgspec.structs.replace(view, queue_position=place, waiting_for=reason))
    return shown


def limit_list(connection: Connection, graph: AssetGraph) -> list[shapes.LimitView]:
    """Every limit, and how many runs, or steps of a pool, count against it now, by name where it holds for each."""
    pools = pools_of(graph)
    started, steps = run_store.read_started(connection), pool_places.read_counts(connection)
    return [
        shapes.LimitView(
            kind=limit.kind,
            name=limit.name,
            most=limit.most,
            used=dict(Counter(name for run in started for name in limit.slots(run, pools, steps))),
        )
        for limit in limit_store.read(connection)
    ]


def _waiting(connection: Connection, graph: AssetGraph, now: int) -> dict[str, str]:
    """What every run in the queue waits for, in order: those that begin at once stand first."""
    engines = [engine for engine in engine_list(connection, now) if engine.alive]
    started = run_store.read_started(connection)
    decision = decide_queue(
        run_store.read_queued(connection, run_store.read_queued_locations(connection), _MOST),
        started,
        limits=limit_store.read(connection),
        pools=pools_of(graph),
        room=max(0, RUNS_AT_ONCE * len(engines) - len(started)),
        steps=pool_places.read_counts(connection),
        locations={name for engine in engines for name in engine.locations},
    )
    return {**dict.fromkeys(decision.start, "its turn, which has come"), **decision.waiting}
