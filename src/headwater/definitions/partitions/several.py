"""Several partitions that are made in one go: whether they follow each other, and the time that they span."""

from __future__ import annotations

from collections.abc import Sequence

from headwater.definitions.partitions.definition import PartitionsDefinition
from headwater.definitions.partitions.keys import PartitionKeyRange
from headwater.definitions.partitions.multi import MultiPartitionsDefinition
from headwater.definitions.partitions.time_windows import TimeWindow, TimeWindowPartitionsDefinition
from headwater.errors import InvalidInvocationError


def check_consecutive(definition: PartitionsDefinition | None, keys: Sequence[str]) -> None:
    """See that nothing of a definition lies between some of its keys, so that the first and the last stand for all.

    Raises:
        InvalidInvocationError: it does.
    """
    if definition is None or len(keys) == 1:
        return
    known = definition.keys_at()
    first, last = known.number_of(keys[0]), known.number_of(keys[-1])
    if first is None or last is None or last - first + 1 != len(keys):
        raise InvalidInvocationError(
            f"The {len(keys)} partitions of this run, {keys[0]!r} to {keys[-1]!r}, do not follow each other without a "
            "gap, so they are no range. Ask for the single ones: partition_keys of an asset's context, "
            "asset_partition_keys of an IO manager's."
        )


def range_of(definition: PartitionsDefinition | None, keys: Sequence[str]) -> PartitionKeyRange:
    """The first and the last of some partitions.

    Raises:
        InvalidInvocationError: they do not follow each other.
    """
    check_consecutive(definition, keys)
    return PartitionKeyRange(keys[0], keys[-1])


def window_of(definition: PartitionsDefinition | None, keys: Sequence[str]) -> TimeWindow:
    """The time from the start of the first of some partitions to the end of the last.

    Raises:
        InvalidInvocationError: they are no windows of time, or do not follow each other.
    """
    if not isinstance(definition, (TimeWindowPartitionsDefinition, MultiPartitionsDefinition)):
        raise InvalidInvocationError(f"These partitions are no windows of time, so {keys[0]!r} has no start.")
    if isinstance(definition, TimeWindowPartitionsDefinition):
        check_consecutive(definition, keys)
    elif len(keys) > 1:
        raise InvalidInvocationError(
            f"The {len(keys)} partitions of this run have several dimensions, so they are no single span of time. Ask "
            "for the window of each: context.assets_def.partitions_def.time_window_for_partition_key(key)."
        )
    first, last = (definition.time_window_for_partition_key(key) for key in (keys[0], keys[-1]))
    return TimeWindow(first.start, last.end)
