"""What conditions ask about, folded from the log: by asset, as sets of its partitions."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from headwater.clock import to_datetime
from headwater.definitions.partitions import (
    DynamicKeys,
    Ordinals,
    PartitionsDefinition,
    PartitionsSnapshot,
    TimeWindowPartitionsDefinition,
    partitions_from_snapshot,
)
from headwater.definitions.partitions.dynamic import DynamicPartitionsDefinition
from headwater.definitions.partitions.mapping import Parts
from headwater.definitions.partitions.multi import MultiPartitionsDefinition
from headwater.records.runs.runs import BACKFILL_TAG, Run

NONE = Ordinals()
OWN = ""
"""Under which the state of a check's node has the results of that check."""
_NEVER = -(1 << 62)
_MOST_EARLY = 1_000


class RunFacts(msgspec.Struct, frozen=True):
    """What conditions ask about a run."""

    run_id: str
    assets: frozenset[str]
    tags: Mapping[str, str] = {}
    job: str | None = None

    @classmethod
    def of(cls, run: Run) -> RunFacts:
        """The facts of a run."""
        return cls(run.run_id, frozenset(run.assets), run.tags, run.job_name)

    @property
    def backfill(self) -> str | None:
        """The backfill that it is part of."""
        return self.tags.get(BACKFILL_TAG)


class CheckState:
    """The newest results of a check, by partition of its asset."""

    __slots__ = ("failed", "newest", "passed", "whole")

    def __init__(self) -> None:
        self.whole: tuple[bool, int] | None = None
        """The newest result that is about no partition, and so about those too that come later; with its time."""
        self.passed = NONE
        self.failed = NONE
        self.newest: dict[int, int] = {}

    def note(self, numbers: Ordinals, passed: bool, timestamp: int) -> Ordinals:
        """A result came; returns the partitions of which there is no newer one."""
        told = Ordinals(number for number in numbers if timestamp >= self.newest.get(number, timestamp))
        self.newest.update(dict.fromkeys(told, timestamp))
        self.passed = self.passed | told if passed else self.passed - told
        self.failed = self.failed - told if passed else self.failed | told
        return told

    def note_whole(self, passed: bool, timestamp: int) -> None:
        """A result about all partitions came."""
        if self.whole is None or timestamp >= self.whole[1]:
            self.whole = (passed, timestamp)

    def take_in(self, numbers: Ordinals) -> None:
        """Partitions came into being: what was said of all holds for them too."""
        if self.whole is not None:
            self.note(Ordinals(number for number in numbers if number not in self.newest), *self.whole)


class AssetState:
    """One asset: each set holds the numbers of partitions; an asset without partitions has the number 0."""

    __slots__ = (
        "attempted",
        "backfills",
        "checks",
        "early",
        "ended",
        "failed",
        "freshness",
        "made",
        "made_by",
        "newest",
        "runs",
        "updated_seq",
        "versions",
    )

    def __init__(self) -> None:
        self.made = NONE
        """Those that have a version."""
        self.newest = array("q")
        """The timestamp of each one's newest version."""
        self.versions: dict[int, str] = {}
        """The data version of each, where one is known."""
        self.made_by: dict[int, RunFacts] = {}
        """The run that made each one's newest version, where a run did."""
        self.updated_seq = 0
        """The last event that brought a new version of any partition."""
        self.runs: dict[str, tuple[Ordinals, bool, int]] = {}
        """The runs under way: what each makes, whether it is part of a backfill, and the `seq` of its request."""
        self.backfills: dict[str, Ordinals] = {}
        """What each backfill that goes on is still to make: those that no run of it has ended with."""
        self.failed = NONE
        """Those whose last attempt failed."""
        self.attempted: dict[int, float] = {}
        """The `seq` at which the last attempt to make each began."""
        self.ended: dict[int, int] = {}
        """The time at which the last attempt ended, in microseconds."""
        self.early: dict[str, tuple[int, str | None, RunFacts | None]] = {}
        """Versions of partitions that do not exist yet, such as a day's before its end: when, which, made by whom."""
        self.freshness: str | None = None
        self.checks: dict[str, CheckState] = {}

    def timestamp(self, number: int) -> int:
        """That of the newest version of a partition."""
        return self.newest[number] if number < len(self.newest) else _NEVER

    def keep(self, number: int, timestamp: int, version: str | None, run: RunFacts | None) -> None:
        """Note a version, the newest one."""
        if number >= len(self.newest):
            self.newest.extend([_NEVER] * (number + 1 - len(self.newest)))
        self.newest[number] = timestamp
        self.made = self.made.with_number(number)
        if version is not None:
            self.versions[number] = version
        else:
            self.versions.pop(number, None)
        if run is not None:
            self.made_by[number] = run
        else:
            self.made_by.pop(number, None)

    def judge(self, numbers: Ordinals, passed: bool, timestamp: int) -> Ordinals:
        """Note a result of the check that this is the state of; returns where there is no newer one."""
        check = self.checks.setdefault(OWN, CheckState())
        told = check.note(numbers, passed, timestamp)
        for number in told:
            self.keep(number, timestamp, None, None)
        return told

    def keep_early(self, partition: str, timestamp: int, version: str | None, run: RunFacts | None) -> None:
        """Note a version of a partition that does not exist, until it does."""
        known = self.early.pop(partition, None)
        self.early[partition] = known if known is not None and known[0] > timestamp else (timestamp, version, run)
        if len(self.early) > _MOST_EARLY:
            del self.early[next(iter(self.early))]

    def take_in(self, numbers: Ordinals, number_of: Callable[[str], int | None]) -> None:
        """Take in what was told before about partitions that exist by now."""
        for check in self.checks.values():
            check.take_in(numbers)
        for partition in [each for each in self.early if number_of(each) is not None]:
            number = number_of(partition)
            assert number is not None
            timestamp, version, run = self.early.pop(partition)
            if timestamp >= self.timestamp(number):
                self.keep(number, timestamp, version, run)

    def running(self, *, of_backfills: bool | None = None) -> Ordinals:
        """Those that a run is to make; only by backfills or only by other runs, where that is said."""
        found = NONE
        for numbers, is_backfill, _ in self.runs.values():
            if of_backfills is None or of_backfills == is_backfill:
                found |= numbers
        return found

    def to_backfill(self) -> Ordinals:
        """Those that a backfill is still to make, whether a run of it is requested yet or not."""
        found = NONE
        for numbers in self.backfills.values():
            found |= numbers
        return found

    def waiting(self) -> Ordinals:
        """Those that a run is to make which has not begun with them: it will read whatever there is by then."""
        found = NONE
        for numbers, _, requested in self.runs.values():
            found |= Ordinals(number for number in numbers if self.attempted.get(number, 0) < requested)
        return found

    def renumber(self, places: Sequence[int | None], keys: Sequence[str]) -> None:
        """Take over other numbers for the partitions, whose keys these are; those that get None are gone.

        Their versions are kept, for they may come back.
        """
        for old, new in enumerate(places):
            if new is None and old in self.made:
                self.keep_early(keys[old], self.newest[old], self.versions.get(old), self.made_by.get(old))
        before, self.newest = self.newest, array("q")
        kept = {old: new for old, new in enumerate(places) if new is not None}
        for old, new in kept.items():
            if old in self.made:
                if new >= len(self.newest):
                    self.newest.extend([_NEVER] * (new + 1 - len(self.newest)))
                self.newest[new] = before[old]
        self.made = moved(self.made, places)
        self.failed = moved(self.failed, places)
        self.versions = {kept[old]: value for old, value in self.versions.items() if old in kept}
        self.made_by = {kept[old]: value for old, value in self.made_by.items() if old in kept}
        self.attempted = {kept[old]: value for old, value in self.attempted.items() if old in kept}
        self.ended = {kept[old]: value for old, value in self.ended.items() if old in kept}
        self.runs = {run_id: (moved(each[0], places), each[1], each[2]) for run_id, each in self.runs.items()}
        self.backfills = {name: moved(numbers, places) for name, numbers in self.backfills.items()}
        for check in self.checks.values():
            check.passed, check.failed = moved(check.passed, places), moved(check.failed, places)
            check.newest = {kept[old]: value for old, value in check.newest.items() if old in kept}


def together(maps: Iterable[Mapping[int, Ordinals]]) -> dict[int, Ordinals]:
    """The union of each asset's sets."""
    found: dict[int, Ordinals] = {}
    for each in maps:
        for number, numbers in each.items():
            found[number] = found.get(number, NONE) | numbers
    return found


def moved(numbers: Ordinals, places: Sequence[int | None]) -> Ordinals:
    """A set under other numbers."""
    return Ordinals(place for old in numbers if old < len(places) and (place := places[old]) is not None)


class Space:
    """The partitions of all assets with one definition, as they are at a moment."""

    __slots__ = ("_newest", "all", "definition", "former", "parts")

    def __init__(self, definition: PartitionsDefinition | None) -> None:
        self.definition = definition
        self.former: Sequence[str] = ()
        """The keys before they were last looked at."""
        self.parts = Parts(None, ())  # type: ignore[arg-type]
        self.all = NONE
        self._newest: dict[float | None, Ordinals] = {}

    @property
    def is_stable(self) -> bool:
        """Whether a partition keeps its number as others come."""
        return not isinstance(self.definition, (DynamicPartitionsDefinition, MultiPartitionsDefinition))

    @property
    def is_dynamic(self) -> bool:
        """Whether partitions come and go as people and sensors say."""
        definitions: list[PartitionsDefinition | None] = [self.definition]
        if isinstance(self.definition, MultiPartitionsDefinition):
            definitions = [*self.definition.dimensions.values()]
        return any(isinstance(each, DynamicPartitionsDefinition) for each in definitions)

    def move(self, now: datetime, dynamic: DynamicKeys) -> list[int | None] | None:
        """Look again which partitions there are.

        Returns:
            The new number of each old one where they changed, else None.
        """
        before = self.former = self.parts.keys
        self.parts = Parts.at(self.definition, now, dynamic)
        self.all = self.parts.keys.all()
        self._newest.clear()
        if self.is_stable or not len(before) or list(before) == list(self.parts.keys):
            return None
        return [self.parts.keys.number_of(key) for key in before]

    def number(self, partition: str | None) -> int | None:
        """The number of a key; None for a key that does not exist, and for none where there are partitions."""
        if self.definition is None:
            return 0
        return None if not partition else self.parts.keys.number_of(partition)

    def numbers(self, partitions: Iterable[str]) -> Ordinals:
        """The numbers of those keys that exist."""
        if self.definition is None:
            return self.all
        return Ordinals(number for key in partitions if (number := self.number(key)) is not None)

    def latest(self, lookback_seconds: float | None) -> Ordinals:
        """The newest window, and those that begin within a time before its end; everything without windows."""
        found = self._newest.get(lookback_seconds)
        if found is None:
            found = self._newest[lookback_seconds] = self._find_newest(lookback_seconds)
        return found

    def _find_newest(self, lookback_seconds: float | None) -> Ordinals:
        if isinstance(self.definition, TimeWindowPartitionsDefinition):
            return _latest(self.parts.keys, lookback_seconds)
        if not isinstance(self.definition, MultiPartitionsDefinition) or self.definition.time_dimension is None:
            return self.all
        name = self.definition.time_dimension
        place = list(self.definition.dimensions).index(name)
        wanted = _latest(self.parts.keys.dimensions[name], lookback_seconds)  # type: ignore[attr-defined]
        places_of = self.parts.keys.places_of  # type: ignore[attr-defined]
        return Ordinals(number for number in self.all if places_of(number)[place] in wanted)

    def next_end(self, now: datetime) -> int | None:
        """When the next window ends, in seconds since the epoch; None for no windows or no more of them."""
        definitions = [self.definition]
        if isinstance(self.definition, MultiPartitionsDefinition):
            definitions = list(self.definition.dimensions.values())
        ends = [
            end
            for each in definitions
            if isinstance(each, TimeWindowPartitionsDefinition) and (end := each.next_end(now)) is not None
        ]
        return min(ends, default=None)


def _latest(keys: object, lookback_seconds: float | None) -> Ordinals:
    length, windows = len(keys), keys.windows  # type: ignore[arg-type,attr-defined]
    if not length:
        return NONE
    first = length - 1
    if lookback_seconds is not None:
        first = min(first, windows.started_before(windows.end(length - 1) - int(lookback_seconds)))
    return Ordinals.span(first, length)


class Spaces:
    """The space of each definition, moved on together."""

    def __init__(self, now: int, dynamic: DynamicKeys) -> None:
        self._known: dict[PartitionsSnapshot | None, Space] = {}
        self._now = now
        self.dynamic = dynamic

    def of(self, snapshot: PartitionsSnapshot | None) -> Space:
        """The space of a definition, or of none."""
        if snapshot not in self._known:
            space = Space(None if snapshot is None else partitions_from_snapshot(snapshot))
            space.move(to_datetime(self._now), self.dynamic)
            self._known[snapshot] = space
        return self._known[snapshot]

    @property
    def has_dynamic(self) -> bool:
        """Whether an asset has dynamic partitions."""
        return any(space.is_dynamic for space in self._known.values())

    def move(self, now: int) -> dict[Space, list[int | None] | None]:
        """Look at all spaces again; the renumbering of each that changed, None where numbers stay."""
        self._now = now
        moment = to_datetime(now)
        changed: dict[Space, list[int | None] | None] = {}
        for space in self._known.values():
            before = len(space.parts.keys)
            places = space.move(moment, self.dynamic)
            if places is not None or len(space.parts.keys) != before:
                changed[space] = places
        return changed

    def next_end(self) -> int | None:
        """When the next window of any of them ends, in microseconds."""
        moment = to_datetime(self._now)
        ends = [end for space in self._known.values() if (end := space.next_end(moment)) is not None]
        return min(ends) * 1_000_000 if ends else None
