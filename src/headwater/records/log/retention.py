"""How long events are kept: by sort of event, by age and number, and otherwise for single assets."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from headwater.clock import MICROSECONDS
from headwater.definitions.metadata.retention import RETENTION, SORTS_OF_ASSETS, Keep, Sort, declared_retention
from headwater.errors import SettingsError
from headwater.graph.asset_graph import AssetGraph
from headwater.records.log.events import CORRECTIONS, Event, EventKind

_DAY = 24 * 3600 * MICROSECONDS
LEAST_AGE = 3600 * MICROSECONDS
"""What came within the last hour is never dropped: everybody who follows the log has read it by then."""


DEFAULTS: Mapping[Sort, Keep] = {
    Sort.MATERIALIZATION: Keep(days=365, count=10_000),
    Sort.OBSERVATION: Keep(days=90, count=10_000),
    Sort.CHECK: Keep(days=180, count=10_000),
    Sort.EXTERNAL: Keep(days=30, count=1_000),
    Sort.RUN: Keep(days=90),
    Sort.FRESHNESS: Keep(days=90),
    Sort.CORRECTION: Keep(days=365),
    Sort.DEFINITION: Keep(days=365, count=1_000),
    Sort.OTHER: Keep(days=365),
    Sort.RUN_KEY: Keep(days=365),
}
BY_AGE = tuple(sort for sort in Sort if sort not in (Sort.DEFINITION, Sort.RUN_KEY))
"""Those of which each event is judged by its own age."""
_COUNTED = (*SORTS_OF_ASSETS, Sort.RUN, Sort.DEFINITION)


def check_rule(sort: Sort, keep: Keep, asset_key: str | None) -> None:
    """Refuse a rule that nobody could follow.

    Raises:
        SettingsError: the sort is not kept by number, or not for one asset.
    """
    if asset_key is not None and sort not in SORTS_OF_ASSETS:
        names = ", ".join(each.value for each in SORTS_OF_ASSETS)
        raise SettingsError(f"{sort.value!r} is not of single assets. One asset can have rules for {names}.")
    if keep.count is not None and sort not in _COUNTED:
        raise SettingsError(f"{sort.value!r} is not kept by number; give the days alone.")
    if (keep.days is not None and not keep.days > 0) or (keep.count is not None and keep.count < 1):
        raise SettingsError("What is kept is kept for more than 0 days, and at least one of it.")


class RetentionRules(msgspec.Struct, frozen=True, kw_only=True):
    """A deployment's rules, and those of single assets that differ from them."""

    keep: dict[Sort, Keep] = {}
    assets: dict[str, dict[Sort, Keep]] = {}

    def of(self, sort: Sort, asset_key: str | None = None) -> Keep:
        """What holds for an asset, or for all that have no rule of their own."""
        own = self.assets.get(asset_key or "", {}).get(sort) if self.assets else None
        return own or self.keep.get(sort) or DEFAULTS[sort]

    def changed(self, sort: Sort, keep: Keep | None, asset_key: str | None = None) -> RetentionRules:
        """The rules with another one for all assets or for one; None takes it away.

        Raises:
            SettingsError: nobody could follow it.
        """
        check_rule(sort, keep or Keep(), asset_key)
        own = dict(self.keep if asset_key is None else self.assets.get(asset_key, {}))
        own.pop(sort, None)
        if keep is not None:
            own[sort] = keep
        if asset_key is None:
            return msgspec.structs.replace(self, keep=own)
        others = {name: each for name, each in self.assets.items() if name != asset_key}
        return msgspec.structs.replace(self, assets={**others, asset_key: own} if own else others)

    def with_declared(self, declared: Mapping[str, Mapping[Sort, Keep]]) -> RetentionRules:
        """The rules as they hold beside those of definitions, by asset: what a person has set goes before them."""
        assets = {key: {**declared.get(key, {}), **self.assets.get(key, {})} for key in {*declared, *self.assets}}
        return msgspec.structs.replace(self, assets=assets)

    def shortest(self, sort: Sort) -> float | None:
        """The days after which events of a sort may be dropped for some asset; None where none ever are."""
        keeps = [self.of(sort), *(own[sort] for own in self.assets.values() if sort in own)]
        return min((keep.days for keep in keeps if keep.days is not None), default=None)

    def is_too_old(self, event: Event, now: int) -> bool:
        """Whether an event is older than its rule keeps."""
        days = self.of(sort_of(event.kind), event.asset_key).days
        return days is not None and event.recorded_at < now - max(round(days * _DAY), LEAST_AGE)


def declared_in(graph: AssetGraph) -> dict[str, dict[Sort, Keep]]:
    """The rules that definitions have for their assets, by key."""
    found: dict[str, dict[Sort, Keep]] = {}
    for node in graph.nodes:
        if RETENTION in node.definition.metadata:
            values = {name: value.value for name, value in node.definition.metadata.items()}
            found[node.key] = declared_retention(values, node.key)
    return {key: rules for key, rules in found.items() if rules}


def sort_of(kind: EventKind) -> Sort:
    """The sort of a kind of events."""
    if kind in CORRECTIONS:
        return Sort.CORRECTION
    named = next((sort for start, sort in _STARTS if kind.value.startswith(start)), Sort.OTHER)
    return _SORTS.get(kind, named)


def kinds_of(sort: Sort) -> list[EventKind]:
    """The kinds of events of a sort."""
    return [kind for kind in EventKind if sort_of(kind) is sort]


_SORTS = {
    EventKind.MATERIALIZATION: Sort.MATERIALIZATION,
    EventKind.OBSERVATION: Sort.OBSERVATION,
    EventKind.CHECK_EVALUATION: Sort.CHECK,
    EventKind.FRESHNESS_CHANGED: Sort.FRESHNESS,
    EventKind.DEFINITIONS_CHANGED: Sort.DEFINITION,
}
_STARTS = (("external_", Sort.EXTERNAL), ("run_", Sort.RUN), ("step_", Sort.RUN))
