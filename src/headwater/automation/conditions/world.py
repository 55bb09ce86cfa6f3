"""What conditions are looked at with: the values of their parts, what happened in one commit, and the world around."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from typing import NamedTuple

import msgspec

from headwater.automation.conditions.memory import Memory
from headwater.automation.conditions.plan import Plan
from headwater.automation.conditions.state import NONE, AssetState, RunFacts, Space
from headwater.definitions.partitions import Ordinals
from headwater.graph.asset_graph import AssetGraph
from headwater.graph.partition_links import PartitionLinks

Target = tuple[int, str]
"""An asset's id, and one of its checks or ''."""


class Look(IntEnum):
    """How a condition is looked at."""

    FIRM = 0
    VIRTUAL = 1
    QUIET = 2
    POSSIBLE = 3
    """Wherever it holds or could, whatever users' own conditions come to."""
    CERTAIN = 4
    """Only where it holds for sure, whatever they come to."""


class Truth(msgspec.Struct, frozen=True, gc=False):
    """For which partitions something holds.

    `at` is the place in the log of what made it hold, None for what simply is so. `covers` is for what handles others:
    the partitions, by up to which place of the log it knows them.
    """

    holds: Ordinals
    at: float | None = None
    covers: tuple[tuple[float, Ordinals], ...] | None = None


NOWHERE = Truth(NONE)


def of_places(places: Iterable[tuple[float, Ordinals]]) -> Truth:
    """The truth of something that happened at some places of the log."""
    holds, at = NONE, None
    for seq, numbers in places:
        holds |= numbers
        at = seq if at is None else max(at, seq)
    return Truth(holds, at) if holds else NOWHERE


def last(places: Iterable[float | None]) -> float | None:
    """The last of some places of the log, None for none."""
    found = None
    for place in places:
        if place is not None and (found is None or place > found):
            found = place
    return found


class News:
    """What happened to one asset in one commit: places in the log and partitions."""

    __slots__ = ("attempted", "checks", "code_changed", "covered", "other_version", "updated")

    def __init__(self) -> None:
        self.updated: list[tuple[int, Ordinals, RunFacts | None]] = []
        self.covered: list[tuple[float, Ordinals]] = []
        """By up to which place of the log the new versions take their inputs into account."""
        self.other_version: list[tuple[int, Ordinals]] = []
        self.attempted: list[tuple[float, Ordinals]] = []
        self.checks: dict[str, list[tuple[int, Ordinals]]] = {}
        self.code_changed = False


class World(NamedTuple):
    """What there is to look at."""

    graph: AssetGraph
    plan: Plan
    states: Mapping[int, AssetState]
    spaces: Sequence[Space]
    memory: Memory
    links: PartitionLinks
    news: Mapping[int, News]
    ticks: frozenset[tuple[str, str]]
    at: float
    """This place in the log."""
    requested: Mapping[int, Ordinals]
    """What the present decision requests."""
    awaited: Mapping[int, Ordinals]
    """What was requested, and is not in the log yet."""
    started: frozenset[int]
    """Assets whose condition comes into force."""
    answered: Mapping[int, float]
    """Assets for whose conditions users' own ones were evaluated, with the place in the log at which they were."""
