"""How long steps took lately, for an estimate of how long they will take."""

from __future__ import annotations

import statistics
from collections.abc import Iterable

from sqlalchemy.engine import Connection

from headwater.records.log.events import EventKind, StepEvent
from headwater.storage.log import event_log
from headwater.storage.log.event_log import EventFilter

_LATELY = 10
_MOST_STEPS = 50


def expected_seconds(connection: Connection, steps: Iterable[tuple[str, str]]) -> dict[str, float]:
    """By step, the median of how long it took the last times that it ended well; those that never did are left out.

    Args:
        connection: Where to look.
        steps: The name of each and the first of its assets; beyond 50 the others are left out.
    """
    found: dict[str, float] = {}
    for name, asset in list(steps)[:_MOST_STEPS]:
        wanted = EventFilter(asset_key=asset, kinds=(EventKind.STEP_SUCCEEDED,))
        ended = (event.payload for event in event_log.read_newest(connection, wanted, limit=_LATELY))
        took = [step.duration for step in ended if isinstance(step, StepEvent) and step.step == name and step.duration]
        if took:
            found[name] = statistics.median(took)
    return found
