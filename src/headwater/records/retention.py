"""How long events are kept: by sort of event, by age and number, and otherwise for single assets."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from headwater.clock import MICROSECONDS
from headwater.records.events import CORRECTIONS, Event, EventKind

_DAY = 24 * 3600 * MICROSECONDS
LEAST_AGE = 3600 * MICROSECONDS
"""What came within the last hour is never dropped: everybody who follows the log has read it by then."""


class Sort(StrEnum):
    """Kinds of events that are kept alike."""

    MATERIALIZATION = "materialization"
    OBSERVATION = "observation"
    CHECK = "check"
    EXTERNAL = "external"
    RUN = "run"


class Keep(msgspec.Struct, frozen=True):
    """What is kept: events of so many `days`, and of an asset the newest `count` of each kind. None: no limit."""

    days: float | None = None
    count: int | None = None


DEFAULTS: Mapping[Sort, Keep] = {
    Sort.MATERIALIZATION: Keep(days=365, count=10_000),
    Sort.OBSERVATION: Keep(days=90, count=10_000),
    Sort.CHECK: Keep(days=180, count=10_000),
    Sort.EXTERNAL: Keep(days=30, count=1_000),
    Sort.RUN: Keep(days=90),
}


class RetentionRules(msgspec.Struct, frozen=True, kw_only=True):
    """A deployment's rules, and those of single assets that differ from them."""

    keep: dict[Sort, Keep] = {}
    assets: dict[str, dict[Sort, Keep]] = {}

    def of(self, sort: Sort, asset_key: str | None = None) -> Keep:
        """What holds for an asset, or for all that have no rule of their own."""
        own = self.assets.get(asset_key or "", {}).get(sort)
        return own or self.keep.get(sort) or DEFAULTS[sort]

    def shortest(self, sort: Sort) -> float | None:
        """The days after which events of a sort may be dropped for some asset; None where none ever are."""
        keeps = [self.of(sort), *(own[sort] for own in self.assets.values() if sort in own)]
        return min((keep.days for keep in keeps if keep.days is not None), default=None)

    def is_too_old(self, event: Event, now: int) -> bool:
        """Whether an event is older than its rule keeps."""
        sort = sort_of(event.kind)
        days = None if sort is None else self.of(sort, event.asset_key).days
        return days is not None and event.recorded_at < now - max(round(days * _DAY), LEAST_AGE)


def sort_of(kind: EventKind) -> Sort | None:
    """The sort of a kind of events; None for those that are always kept: corrections, definitions, switches."""
    if kind in CORRECTIONS:
        return None
    return _SORTS.get(kind) or next((sort for start, sort in _STARTS if kind.value.startswith(start)), None)


def kinds_of(sort: Sort) -> list[EventKind]:
    """The kinds of events of a sort."""
    return [kind for kind in EventKind if sort_of(kind) is sort]


_SORTS = {
    EventKind.MATERIALIZATION: Sort.MATERIALIZATION,
    EventKind.OBSERVATION: Sort.OBSERVATION,
    EventKind.CHECK_EVALUATION: Sort.CHECK,
}
_STARTS = (("external_", Sort.EXTERNAL), ("run_", Sort.RUN), ("step_", Sort.RUN))
