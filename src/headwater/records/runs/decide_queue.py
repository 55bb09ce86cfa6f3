"""Which of the waiting runs begin now, and what the others wait for.

The order: the higher priority first; then the location with the fewest runs, so that none starves; then the older run.
A run whose limit is full lets those behind it pass that need no place there: it holds none while it waits, or a crowd
that waits for one pool would keep everybody else out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import msgspec

from headwater.graph.asset_graph import AssetGraph
from headwater.records.runs.limits import NO_STEPS, Limit, priority_of
from headwater.records.runs.runs import Run

RUNS_AT_ONCE = 8
"""How many runs an engine carries out side by side."""
_Slot = tuple[Limit, str]


class QueueDecision(msgspec.Struct, frozen=True, kw_only=True):
    """`start` in order; `waiting` says for each other run, in order, what it waits for."""

    start: tuple[str, ...]
    waiting: dict[str, str]


def decide_queue(
    queued: Sequence[Run],
    started: Iterable[Run],
    *,
    limits: Sequence[Limit],
    pools: Mapping[str, str],
    room: int,
    locations: Collection[str] | None = None,
    steps: Mapping[tuple[str, str], int] = NO_STEPS,
) -> QueueDecision:
    """What to begin.

    Args:
        queued: Runs that wait.
        started: Runs that go on, wherever.
        limits: How many may.
        pools: The pool of each asset that has one.
        room: How many more may begin, limits apart.
        locations: Those that are loaded; None for all.
        steps: How many steps are under way, by run and pool.
    """
    going_on = list(started)
    taken = Counter(slot for run in going_on for slot in _slots(run, limits, pools, steps))
    loads = Counter(run.location for run in going_on)
    start: list[str] = []
    waiting: dict[str, str] = {}
    for run in _in_order(queued, loads):
        slots = list(_slots(run, limits, pools, NO_STEPS))
        full = next((limit for limit, name in slots if taken[limit, name] >= limit.most), None)
        if locations is not None and run.location not in locations:
            waiting[run.run_id] = f"its code location {run.location}, which no engine has loaded"
            loads[run.location] -= 1
        elif full is not None:
            waiting[run.run_id] = f"the limit of {full.most} for {full.shown}"
            loads[run.location] -= 1
        elif len(start) >= room:
            waiting[run.run_id] = "a free place"
        else:
            start.append(run.run_id)
            taken.update(slots)
    return QueueDecision(start=tuple(start), waiting=waiting)


def pools_of(graph: AssetGraph) -> dict[str, str]:
    """The pool of each asset that has one."""
    return {node.key: node.definition.pool for node in graph.nodes if node.definition.pool is not None}


def _in_order(queued: Sequence[Run], loads: Counter[str]) -> Iterator[Run]:
    """The runs one by one; `loads` counts each as it is given out, and is looked at anew for the next."""
    by_priority: dict[int, dict[str, list[Run]]] = {}
    for run in sorted(queued, key=lambda run: (run.created_at, run.run_id), reverse=True):
        by_priority.setdefault(priority_of(run.tags), {}).setdefault(run.location, []).append(run)
    for priority in sorted(by_priority, reverse=True):
        heads = by_priority[priority]
        while heads:
            location = min(heads, key=lambda name: (loads[name], heads[name][-1].created_at, name))
            loads[location] += 1
            yield heads[location].pop()
            if not heads[location]:
                del heads[location]


def _slots(
    run: Run, limits: Sequence[Limit], pools: Mapping[str, str], steps: Mapping[tuple[str, str], int]
) -> Iterator[_Slot]:
    return ((limit, name) for limit in limits for name in limit.slots(run, pools, steps))
