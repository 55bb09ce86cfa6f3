"""How many runs of a kind may go on at once, and which runs count against what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

from headwater.errors import SettingsError
from headwater.records.runs import Run

Kind = Literal["tag", "asset", "pool", "job", "location", "all"]
EACH = "*"
"""In place of a name: the limit holds for each tag's value, asset, pool, job or location by itself."""
PRIORITY_TAGS = ("headwater/priority", "dagster/priority")
_MOST_PRIORITY = 1_000_000


class Limit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """At most so many runs of a kind at once.

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

    def slots(self, run: Run, pools: Mapping[str, str]) -> Iterator[str]:
        """What a run takes a place of under this limit, none if it does not count.

        Args:
            run: The run.
            pools: The pool of each asset that has one.
        """
        if self.kind == "all":
            yield ""
        elif self.kind == "tag":
            key, _, value = self.name.partition("=")
            given = run.tags.get(key)
            if given is not None and value in ("", EACH, given):
                yield given if value == EACH else self.name
        else:
            for name in _names(self.kind, run, pools):
                if self.name in (EACH, name):
                    yield name


def _names(kind: Kind, run: Run, pools: Mapping[str, str]) -> set[str]:
    if kind == "asset":
        return set(run.assets)
    if kind == "pool":
        return {pools[key] for key in run.assets if key in pools}
    if kind == "job":
        return {run.job_name} if run.job_name else set()
    return {run.location}


def priority_of(tags: Mapping[str, str]) -> int:
    """A run's priority by its tags: the higher comes first; 0 where it has none, or one that is no number."""
    for tag in PRIORITY_TAGS:
        try:
            return max(-_MOST_PRIORITY, min(_MOST_PRIORITY, int(tags[tag])))
        except (KeyError, ValueError):
            continue
    return 0
