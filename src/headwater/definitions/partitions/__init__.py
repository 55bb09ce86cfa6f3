"""Partitions: which parts an asset consists of, sets of them, and how the parts of one asset go with another's.

A definition gives its `PartitionKeys` at a moment, where numbers and keys lead to each other; sets of partitions are
`Ordinals`, and mappings turn the ordinals of one asset into those of another.
"""

from headwater.definitions.partitions.calendar_windows import (
    DailyPartitionsDefinition,
    HourlyPartitionsDefinition,
    MonthlyPartitionsDefinition,
    WeeklyPartitionsDefinition,
)
from headwater.definitions.partitions.definition import DynamicPartitionsStore, PartitionsDefinition
from headwater.definitions.partitions.dynamic import (
    AddDynamicPartitionsRequest,
    DeleteDynamicPartitionsRequest,
    DynamicPartitionsDefinition,
)
from headwater.definitions.partitions.from_snapshot import partitions_from_snapshot
from headwater.definitions.partitions.keys import PartitionKeyRange, PartitionKeys
from headwater.definitions.partitions.multi import MultiPartitionKey, MultiPartitionsDefinition
from headwater.definitions.partitions.ordinals import Ordinals
from headwater.definitions.partitions.snapshot import MappingSnapshot, PartitionsSnapshot
from headwater.definitions.partitions.static import StaticPartitionsDefinition
from headwater.definitions.partitions.time_windows import TimeWindow, TimeWindowPartitionsDefinition

__all__ = [
    "AddDynamicPartitionsRequest",
    "DailyPartitionsDefinition",
    "DeleteDynamicPartitionsRequest",
    "DynamicPartitionsDefinition",
    "DynamicPartitionsStore",
    "HourlyPartitionsDefinition",
    "MappingSnapshot",
    "MonthlyPartitionsDefinition",
    "MultiPartitionKey",
    "MultiPartitionsDefinition",
    "Ordinals",
    "PartitionKeyRange",
    "PartitionKeys",
    "PartitionsDefinition",
    "PartitionsSnapshot",
    "StaticPartitionsDefinition",
    "TimeWindow",
    "TimeWindowPartitionsDefinition",
    "WeeklyPartitionsDefinition",
    "partitions_from_snapshot",
]
