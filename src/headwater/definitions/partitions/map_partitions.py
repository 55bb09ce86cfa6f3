"""Which partitions of two assets go together: by the mapping that was given, or by what their definitions say."""

from __future__ import annotations

from headwater.definitions.partitions.definition import PartitionsDefinition
from headwater.definitions.partitions.dimension_mappings import (
    MultiToSingleDimensionPartitionMapping,
    common_dimension,
)
from headwater.definitions.partitions.key_mappings import AllPartitionMapping, IdentityPartitionMapping
from headwater.definitions.partitions.mapping import PartitionMapping, Parts, Reads
from headwater.definitions.partitions.multi import MultiPartitionsDefinition
from headwater.definitions.partitions.ordinals import Ordinals
from headwater.definitions.partitions.time_windows import TimeWindowPartitionsDefinition
from headwater.definitions.partitions.window_mapping import TimeWindowPartitionMapping


def partitions_read(mapping: PartitionMapping | None, downstream: Parts, numbers: Ordinals, upstream: Parts) -> Reads:
    """Which upstream partitions some downstream partitions read.

    Args:
        mapping: As the dependency has it; None for the default.
        downstream: The asset that is made.
        numbers: Which partitions of it.
        upstream: The asset that is read.
    """
    return mapping_between(mapping, upstream.definition, downstream.definition).read(downstream, numbers, upstream)


def partitions_concerned(
    mapping: PartitionMapping | None, upstream: Parts, numbers: Ordinals, downstream: Parts
) -> Ordinals:
    """Which downstream partitions read one of some upstream partitions: the inverse of `partitions_read`."""
    between = mapping_between(mapping, upstream.definition, downstream.definition)
    return between.concerned(upstream, numbers, downstream)


def mapping_between(
    mapping: PartitionMapping | None, upstream: PartitionsDefinition | None, downstream: PartitionsDefinition | None
) -> PartitionMapping:
    """The mapping that holds: the given one if it can work, else the default of the two definitions."""
    if upstream is None:
        return AllPartitionMapping()
    if mapping is not None and mapping.objection(upstream, downstream) is None:
        return mapping
    if downstream is None:
        return AllPartitionMapping()
    if upstream == downstream:
        return IdentityPartitionMapping()
    if isinstance(upstream, TimeWindowPartitionsDefinition) and isinstance(downstream, TimeWindowPartitionsDefinition):
        return TimeWindowPartitionMapping()
    name = _common(upstream, downstream) or _common(downstream, upstream)
    return AllPartitionMapping() if name is None else MultiToSingleDimensionPartitionMapping(name)


def _common(several: PartitionsDefinition, single: PartitionsDefinition) -> str | None:
    if not isinstance(several, MultiPartitionsDefinition) or isinstance(single, MultiPartitionsDefinition):
        return None
    return common_dimension(several, single)
