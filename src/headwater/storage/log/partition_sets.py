"""The states of all partitions of an asset in a few rows: a letter for each, in pages, kept in the append.

A partition gets the next free slot of its asset when the log first tells of it. A reader needs the pages alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from headwater.records.log.events import EventKind
from headwater.records.log.fold import WHOLE, Latest
from headwater.records.log.partition_states import (
    PAGE,
    TELLING,
    PartitionStates,
    PartitionStatus,
    Place,
    judge_partition,
    pack_key,
)
from headwater.storage.database.driver import DriverInsert, DriverSelect, compile_text, execute
from headwater.storage.schema import latest, partition_pages, partition_slots

Partition = tuple[str, str]
"""An asset's key and the partition's."""


def read(connection: Connection, asset_key: str) -> PartitionStates:
    """How every partition of an asset stands that the log ever told of."""
    query = sa.select(partition_pages.c["keys"], partition_pages.c.states)
    query = query.where(partition_pages.c.asset_key == asset_key).order_by(partition_pages.c.page)
    pages = connection.execute(query).all()
    return PartitionStates("".join(page[0] for page in pages), "".join(page[1] for page in pages))


def judge(states: Iterable[Latest]) -> dict[Partition, PartitionStatus]:
    """How the partitions stand that some states are about, which must be all there are of each."""
    newest: dict[Partition, dict[EventKind, Place]] = {}
    for state in states:
        if state.partition != WHOLE:
            known = newest.setdefault((state.asset_key, state.partition), {})
            if state.kind in TELLING:
                known[state.kind] = (state.timestamp, state.seq)
    return {partition: judge_partition(known) for partition, known in newest.items()}


def judge_whole(states: Iterable[Latest]) -> dict[str, PartitionStatus]:
    """How assets stand as a whole, by key, after states that are not about partitions."""
    newest: dict[str, dict[EventKind, Place]] = {}
    for state in states:
        if state.kind in TELLING:
            newest.setdefault(state.asset_key, {})[state.kind] = (state.timestamp, state.seq)
    return {key: judge_partition(known) for key, known in newest.items()}


class PartitionSets:
    """Keeps the pages; its statements are compiled for one database."""

    def __init__(self, dialect: sa.Dialect) -> None:
        self._newest = DriverSelect(
            sa.select(latest.c.asset_key, latest.c.partition, latest.c.kind, latest.c.timestamp, latest.c.seq),
            (latest.c.asset_key, latest.c.partition),
            dialect,
        )
        self._slots = DriverSelect(
            sa.select(*partition_slots.c), (partition_slots.c.asset_key, partition_slots.c.partition), dialect
        )
        self._pages = DriverSelect(
            sa.select(partition_pages.c.asset_key, partition_pages.c.page, partition_pages.c.states),
            (partition_pages.c.asset_key, partition_pages.c.page),
            dialect,
        )
        of_asset = partition_pages.c.asset_key == sa.bindparam("asset_key")
        last = sa.select(sa.func.max(partition_pages.c.page)).where(of_asset).scalar_subquery()
        sizes = sa.select(partition_pages.c.page, sa.func.length(partition_pages.c.states))
        self._last_page = compile_text(sizes.where(of_asset, partition_pages.c.page == last), dialect)
        self._insert_slots = DriverInsert(sa.insert(partition_slots), dialect)
        self._keep_pages = DriverInsert.upsert(
            partition_pages,
            dialect,
            lambda kept, given: {"keys": kept["keys"].concat(given["keys"]), "states": given.states},
        )

    def note(self, connection: Connection, states: Iterable[Latest]) -> None:
        """Keep how the partitions stand that some states, which were kept just now, are about."""
        touched = {(each.asset_key, each.partition) for each in states if each.partition != WHOLE}
        if touched:
            partitions = sorted(touched)
            newest: dict[Partition, dict[EventKind, Place]] = {each: {} for each in partitions}
            for key, partition, kind, timestamp, seq in self._newest.run(connection, partitions):
                if kind in TELLING:
                    newest[(key, partition)][EventKind(kind)] = (timestamp, seq)
            self.keep(connection, {each: judge_partition(known) for each, known in newest.items()})

    def keep(self, connection: Connection, statuses: Mapping[Partition, PartitionStatus]) -> None:
        """Keep how some partitions stand."""
        slots = {(key, partition): slot for key, partition, slot in self._slots.run(connection, list(statuses))}
        added = [each for each in statuses if each not in slots]
        slots.update(self._add_slots(connection, added))
        numbers = sorted({(key, slots[(key, partition)] // PAGE) for key, partition in statuses})
        pages = {(key, page): list(states) for key, page, states in self._pages.run(connection, numbers)}
        new_keys: dict[tuple[str, int], list[str]] = {}
        for key, partition in added:
            place = (key, slots[(key, partition)] // PAGE)
            new_keys.setdefault(place, []).append(pack_key(partition))
            pages.setdefault(place, []).append(PartitionStatus.MISSING.value)
        for (key, partition), status in statuses.items():
            slot = slots[(key, partition)]
            pages[(key, slot // PAGE)][slot % PAGE] = status.value
        rows = [(*place, "".join(new_keys.get(place, ())), "".join(states)) for place, states in pages.items()]
        self._keep_pages.run(connection, rows)

    def _add_slots(self, connection: Connection, added: Sequence[Partition]) -> dict[Partition, int]:
        """The next slots of their assets for partitions that have none, in their order."""
        following = {key: self._count_slots(connection, key) for key in {key for key, _ in added}}
        slots: dict[Partition, int] = {}
        for key, partition in added:
            slots[(key, partition)] = following[key]
            following[key] += 1
        self._insert_slots.run(connection, [(key, partition, slot) for (key, partition), slot in slots.items()])
        return slots

    def _count_slots(self, connection: Connection, asset_key: str) -> int:
        pages: list[tuple[int, int]] = execute(connection, self._last_page, (asset_key, asset_key)).fetchall()
        return pages[0][0] * PAGE + pages[0][1] if pages else 0


def forget(connection: Connection, asset_keys: Collection[str]) -> None:
    """Drop what is kept of the partitions of some assets."""
    for table in (partition_slots, partition_pages):
        connection.execute(sa.delete(table).where(table.c.asset_key.in_(list(asset_keys))))
