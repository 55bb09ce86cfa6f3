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
from headwater.definitions.partitions.definition import (
    DynamicPartitionsStore,
    PartitionLoadingContext,
    PartitionsDefinition,
    partition_loading_context,
)
from headwater.definitions.partitions.dimension_mappings import (
    DimensionPartitionMapping,
    MultiPartitionMapping,
    MultiToSingleDimensionPartitionMapping,
)
from headwater.definitions.partitions.dynamic import (
    AddDynamicPartitionsRequest,
    DeleteDynamicPartitionsRequest,
    DynamicKeys,
    DynamicPartitionsDefinition,
)
from headwater.definitions.partitions.from_snapshot import mapping_from_snapshot, partitions_from_snapshot
from headwater.definitions.partitions.key_mappings import (
    AllPartitionMapping,
    IdentityPartitionMapping,
    LastPartitionMapping,
    SpecificPartitionsPartitionMapping,
    StaticPartitionMapping,
)
from headwater.definitions.partitions.keys import PartitionKeyRange, PartitionKeys
from headwater.definitions.partitions.map_partitions import mapping_between, partitions_concerned, partitions_read
from headwater.definitions.partitions.mapping import PartitionMapping, Parts, Reads
from headwater.definitions.partitions.multi import MultiPartitionKey, MultiPartitionsDefinition
from headwater.definitions.partitions.ordinals import Ordinals
from headwater.definitions.partitions.snapshot import MappingSnapshot, PartitionsSnapshot
from headwater.definitions.partitions.static import StaticPartitionsDefinition
from headwater.definitions.partitions.time_windows import TimeWindow, TimeWindowPartitionsDefinition
from headwater.definitions.partitions.window_mapping import TimeWindowPartitionMapping

__all__ = [
    "AddDynamicPartitionsRequest",
    "AllPartitionMapping",
    "DailyPartitionsDefinition",
    "DeleteDynamicPartitionsRequest",
    "DimensionPartitionMapping",
    "DynamicKeys",
    "DynamicPartitionsDefinition",
    "DynamicPartitionsStore",
    "HourlyPartitionsDefinition",
    "IdentityPartitionMapping",
    "LastPartitionMapping",
    "MappingSnapshot",
    "MonthlyPartitionsDefinition",
    "MultiPartitionKey",
    "MultiPartitionMapping",
    "MultiPartitionsDefinition",
    "MultiToSingleDimensionPartitionMapping",
    "Ordinals",
    "PartitionKeyRange",
    "PartitionKeys",
    "PartitionLoadingContext",
    "PartitionMapping",
    "PartitionsDefinition",
    "PartitionsSnapshot",
    "Parts",
    "Reads",
    "SpecificPartitionsPartitionMapping",
    "StaticPartitionMapping",
    "StaticPartitionsDefinition",
    "TimeWindow",
    "TimeWindowPartitionMapping",
    "TimeWindowPartitionsDefinition",
    "WeeklyPartitionsDefinition",
    "mapping_between",
    "mapping_from_snapshot",
    "partition_loading_context",
    "partitions_concerned",
    "partitions_from_snapshot",
    "partitions_read",
]
