"""Mappings that go by keys: the same one, all, the last, some that are named, and a table."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from headwater.definitions.arguments import check_mapping, check_several, shown
from headwater.definitions.partitions.definition import PartitionsDefinition, check_partition_key
from headwater.definitions.partitions.mapping import PartitionMapping, Parts, Reads
from headwater.definitions.partitions.multi import MultiPartitionsDefinition
from headwater.definitions.partitions.ordinals import Ordinals
from headwater.definitions.partitions.snapshot import MappingSnapshot
from headwater.definitions.partitions.static import StaticPartitionsDefinition
from headwater.definitions.partitions.time_windows import TimeWindowPartitionsDefinition


class IdentityPartitionMapping(PartitionMapping):
    """Each partition reads the upstream partition with the same key. The default where both define the same ones.

    Example:
        >>> AssetDep("orders", partition_mapping=IdentityPartitionMapping()).partition_mapping
        IdentityPartitionMapping()
    """

    __slots__ = ()

    def read(self, downstream: Parts, numbers: Ordinals, upstream: Parts) -> Reads:
        """Those with the same keys; a key that is missing upstream is not complete."""
        found = _same_keys(downstream, numbers, upstream)
        return Reads(found, len(found) == len(numbers))

    def concerned(self, upstream: Parts, numbers: Ordinals, downstream: Parts) -> Ordinals:
        """Those with the same keys."""
        return _same_keys(upstream, numbers, downstream)

    def to_snapshot(self) -> MappingSnapshot:
        """The mapping as plain values."""
        return MappingSnapshot(type="identity")

    def objection(self, upstream: PartitionsDefinition | None, downstream: PartitionsDefinition | None) -> str | None:
        """Without a key in common nothing would ever be read."""
        if upstream is None or downstream is None:
            return "goes from partition to partition, but only one of the two has partitions"
        if isinstance(upstream, StaticPartitionsDefinition) and isinstance(downstream, StaticPartitionsDefinition):
            return None if _static_keys(upstream) & _static_keys(downstream) else "finds no key that both have"
        kinds = (TimeWindowPartitionsDefinition, MultiPartitionsDefinition)
        if any(isinstance(upstream, kind) != isinstance(downstream, kind) for kind in kinds):
            return "goes from key to key, but the two are partitioned by different things"
        return None


class AllPartitionMapping(PartitionMapping):
    """Each partition reads all upstream partitions that exist.

    Example:
        >>> AssetDep("orders", partition_mapping=AllPartitionMapping()).partition_mapping
        AllPartitionMapping()
    """

    __slots__ = ()

    def read(self, downstream: Parts, numbers: Ordinals, upstream: Parts) -> Reads:
        """All of them."""
        return Reads(upstream.keys.all() if numbers else Ordinals())

    def concerned(self, upstream: Parts, numbers: Ordinals, downstream: Parts) -> Ordinals:
        """All of them."""
        return downstream.keys.all() if numbers else Ordinals()

    def to_snapshot(self) -> MappingSnapshot:
        """The mapping as plain values."""
        return MappingSnapshot(type="all")

    def objection(self, upstream: PartitionsDefinition | None, downstream: PartitionsDefinition | None) -> str | None:
        """It always works."""
        return None


class LastPartitionMapping(PartitionMapping):
    """Each partition reads the last upstream partition that exists.

    Example:
        >>> AssetDep("prices", partition_mapping=LastPartitionMapping()).partition_mapping
        LastPartitionMapping()
    """

    __slots__ = ()

    def read(self, downstream: Parts, numbers: Ordinals, upstream: Parts) -> Reads:
        """The last; where there is none yet, that is not complete."""
        count = len(upstream.keys)
        return Reads(Ordinals.span(max(0, count - 1), count), count > 0) if numbers else Reads(Ordinals())

    def concerned(self, upstream: Parts, numbers: Ordinals, downstream: Parts) -> Ordinals:
        """All, if it is the last."""
        return downstream.keys.all() if len(upstream.keys) - 1 in numbers else Ordinals()

    def to_snapshot(self) -> MappingSnapshot:
        """The mapping as plain values."""
        return MappingSnapshot(type="last")

    def objection(self, upstream: PartitionsDefinition | None, downstream: PartitionsDefinition | None) -> str | None:
        """It always works."""
        return None


class SpecificPartitionsPartitionMapping(PartitionMapping):
    """Each partition reads the same few upstream partitions.

    Args:
        partition_keys: Their keys.

    Raises:
        InvalidParameterError: that is no list of keys.

    Example:
        >>> AssetDep("orders", partition_mapping=SpecificPartitionsPartitionMapping(["eu"])).partition_mapping
        SpecificPartitionsPartitionMapping(partition_keys=('eu',))
    """

    __slots__ = ("partition_keys",)

    partition_keys: tuple[str, ...]

    def __init__(self, partition_keys: Iterable[str]) -> None:
        keys = check_several(partition_keys, "partition_keys of a SpecificPartitionsPartitionMapping")
        self._set(partition_keys=tuple(dict.fromkeys(check_partition_key(key) for key in keys)))

    def read(self, downstream: Parts, numbers: Ordinals, upstream: Parts) -> Reads:
        """Those that exist of them."""
        if not numbers:
            return Reads(Ordinals())
        found = [upstream.keys.number_of(key) for key in self.partition_keys]
        there = [number for number in found if number is not None]
        return Reads(Ordinals(there), len(there) == len(found))

    def concerned(self, upstream: Parts, numbers: Ordinals, downstream: Parts) -> Ordinals:
        """All, if one of them is among those."""
        read = self.read(downstream, downstream.keys.all(), upstream).numbers
        return Ordinals() if read.isdisjoint(numbers) else downstream.keys.all()

    def to_snapshot(self) -> MappingSnapshot:
        """The mapping as plain values."""
        return MappingSnapshot(type="specific", keys=self.partition_keys)

    def objection(self, upstream: PartitionsDefinition | None, downstream: PartitionsDefinition | None) -> str | None:
        """A key that is nowhere can't be read."""
        return _unknown_key(self.partition_keys, upstream, "upstream")


class StaticPartitionMapping(PartitionMapping):
    """A table of which partitions go together.

    Args:
        downstream_partition_keys_by_upstream_partition_key: For an upstream key the downstream key, or several, that
            read it.

    Raises:
        InvalidParameterError: that is no table of keys.

    Example:
        >>> StaticPartitionMapping({"de": "eu", "fr": "eu", "us": "americas"}).pairs
        (('de', 'eu'), ('fr', 'eu'), ('us', 'americas'))
    """

    __slots__ = ("_downstream", "_upstream", "pairs")
    _not_compared = frozenset({"_downstream", "_upstream"})

    pairs: tuple[tuple[str, str], ...]
    _downstream: dict[str, list[str]]
    _upstream: dict[str, list[str]]

    def __init__(
        self, downstream_partition_keys_by_upstream_partition_key: Mapping[str, str | Collection[str]]
    ) -> None:
        name = "downstream_partition_keys_by_upstream_partition_key"
        given = check_mapping(downstream_partition_keys_by_upstream_partition_key, name)
        pairs = [
            (check_partition_key(key), check_partition_key(each))
            for key, several in given.items()
            for each in ([several] if isinstance(several, str) else check_several(several, f"{name}[{shown(key)}]"))
        ]
        self._set(pairs=tuple(dict.fromkeys(pairs)), _downstream={}, _upstream={})
        for key, each in self.pairs:
            self._downstream.setdefault(key, []).append(each)
            self._upstream.setdefault(each, []).append(key)

    def read(self, downstream: Parts, numbers: Ordinals, upstream: Parts) -> Reads:
        """As the table says."""
        wanted = {key for own in downstream.keys.select(numbers) for key in self._upstream.get(own, ())}
        found = _numbers_of(wanted, upstream)
        return Reads(found, len(found) == len(wanted))

    def concerned(self, upstream: Parts, numbers: Ordinals, downstream: Parts) -> Ordinals:
        """As the table says."""
        keys = {key for own in upstream.keys.select(numbers) for key in self._downstream.get(own, ())}
        return _numbers_of(keys, downstream)

    def to_snapshot(self) -> MappingSnapshot:
        """The mapping as plain values."""
        return MappingSnapshot(type="static", pairs=self.pairs)

    def objection(self, upstream: PartitionsDefinition | None, downstream: PartitionsDefinition | None) -> str | None:
        """A key that is nowhere is misspelt."""
        if upstream is None or downstream is None:
            return "goes from partition to partition, but only one of the two has partitions"
        return _unknown_key(self._upstream, downstream, "downstream") or _unknown_key(
            self._downstream, upstream, "upstream"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return StaticPartitionMapping, ({key: tuple(several) for key, several in self._downstream.items()},)


def _same_keys(source: Parts, numbers: Ordinals, target: Parts) -> Ordinals:
    if source.definition is not None and source.definition == target.definition:
        return numbers & target.keys.all()
    shift = _shift(source.definition, target.definition)
    if shift is not None:
        return numbers.shifted(shift) & target.keys.all()
    return _numbers_of(source.keys.select(numbers), target)


def _shift(source: PartitionsDefinition | None, target: PartitionsDefinition | None) -> int | None:
    """How far apart equal windows are numbered, where two definitions differ in where they begin alone."""
    if not isinstance(source, TimeWindowPartitionsDefinition) or not isinstance(target, TimeWindowPartitionsDefinition):
        return None
    return target.number_of_first(source)


def _numbers_of(keys: Iterable[str], parts: Parts) -> Ordinals:
    found = (parts.keys.number_of(key) for key in keys)
    return Ordinals(number for number in found if number is not None)


def _static_keys(definition: StaticPartitionsDefinition) -> set[str]:
    return set(definition.to_snapshot().keys)


def _unknown_key(keys: Iterable[str], definition: PartitionsDefinition | None, side: str) -> str | None:
    if definition is None:
        return f"names partitions, but the {side} asset has none"
    if isinstance(definition, StaticPartitionsDefinition):
        unknown = next(iter(sorted(set(keys) - _static_keys(definition))), None)
        if unknown is not None:
            return f"names {unknown!r}, which is no partition of the {side} asset"
    return None
