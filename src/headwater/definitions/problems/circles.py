"""Assets that depend on each other in a circle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from headwater.definitions.assets.specs import AssetSpec
from headwater.definitions.knots import find_knots, shortest_circle
from headwater.definitions.problems.collected import Collected
from headwater.definitions.problems.problem import Problem
from headwater.definitions.source import describe_source
from headwater.errors import CyclicDependencyError
from headwater.keys import AssetKey

_MOST_NAMED = 10


def circles(collected: Collected) -> Iterator[Problem]:
    """Circles through native assets are errors; the others are what the world sends, and are told of."""
    connected = collected.connected
    if not connected.knots:
        return
    specs, natives, keys = collected.specs, collected.natives, connected.keys
    past = {number for number, spec in enumerate(connected.specs) if spec is not None and spec.reads_its_past}
    downstream = [
        [below for below in following if below != number] if number in past else following
        for number, following in enumerate(connected.downstream)
    ]
    for knot in _in_order(find_knots(downstream), keys):
        start = next((number for number in knot if keys[number] in natives), None)
        if start is None:
            named = [keys[number] for number in knot]
            yield Problem(code="external-circle", message=_describe_knot(named), source=specs[named[0]].source)
        else:
            circle = [specs[keys[number]] for number in shortest_circle(downstream, start, frozenset(knot))]
            message = _describe_circle(circle)
            yield Problem(code="circle", message=message, source=circle[0].source, error=CyclicDependencyError)


def _in_order(knots: list[list[int]], keys: Sequence[AssetKey]) -> list[list[int]]:
    """Knots by their first keys. Only they are sorted: to sort all keys takes longer than to find the circles."""
    each = [sorted(knot, key=keys.__getitem__) for knot in knots]
    return sorted(each, key=lambda knot: keys[knot[0]])


def _describe_circle(circle: Sequence[AssetSpec]) -> str:
    steps = [f"{spec.key.to_user_string()} ({describe_source(spec.source)})" for spec in circle]
    return (
        f"Native assets can't depend on themselves, but these do, each made from the one before it: "
        f"{' → '.join(steps)} → {circle[0].key.to_user_string()}. Take one of these dependencies away."
    )


def _describe_knot(keys: Sequence[AssetKey]) -> str:
    named = ", ".join(key.to_user_string() for key in keys[:_MOST_NAMED])
    more = f" and {len(keys) - _MOST_NAMED} more" if len(keys) > _MOST_NAMED else ""
    if len(keys) == 1:
        return f"External asset {named} depends on itself; it is kept and drawn so."
    return f"External assets depend on each other in a circle: {named}{more}; they are kept and drawn as a knot."
