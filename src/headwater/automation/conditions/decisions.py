"""What conditions decide: requests, evaluations worth keeping, and what is kept of an automated asset."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from headwater.automation.conditions.explain import Explained
from headwater.automation.conditions.memory import Unit
from headwater.automation.conditions.state import Space
from headwater.clock import MICROSECONDS, to_datetime
from headwater.definitions.partitions import Ordinals
from headwater.definitions.partitions.rules import ticks
from headwater.records.log.events import Event


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """Partitions of one asset to make, and the upstream assets whose updates led to it, each with its event."""

    asset_key: str
    partitions: tuple[str | None, ...]
    because_of: dict[str, int] = {}
    schedule: str | None = None
    """The schedule whose tick led to it, where no update did."""


class Evaluated(msgspec.Struct, frozen=True, kw_only=True):
    """One evaluation that mattered: it requested something, or came to another result than the one before."""

    asset_key: str
    seq: int
    now: int
    condition: str
    tree: Explained
    requested: tuple[str | None, ...] = ()


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a step came to."""

    requests: tuple[Request, ...] = ()
    evaluated: tuple[Evaluated, ...] = ()


class OwnPart(msgspec.Struct, frozen=True, kw_only=True):
    """A user's own condition that is to be evaluated: for which asset or check, and what stands for it."""

    unit: Unit
    written: dict[str, Any]


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """The users' own conditions that an asset's condition depends on, at a place in the log."""

    asset_key: str
    at: float
    parts: tuple[OwnPart, ...]


class Automated(msgspec.Struct, frozen=True):
    """What is kept of an asset with a condition: which one, and the asset's code version when it was last looked at."""

    condition: str
    code_version: str | None = None


class Keys:
    """The keys of partitions by their numbers; what belongs together mostly asks for the same ones."""

    def __init__(self) -> None:
        self._known: dict[tuple[Space, Ordinals], tuple[str, ...]] = {}

    def of(self, space: Space, numbers: Ordinals) -> tuple[str | None, ...]:
        """The keys of some partitions; `(None,)` for what has none."""
        if space.definition is None:
            return (None,) if numbers else ()
        known = self._known.get((space, numbers))
        if known is None:
            known = self._known[(space, numbers)] = tuple(space.parts.keys.select(numbers))
        return known


def commits(events: Iterable[Event]) -> Iterator[list[Event]]:
    """The events of each commit: what was written together has one time of receipt."""
    for _, together in groupby(events, lambda event: event.recorded_at):
        yield list(together)


def next_tick(cron: tuple[str, str], after: int) -> int:
    """The first tick of a schedule after a moment, in microseconds."""
    begin = to_datetime(after) + timedelta(microseconds=1)
    tick = next(ticks(cron[0], ZoneInfo(cron[1]), int(-(-begin.timestamp() // 1))))
    return round(tick.timestamp() * MICROSECONDS)


def joined(first: Outcome, second: Outcome) -> Outcome:
    """What two steps came to, one after the other."""
    if not first.requests and not first.evaluated:
        return second
    return Outcome(requests=first.requests + second.requests, evaluated=first.evaluated + second.evaluated)
