"""From the stored form of a partitions definition or a mapping back to itself."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from headwater.definitions.partitions.definition import PartitionsDefinition
from headwater.definitions.partitions.dimension_mappings import (
    DimensionPartitionMapping,
    MultiPartitionMapping,
    MultiToSingleDimensionPartitionMapping,
)
from headwater.definitions.partitions.dynamic import DynamicPartitionsDefinition
from headwater.definitions.partitions.key_mappings import (
    AllPartitionMapping,
    IdentityPartitionMapping,
    LastPartitionMapping,
    SpecificPartitionsPartitionMapping,
    StaticPartitionMapping,
)
from headwater.definitions.partitions.mapping import PartitionMapping
from headwater.definitions.partitions.multi import MultiPartitionsDefinition
from headwater.definitions.partitions.rules import is_moment
from headwater.definitions.partitions.snapshot import MappingSnapshot, PartitionsSnapshot
from headwater.definitions.partitions.static import StaticPartitionsDefinition
from headwater.definitions.partitions.time_windows import TimeWindowPartitionsDefinition
from headwater.definitions.partitions.window_mapping import TimeWindowPartitionMapping
from headwater.errors import InvalidParameterError


@lru_cache(maxsize=4096)
def partitions_from_snapshot(snapshot: PartitionsSnapshot) -> PartitionsDefinition:
    """The definition that a snapshot describes. Equal snapshots share one, which remembers what it worked out.

    Raises:
        InvalidParameterError: the snapshot comes from a later release that knows more types.
    """
    if snapshot.type == "static":
        return StaticPartitionsDefinition(snapshot.keys)
    if snapshot.type == "dynamic" and snapshot.name is not None:
        return DynamicPartitionsDefinition(name=snapshot.name)
    if snapshot.type == "multi":
        return MultiPartitionsDefinition({name: partitions_from_snapshot(each) for name, each in snapshot.dimensions})
    if snapshot.type in ("hourly", "daily", "weekly", "monthly", "cron") and snapshot.start is not None:
        return TimeWindowPartitionsDefinition(
            start=datetime.fromisoformat(snapshot.start),
            end=None if snapshot.end is None else datetime.fromisoformat(snapshot.end),
            fmt=snapshot.format,
            schedule_type=None if snapshot.type == "cron" else snapshot.type,  # type: ignore[arg-type]
            cron_schedule=snapshot.cron,
            timezone=snapshot.timezone,
            end_offset=snapshot.end_offset,
            minute_offset=snapshot.minute_offset,
            hour_offset=snapshot.hour_offset,
            day_offset=snapshot.day_offset,
            exclusions=[datetime.fromisoformat(item) if is_moment(item) else item for item in snapshot.exclusions],
        )
    raise InvalidParameterError(f"Partitions of the type {snapshot.type!r} are not known to this release.")


@lru_cache(maxsize=4096)
def mapping_from_snapshot(snapshot: MappingSnapshot) -> PartitionMapping:
    """The mapping that a snapshot describes. Equal snapshots share one.

    Raises:
        InvalidParameterError: the snapshot comes from a later release that knows more types.
    """
    if snapshot.type == "identity":
        return IdentityPartitionMapping()
    if snapshot.type == "all":
        return AllPartitionMapping()
    if snapshot.type == "last":
        return LastPartitionMapping()
    if snapshot.type == "specific":
        return SpecificPartitionsPartitionMapping(snapshot.keys)
    if snapshot.type == "static":
        table: dict[str, list[str]] = {}
        for up, down in snapshot.pairs:
            table.setdefault(up, []).append(down)
        return StaticPartitionMapping(table)
    if snapshot.type == "time_window":
        return TimeWindowPartitionMapping(snapshot.start_offset, snapshot.end_offset, snapshot.allow_nonexistent)
    if snapshot.type == "single_dimension":
        return MultiToSingleDimensionPartitionMapping(snapshot.dimension)
    if snapshot.type == "multi":
        return MultiPartitionMapping(
            {
                each.upstream: DimensionPartitionMapping(each.downstream, mapping_from_snapshot(each.mapping))
                for each in snapshot.dimensions
            }
        )
    raise InvalidParameterError(f"A partition mapping of the type {snapshot.type!r} is not known to this release.")
