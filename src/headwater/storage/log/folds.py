"""Derive the folds from the log again, compare them with what is kept, and mend what differs.

Each fold is here as rows by key: as the log says they must be, and as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from headwater.records.catalog.definition_history import fold_definitions
from headwater.records.log.day_counts import fold_days
from headwater.records.log.events import Event, EventKind, Wipe
from headwater.records.log.fold import CheckLatest, Corrected, Latest, LatestFold, fold_checks
from headwater.records.log.partition_states import PAGE, PartitionStates
from headwater.records.log.versions import read_versions
from headwater.storage.database.driver import DriverInsert
from headwater.storage.log import dropped, event_log, partition_sets, transaction
from headwater.storage.schema import (
    asset_aliases,
    check_latest,
    definition_history,
    event_days,
    latest,
    partition_pages,
    partition_slots,
    version_inputs,
)

_PAGE = 5_000
_EXAMPLES = 3
Rows = dict[tuple[Any, ...], tuple[Any, ...]]
"""The rows of a fold: the values of the primary key, and the others."""


class FoldDifference(msgspec.Struct, frozen=True, kw_only=True):
    """How a fold differs from what the log says; `examples` are keys of rows."""

    fold: str
    missing: int
    surplus: int
    wrong: int
    examples: list[str]

    def __str__(self) -> str:
        counts = ((self.missing, "missing"), (self.surplus, "too many"), (self.wrong, "wrong"))
        told = ", ".join(f"{count:,} {what}" for count, what in counts if count)
        return f"{self.fold}: rows {told}, such as {'; '.join(self.examples)}"


def check(connection: Connection) -> list[FoldDifference]:
    """How the folds differ from what the log says; empty if they are as they must be."""
    return [difference for _, difference in _compare(connection)]


def rebuild(connection: Connection) -> list[FoldDifference]:
    """Make the folds as the log says; in a writing transaction. Returns what differed."""
    transaction.lock_log(connection)
    found = _compare(connection)
    for mend, _ in found:
        mend()
    return [difference for _, difference in found]


def fold_asset_again(connection: Connection, asset_key: str) -> None:
    """Derive all that is folded by asset anew for one of them; in a writing transaction."""
    for table in (latest, check_latest, event_days):
        connection.execute(sa.delete(table).where(table.c.asset_key == asset_key))
    partition_sets.forget(connection, [asset_key])
    derived = _Derived(_counting_of(connection, asset_key), read_corrected(connection))
    derived.add_dropped(dropped.read(connection, asset_key))
    mine = [state for state in derived.latest.states() if state.asset_key == asset_key]
    checks = [state for state in derived.checks() if state.asset_key == asset_key]
    transaction.keep_states(connection, mine, checks)
    dropped.forget_others(connection, asset_key, {(state.partition, state.kind.value) for state in mine})
    rows = [(key, kind, day, count) for (key, kind, day), (count,) in derived.days.items() if key == asset_key]
    DriverInsert(sa.insert(event_days), connection.dialect).run(connection, rows)


class _Derived:
    """The folds as some events make them."""

    def __init__(self, events: Iterable[Event], corrected: Corrected | None = None) -> None:
        self.latest = LatestFold(corrected)
        self.days: Rows = {}
        self.definitions: Rows = {}
        self._checks: dict[tuple[str, str, str], CheckLatest] = {}
        for event in events:
            self._add(event)

    def _add(self, event: Event) -> None:
        self.latest.add(event)
        for day in fold_days([event]):
            slot = (day.asset_key, day.kind.value, day.day)
            self.days[slot] = (self.days.get(slot, (0,))[0] + day.count,)
        for entry in fold_definitions([event]):
            self.definitions[(entry.location, entry.seq)] = (entry.since, entry.snapshot)
        for check_state in fold_checks([event]):
            place = (check_state.asset_key, check_state.check_name, check_state.partition)
            known = self._checks.get(place)
            if known is None or (check_state.timestamp, check_state.seq) > (known.timestamp, known.seq):
                self._checks[place] = check_state

    def add_dropped(self, parts: dropped.Parts) -> None:
        """Add what events had added that are in the log no more."""
        for count in parts.counts:
            self.latest.add_dropped(count)
        for day in parts.days:
            slot = (day.asset_key, day.kind.value, day.day)
            self.days[slot] = (self.days.get(slot, (0,))[0] + day.count,)

    def checks(self) -> list[CheckLatest]:
        return list(self._checks.values())


class _Fold(msgspec.Struct, frozen=True):
    """A fold: its name, how its rows must be and are, and how to put rows in place of others."""

    name: str
    derived: Rows
    kept: Rows
    replace: Callable[[Iterable[tuple[Any, ...]], Mapping[tuple[Any, ...], tuple[Any, ...]]], None]


def _compare(connection: Connection) -> list[tuple[Callable[[], None], FoldDifference]]:
    found = []
    for fold in _read_folds(connection):
        missing = fold.derived.keys() - fold.kept.keys()
        surplus = fold.kept.keys() - fold.derived.keys()
        wrong = {key for key in fold.derived.keys() & fold.kept.keys() if fold.derived[key] != fold.kept[key]}
        if missing or surplus or wrong:
            touched = sorted(missing | surplus | wrong)
            difference = FoldDifference(
                fold=fold.name,
                missing=len(missing),
                surplus=len(surplus),
                wrong=len(wrong),
                examples=[" ".join(str(part) or "''" for part in key) for key in touched[:_EXAMPLES]],
            )
            found.append((_mender(fold, touched), difference))
    return found


def _mender(fold: _Fold, touched: Sequence[tuple[Any, ...]]) -> Callable[[], None]:
    return lambda: fold.replace(touched, {key: fold.derived[key] for key in touched if key in fold.derived})


def _read_folds(connection: Connection) -> Iterator[_Fold]:
    derived = _Derived(_counting(connection), read_corrected(connection))
    derived.add_dropped(dropped.read(connection))
    states = derived.latest.states()
    # What was withdrawn was made from its inputs all the same.
    versions: Rows = {pair: () for event in _all_events(connection) for pair in read_versions([event])}
    for table, rows in (
        (latest, _split(latest, map(transaction.latest_row, states))),
        (check_latest, _split(check_latest, map(transaction.check_row, derived.checks()))),
        (event_days, derived.days),
        (version_inputs, versions),
        (definition_history, derived.definitions),
    ):
        kept = _split(table, (tuple(row) for row in connection.execute(sa.select(table))))
        yield _Fold(f"{table.name}", rows, kept, _table_replacer(connection, table))
    yield _partition_fold(connection, states)


def _partition_fold(connection: Connection, states: Sequence[Latest]) -> _Fold:
    """The pages and slots together: each partition's letter, where slot and page agree."""
    derived: Rows = {place: (status.value,) for place, status in partition_sets.judge(states).items()}
    pages = {
        (row.asset_key, row.page): PartitionStates(row[2], row.states)
        for row in connection.execute(sa.select(partition_pages))
    }
    by_slot = {
        (key, page * PAGE + place): (name, letter)
        for (key, page), states_of_page in pages.items()
        for place, (name, letter) in enumerate(zip(states_of_page.names(), states_of_page.states, strict=False))
    }
    kept: Rows = {}
    for row in connection.execute(sa.select(partition_slots)):
        name, letter = by_slot.pop((row.asset_key, row.slot), (None, "?"))
        kept[(row.asset_key, row.partition)] = (letter if name == row.partition else "misplaced",)
    for (key, _), (name, _letter) in by_slot.items():
        kept[(key, name)] = ("without a slot",)

    def replace(touched: Iterable[tuple[Any, ...]], _rows: Mapping[tuple[Any, ...], tuple[Any, ...]]) -> None:
        keys = {key for key, _ in touched}
        partition_sets.forget(connection, keys)
        mine = {place: status for place, status in partition_sets.judge(states).items() if place[0] in keys}
        transaction.partition_sets(connection).keep(connection, mine)

    return _Fold("partition_pages", derived, kept, replace)


def _table_replacer(
    connection: Connection, table: sa.Table
) -> Callable[[Iterable[tuple[Any, ...]], Mapping[tuple[Any, ...], tuple[Any, ...]]], None]:
    def replace(touched: Iterable[tuple[Any, ...]], rows: Mapping[tuple[Any, ...], tuple[Any, ...]]) -> None:
        primary = list(table.primary_key)
        for key in touched:
            matches = (column == value for column, value in zip(primary, key, strict=True))
            connection.execute(sa.delete(table).where(*matches))
        DriverInsert(sa.insert(table), connection.dialect).run(connection, [key + rest for key, rest in rows.items()])

    return replace


def _split(table: sa.Table, rows: Iterable[tuple[Any, ...]]) -> Rows:
    """Rows of a table, whose primary key is its first columns."""
    width = len(table.primary_key)
    return {row[:width]: row[width:] for row in rows}


def read_corrected(connection: Connection) -> Corrected:
    """What was renamed and wiped so far."""
    renamed = {row.alias: (row.asset_key, row.seq) for row in connection.execute(sa.select(asset_aliases))}
    wiped: dict[str, list[tuple[int, frozenset[str]]]] = {}
    for event in event_log.read_rare(connection, EventKind.ASSET_WIPED):
        if isinstance(event.payload, Wipe) and event.asset_key is not None:
            wiped.setdefault(event.asset_key, []).append((event.seq, frozenset(event.payload.partitions)))
    return Corrected(renamed, wiped)


def _counting(connection: Connection) -> Iterator[Event]:
    """Every event that was neither withdrawn nor wiped, in commit order."""
    return _paged(lambda position: event_log.read_counting_after(connection, position, _PAGE))


def _counting_of(connection: Connection, asset_key: str) -> Iterator[Event]:
    """Those of an asset, and then those of runs and steps that make it with others."""
    yield from _paged(lambda position: event_log.read_asset_after(connection, asset_key, position, _PAGE))
    yield from _paged(lambda position: event_log.read_asset_runs_after(connection, asset_key, position, _PAGE))


def _all_events(connection: Connection) -> Iterator[Event]:
    return _paged(lambda position: event_log.read_after(connection, position, _PAGE))


def _paged(read: Callable[[int], Sequence[Event]]) -> Iterator[Event]:
    position = 0
    while page := read(position):
        position = page[-1].seq
        yield from page
