"""How many runs of a kind may go on at once, and which runs count against what."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Literal

import msgspec

from headwater.errors import SettingsError
from headwater.records.runs.runs import Run

Kind = Literal["tag", "asset", "pool", "job", "location", "all"]
EACH = "*"
"""In place of a name: the limit holds for each tag's value, asset, pool, job or location by itself."""
PRIORITY_TAGS = ("headwater/priority", "dagster/priority")
NO_STEPS: Mapping[tuple[str, str], int] = MappingProxyType({})
_MOST_PRIORITY = 1_000_000


class Limit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """At most so many runs of a kind at once; of a pool, so many steps of all runs.

    `name` is an asset key, pool, job or location, or `*` for each of them by itself. For tags it is `KEY=VALUE`, `KEY`
    for all runs that have the tag, or `KEY=*` for each of its values. For `all` runs it is empty.
    """

    kind: Kind
    name: str = ""
    most: int

    def __post_init__(self) -> None:
        if self.most < 0:
            raise SettingsError(f"A limit of {self.most} runs makes no sense; give a number from 0 on.")
        if (self.kind == "all") != (self.name == ""):
            raise SettingsError(
                f"A limit of {self.kind} needs a name, such as `{EACH}` for each of them."
                if self.kind != "all"
                else f"A limit of all runs has no name, so leave {self.name!r} out."
            )

    @property
    def shown(self) -> str:
        """How messages name it."""
        return "all runs" if self.kind == "all" else f"{self.kind} {self.name}"

    def concerns(self, name: str) -> bool:
        """Whether it is about an asset, pool, job or location of this name."""
        return self.name in (EACH, name)

    def slots(
        self, run: Run, pools: Mapping[str, str], steps: Mapping[tuple[str, str], int] = NO_STEPS
    ) -> Iterator[str]:
        """What a run takes a place of under this limit, once for each place; none if it does not count.

        In a pool it has a place for each of its steps under way there. A run that makes nothing outside of one pool
        takes one from the start: it could not do anything without.

        Args:
            run: The run.
            pools: The pool of each asset that has one.
            steps: How many steps are under way, by run and pool.
        """
        if self.kind == "all":
            yield ""
        elif self.kind == "tag":
            key, _, value = self.name.partition("=")
            given = run.tags.get(key)
            if given is not None and value in ("", EACH, given):
                yield given if value == EACH else self.name
        else:
            for name in _names(self.kind, run, pools, steps):
                if self.concerns(name):
                    yield name


def _names(kind: Kind, run: Run, pools: Mapping[str, str], steps: Mapping[tuple[str, str], int]) -> Collection[str]:
    if kind == "asset":
        return set(run.assets)
    if kind == "pool":
        return _pool_places(run, pools, steps)
    if kind == "job":
        return {run.job_name} if run.job_name else set()
    return {run.location}


def _pool_places(run: Run, pools: Mapping[str, str], steps: Mapping[tuple[str, str], int]) -> list[str]:
    needed = set() if run.checks else {pools.get(key) for key in run.assets}
    only = next(iter(needed)) if len(needed) == 1 else None
    taken = {pool: count for (run_id, pool), count in steps.items() if run_id == run.run_id}
    if only is not None:
        taken.setdefault(only, 1)
    return [pool for pool, count in taken.items() for _ in range(count)]


def priority_of(tags: Mapping[str, str]) -> int:
    """A run's priority by its tags: the higher comes first; 0 where it has none, or one that is no number."""
    for tag in PRIORITY_TAGS:
        try:
            return max(-_MOST_PRIORITY, min(_MOST_PRIORITY, int(tags[tag])))
        except (KeyError, ValueError):
            continue
    return 0
