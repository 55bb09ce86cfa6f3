"""Mappings where at least one of the two assets has partitions with several dimensions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from headwater.definitions.arguments import check_mapping, check_printable, check_type
from headwater.definitions.partitions.definition import PartitionsDefinition
from headwater.definitions.partitions.key_mappings import IdentityPartitionMapping
from headwater.definitions.partitions.mapping import PartitionMapping, Parts, Reads
from headwater.definitions.partitions.multi import MultiPartitionKeys, MultiPartitionsDefinition
from headwater.definitions.partitions.ordinals import Ordinals
from headwater.definitions.partitions.snapshot import DimensionMappingSnapshot, MappingSnapshot
from headwater.definitions.partitions.time_windows import TimeWindowPartitionsDefinition
from headwater.definitions.partitions.window_mapping import TimeWindowPartitionMapping
from headwater.definitions.values import Frozen
from headwater.errors import InvalidParameterError

_SINGLE = ""
"""The name by which an asset with one dimension goes here."""


class DimensionPartitionMapping(Frozen):
    """How an upstream dimension goes with a downstream dimension.

    Args:
        dimension_name: The downstream dimension.
        partition_mapping: Which of its partitions read which.

    Raises:
        InvalidParameterError: the name is empty, or the mapping is none.

    Example:
        >>> DimensionPartitionMapping("day", IdentityPartitionMapping()).dimension_name
        'day'
    """

    __slots__ = ("dimension_name", "partition_mapping")

    dimension_name: str
    partition_mapping: PartitionMapping

    def __init__(self, dimension_name: str, partition_mapping: PartitionMapping) -> None:
        mapping = check_type(
            partition_mapping,
            PartitionMapping,  # type: ignore[type-abstract]
            f"The partition_mapping of the dimension {dimension_name!r}",
            "a partition mapping",
        )
        self._set(
            dimension_name=check_printable(dimension_name, "dimension_name of a DimensionPartitionMapping"),
            partition_mapping=mapping,
        )


class Pair(NamedTuple):
    """An upstream dimension, and how it goes with a downstream dimension."""

    upstream: str
    downstream: str
    mapping: PartitionMapping


class MultiToSingleDimensionPartitionMapping(PartitionMapping):
    """A partition with one dimension goes with all that have its key in one of theirs; either may be upstream.

    The default where one dimension has the same partitions as the other asset, or both are partitioned by time.

    Args:
        partition_dimension_name: Which dimension; where left out, the one that has the same partitions.

    Raises:
        InvalidParameterError: the name is empty.

    Example:
        >>> MultiToSingleDimensionPartitionMapping("day").partition_dimension_name
        'day'
    """

    __slots__ = ("partition_dimension_name",)

    partition_dimension_name: str | None

    def __init__(self, partition_dimension_name: str | None = None) -> None:
        if partition_dimension_name is not None:
            check_printable(partition_dimension_name, "partition_dimension_name")
        self._set(partition_dimension_name=partition_dimension_name)

    def read(self, downstream: Parts, numbers: Ordinals, upstream: Parts) -> Reads:
        """By the dimension that both have."""
        return _read(self._pairs(upstream.definition, downstream.definition), downstream, numbers, upstream)

    def concerned(self, upstream: Parts, numbers: Ordinals, downstream: Parts) -> Ordinals:
        """By the dimension that both have."""
        return _concerned(self._pairs(upstream.definition, downstream.definition), upstream, numbers, downstream)

    def to_snapshot(self) -> MappingSnapshot:
        """The mapping as plain values."""
        return MappingSnapshot(type="single_dimension", dimension=self.partition_dimension_name)

    def objection(self, upstream: PartitionsDefinition | None, downstream: PartitionsDefinition | None) -> str | None:
        """There must be such a dimension, on one side alone."""
        several, single = _sides(upstream, downstream)
        if several is None or single is None:
            return "goes between an asset with several dimensions of partitions and one with a single one"
        named = self.partition_dimension_name
        if named is not None and named not in several.dimensions:
            return f"names the dimension {named!r}; there are {', '.join(several.dimensions)}"
        if named is None and common_dimension(several, single) is None:
            return "finds not just one dimension with the partitions of the other asset; name it"
        if named is not None and _between(several.dimensions[named], single) is None:
            return f"takes the dimension {named!r}, which has other partitions than the other asset"
        return None

    def _pairs(self, upstream: PartitionsDefinition | None, downstream: PartitionsDefinition | None) -> list[Pair]:
        several, single = _sides(upstream, downstream)
        assert several is not None
        assert single is not None
        name = self.partition_dimension_name or common_dimension(several, single) or ""
        mapping = _between(several.dimensions[name], single) or IdentityPartitionMapping()
        return [Pair(name, _SINGLE, mapping) if several is upstream else Pair(_SINGLE, name, mapping)]


class MultiPartitionMapping(PartitionMapping):
    """Partitions with several dimensions go with others, dimension by dimension.

    Args:
        downstream_mappings_by_upstream_dimension: For an upstream dimension, the downstream dimension that it goes with
            and how. One that is left out is read whole.

    Raises:
        InvalidParameterError: that is no such table, or names a downstream dimension twice.

    Example:
        >>> by_day = MultiPartitionMapping({"day": DimensionPartitionMapping("date", IdentityPartitionMapping())})
        >>> by_day.pairs[0].upstream, by_day.pairs[0].downstream
        ('day', 'date')
    """

    __slots__ = ("pairs",)

    pairs: tuple[Pair, ...]

    def __init__(self, downstream_mappings_by_upstream_dimension: Mapping[str, DimensionPartitionMapping]) -> None:
        name = "downstream_mappings_by_upstream_dimension"
        given = check_mapping(downstream_mappings_by_upstream_dimension, name)
        for dimension, entry in given.items():
            check_type(entry, DimensionPartitionMapping, f"{name}[{dimension!r}]", "a DimensionPartitionMapping")
        pairs = [Pair(each, entry.dimension_name, entry.partition_mapping) for each, entry in sorted(given.items())]
        if len({pair.downstream for pair in pairs}) < len(pairs):
            raise InvalidParameterError(f"{name} names a downstream dimension twice; each goes with one upstream.")
        self._set(pairs=tuple(pairs))

    @property
    def looks_back(self) -> bool:
        """Whether it does so in one dimension."""
        return any(pair.mapping.looks_back and pair.upstream == pair.downstream for pair in self.pairs)

    def read(self, downstream: Parts, numbers: Ordinals, upstream: Parts) -> Reads:
        """Dimension by dimension."""
        return _read(self.pairs, downstream, numbers, upstream)

    def concerned(self, upstream: Parts, numbers: Ordinals, downstream: Parts) -> Ordinals:
        """Dimension by dimension."""
        return _concerned(self.pairs, upstream, numbers, downstream)

    def to_snapshot(self) -> MappingSnapshot:
        """The mapping as plain values."""
        return MappingSnapshot(
            type="multi",
            dimensions=tuple(
                DimensionMappingSnapshot(
                    upstream=pair.upstream, downstream=pair.downstream, mapping=pair.mapping.to_snapshot()
                )
                for pair in self.pairs
            ),
        )

    def objection(self, upstream: PartitionsDefinition | None, downstream: PartitionsDefinition | None) -> str | None:
        """Every dimension that it names must be there, and go with its other one."""
        if not isinstance(upstream, MultiPartitionsDefinition) or not isinstance(downstream, MultiPartitionsDefinition):
            return "goes from several dimensions to several, but one of the assets has none or one"
        for pair in self.pairs:
            for side, name, definition in (
                ("upstream", pair.upstream, upstream),
                ("downstream", pair.downstream, downstream),
            ):
                if name not in definition.dimensions:
                    return f"names the {side} dimension {name!r}; there are {', '.join(definition.dimensions)}"
            objection = pair.mapping.objection(
                upstream.dimensions[pair.upstream], downstream.dimensions[pair.downstream]
            )
            if objection is not None:
                return f"has for the dimension {pair.upstream!r} a {type(pair.mapping).__name__} that {objection}"
        return None


def common_dimension(several: MultiPartitionsDefinition, single: PartitionsDefinition) -> str | None:
    """The one dimension with the partitions of another asset, else the one that is time if that is time as well."""
    equal = [name for name, each in several.dimensions.items() if each == single]
    if equal:
        return equal[0] if len(equal) == 1 else None
    return several.time_dimension if isinstance(single, TimeWindowPartitionsDefinition) else None


def _between(one: PartitionsDefinition, other: PartitionsDefinition) -> PartitionMapping | None:
    """How the partitions of one dimension go with those of another asset."""
    if one == other:
        return IdentityPartitionMapping()
    if isinstance(one, TimeWindowPartitionsDefinition) and isinstance(other, TimeWindowPartitionsDefinition):
        return TimeWindowPartitionMapping()
    return None


def _sides(
    upstream: PartitionsDefinition | None, downstream: PartitionsDefinition | None
) -> tuple[MultiPartitionsDefinition | None, PartitionsDefinition | None]:
    """The one with several dimensions, and the other one."""
    if isinstance(upstream, MultiPartitionsDefinition) and not isinstance(downstream, MultiPartitionsDefinition):
        return upstream, downstream
    if isinstance(downstream, MultiPartitionsDefinition) and not isinstance(upstream, MultiPartitionsDefinition):
        return downstream, upstream
    return None, None


def _read(pairs: Sequence[Pair], downstream: Parts, numbers: Ordinals, upstream: Parts) -> Reads:
    by_dimension = {pair.upstream: pair for pair in pairs}
    below, above = _dimensions(downstream), _dimensions(upstream)
    found, complete = Ordinals(), True
    for box in _boxes(numbers, below):
        chosen: dict[str, Ordinals] = {}
        for name, parts in above.items():
            pair = by_dimension.get(name)
            if pair is None:
                chosen[name] = parts.keys.all()
                continue
            reads = pair.mapping.read(below[pair.downstream], box[pair.downstream], parts)
            chosen[name] = reads.numbers
            complete = complete and reads.complete
        found |= _joined(chosen, above)
    return Reads(found, complete)


def _concerned(pairs: Sequence[Pair], upstream: Parts, numbers: Ordinals, downstream: Parts) -> Ordinals:
    by_dimension = {pair.downstream: pair for pair in pairs}
    below, above = _dimensions(downstream), _dimensions(upstream)
    found = Ordinals()
    for box in _boxes(numbers, above):
        chosen: dict[str, Ordinals] = {}
        for name, parts in below.items():
            pair = by_dimension.get(name)
            chosen[name] = (
                parts.keys.all()
                if pair is None
                else pair.mapping.concerned(above[pair.upstream], box[pair.upstream], parts)
            )
        found |= _joined(chosen, below)
    return found


def _dimensions(parts: Parts) -> dict[str, Parts]:
    if isinstance(parts.definition, MultiPartitionsDefinition) and isinstance(parts.keys, MultiPartitionKeys):
        keys = parts.keys.dimensions
        return {name: Parts(each, keys[name]) for name, each in parts.definition.dimensions.items()}
    return {_SINGLE: parts}


def _boxes(numbers: Ordinals, dimensions: Mapping[str, Parts]) -> Iterator[dict[str, Ordinals]]:
    """The set taken apart into boxes: by dimension the numbers, of which it holds every combination."""
    (name, _), *rest = dimensions.items()
    if not rest:
        if numbers:
            yield {name: numbers}
        return
    for places, row in numbers.rows(_count(dict(rest))):
        for box in _boxes(row, dict(rest)):
            yield {name: places, **box}


def _joined(box: Mapping[str, Ordinals], dimensions: Mapping[str, Parts]) -> Ordinals:
    """The numbers of every combination in a box."""
    joined = Ordinals.span(0, 1)
    width = 1
    for name, parts in reversed(list(dimensions.items())):
        joined = joined.in_rows(box[name], width)
        width *= len(parts.keys)
    return joined


def _count(dimensions: Mapping[str, Parts]) -> int:
    count = 1
    for parts in dimensions.values():
        count *= len(parts.keys)
    return count
