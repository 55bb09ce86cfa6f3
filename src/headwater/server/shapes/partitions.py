"""The wire shapes of partitions."""

from __future__ import annotations

from typing import Literal

import msgspec


class PartitionsView(msgspec.Struct, kw_only=True):
    """An asset's partitions in short; `name` is the one under which the keys of dynamic partitions are kept."""

    type: str
    name: str | None
    total: int
    materialized: int
    failed: int
    first: str | None
    last: str | None


class PartitionState(msgspec.Struct, kw_only=True):
    """One partition. `unknown` keys were reported and are none of the definition's."""

    key: str
    status: Literal["materialized", "failed", "running", "missing", "unknown"]
    seq: int | None
    timestamp: float | None


class PartitionList(msgspec.Struct, kw_only=True):
    """An asset's partitions, oldest first."""

    items: list[PartitionState]


class PartitionRange(msgspec.Struct, kw_only=True):
    """Partitions in a row that stand alike: the first and the last key, the first's number, and how many they are."""

    status: Literal["materialized", "failed", "running", "missing"]
    first: str
    last: str
    start: int
    count: int


class PartitionDimension(msgspec.Struct, kw_only=True):
    """One dimension of several: how many keys it has, and the first of them."""

    name: str
    total: int
    keys: list[str]


class PartitionRanges(msgspec.Struct, kw_only=True):
    """An asset's partitions as few ranges, in the order of the definition, and how many stand how.

    `unknown` are the first keys that were told of and are none of the definition's; `counts` has how many there are.
    `dimensions` are there where partitions have several; the last changes fastest.
    """

    total: int
    counts: dict[str, int]
    ranges: list[PartitionRange]
    unknown: list[str]
    dimensions: list[PartitionDimension] = []


class PartitionKeyView(msgspec.Struct, kw_only=True):
    """A partition's number in the order of the definition, and its key."""

    number: int
    key: str


class PartitionKeyList(msgspec.Struct, kw_only=True):
    """Some of an asset's partition keys, and how many there are in all."""

    total: int
    items: list[PartitionKeyView]


class DynamicKeysBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Keys to add to dynamic partitions and to delete from them; with `dry_run`, only say what would happen."""

    add: list[str] = []
    delete: list[str] = []
    dry_run: bool = False


class DynamicKeysView(msgspec.Struct, kw_only=True):
    """The keys of dynamic partitions, oldest first, the assets that have them, and what a change came to.

    `materialized` are the deleted keys of which some asset has data: it stays in the log, under an unknown key.
    """

    name: str
    keys: list[str]
    assets: list[str]
    added: list[str]
    deleted: list[str]
    materialized: list[str]
