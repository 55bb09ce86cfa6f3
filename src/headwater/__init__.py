"""Headwater: one lineage of all data assets, whoever makes them, and what is downstream of them made in time.

These are the names for users, `import headwater as hw`; nothing inside the package imports them from here.
"""

from __future__ import annotations

from headwater.definitions.assets import AssetIn, AssetsDefinition, asset
from headwater.definitions.checks import AssetCheckDefinition, asset_check
from headwater.definitions.conditions import AutomationCondition
from headwater.definitions.contexts import (
    AssetCheckExecutionContext,
    AssetExecutionContext,
    SensorEvaluationContext,
    build_asset_check_context,
    build_asset_context,
    build_sensor_context,
)
from headwater.definitions.definitions import Definitions
from headwater.definitions.events import AssetCheckEvaluation, AssetMaterialization, AssetObservation, DataVersion
from headwater.definitions.metadata import (
    AssetMetadataValue,
    BoolMetadataValue,
    FloatMetadataValue,
    IntMetadataValue,
    JobMetadataValue,
    JsonMetadataValue,
    MarkdownMetadataValue,
    MetadataValue,
    NotebookMetadataValue,
    NullMetadataValue,
    PathMetadataValue,
    RunMetadataValue,
    TableColumnLineageMetadataValue,
    TableMetadataValue,
    TableSchemaMetadataValue,
    TextMetadataValue,
    TimestampMetadataValue,
    UrlMetadataValue,
)
from headwater.definitions.partitions import (
    DailyPartitionsDefinition,
    PartitionsDefinition,
    StaticPartitionsDefinition,
)
from headwater.definitions.results import AssetCheckResult, AssetCheckSeverity, MaterializeResult, Output
from headwater.definitions.sensors import (
    DefaultSensorStatus,
    RunRequest,
    SensorDefinition,
    SensorResult,
    SkipReason,
    sensor,
)
from headwater.definitions.specs import AssetCheckSpec, AssetDep, AssetSpec, map_asset_specs
from headwater.definitions.tables import (
    TableColumn,
    TableColumnConstraints,
    TableColumnDep,
    TableColumnLineage,
    TableConstraints,
    TableRecord,
    TableSchema,
)
from headwater.errors import (
    ClientError,
    ConflictError,
    CyclicDependencyError,
    DuplicateDefinitionError,
    ExternalAssetError,
    HeadwaterError,
    InvalidCursorError,
    InvalidDefinitionError,
    InvalidInvocationError,
    InvalidMetadataError,
    InvalidParameterError,
    InvalidTransitionError,
    LocationError,
    MissingInputError,
    ReportRefusedError,
    RequestForbiddenError,
    SchemaVersionError,
    SensorResultError,
    SettingsError,
    StepOutputError,
    StoreError,
    StoreUnavailableError,
    UnknownAssetError,
    UnknownPartitionError,
    UnknownRunError,
    UnknownSensorError,
    WorkerDiedError,
    WorkerTimeoutError,
)
from headwater.keys import AssetCheckKey, AssetKey

__all__ = [
    "AssetCheckDefinition",
    "AssetCheckEvaluation",
    "AssetCheckExecutionContext",
    "AssetCheckKey",
    "AssetCheckResult",
    "AssetCheckSeverity",
    "AssetCheckSpec",
    "AssetDep",
    "AssetExecutionContext",
    "AssetIn",
    "AssetKey",
    "AssetMaterialization",
    "AssetMetadataValue",
    "AssetObservation",
    "AssetSpec",
    "AssetsDefinition",
    "AutomationCondition",
    "BoolMetadataValue",
    "ClientError",
    "ConflictError",
    "CyclicDependencyError",
    "DailyPartitionsDefinition",
    "DataVersion",
    "DefaultSensorStatus",
    "Definitions",
    "DuplicateDefinitionError",
    "ExternalAssetError",
    "FloatMetadataValue",
    "HeadwaterError",
    "IntMetadataValue",
    "InvalidCursorError",
    "InvalidDefinitionError",
    "InvalidInvocationError",
    "InvalidMetadataError",
    "InvalidParameterError",
    "InvalidTransitionError",
    "JobMetadataValue",
    "JsonMetadataValue",
    "LocationError",
    "MarkdownMetadataValue",
    "MaterializeResult",
    "MetadataValue",
    "MissingInputError",
    "NotebookMetadataValue",
    "NullMetadataValue",
    "Output",
    "PartitionsDefinition",
    "PathMetadataValue",
    "ReportRefusedError",
    "RequestForbiddenError",
    "RunMetadataValue",
    "RunRequest",
    "SchemaVersionError",
    "SensorDefinition",
    "SensorEvaluationContext",
    "SensorResult",
    "SensorResultError",
    "SettingsError",
    "SkipReason",
    "StaticPartitionsDefinition",
    "StepOutputError",
    "StoreError",
    "StoreUnavailableError",
    "TableColumn",
    "TableColumnConstraints",
    "TableColumnDep",
    "TableColumnLineage",
    "TableColumnLineageMetadataValue",
    "TableConstraints",
    "TableMetadataValue",
    "TableRecord",
    "TableSchema",
    "TableSchemaMetadataValue",
    "TextMetadataValue",
    "TimestampMetadataValue",
    "UnknownAssetError",
    "UnknownPartitionError",
    "UnknownRunError",
    "UnknownSensorError",
    "UrlMetadataValue",
    "WorkerDiedError",
    "WorkerTimeoutError",
    "__version__",
    "asset",
    "asset_check",
    "build_asset_check_context",
    "build_asset_context",
    "build_sensor_context",
    "map_asset_specs",
    "sensor",
]


def __getattr__(name: str) -> str:
    """Read `__version__` from the installed package when somebody asks; it takes longer than all the rest."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import version

    return version(__name__)
