"""Headwater: one lineage of all data assets, whoever makes them, and what is downstream of them made in time.

These are the names for users, `import headwater as hw`; nothing inside the package imports them from here. Each is
imported when somebody first asks for it, so that a program pays for what it uses.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

# The one name that is a folder of the package too, which would take its place if it came later.
from headwater.definitions.lazy import definitions

if TYPE_CHECKING:
    from headwater.automation.evaluate_once import (
        AutomationCursor,
        EvaluateAutomationConditionsResult,
        evaluate_automation_conditions,
    )
    from headwater.connectors.failure_mail import make_email_on_run_failure_sensor
    from headwater.definitions.asset_context import (
        AssetExecutionContext,
        build_asset_context,
    )
    from headwater.definitions.asset_decorators import asset
    from headwater.definitions.asset_inputs import AssetIn
    from headwater.definitions.assets import (
        AssetOut,
        AssetsDefinition,
    )
    from headwater.definitions.backfill_policy import BackfillPolicy
    from headwater.definitions.check_builders import (
        build_column_range_checks,
        build_column_schema_change_checks,
        build_metadata_bounds_checks,
        build_row_count_change_checks,
    )
    from headwater.definitions.checks import (
        AssetCheckDefinition,
        asset_check,
    )
    from headwater.definitions.code_references import (
        AnchorBasedFilePathMapping,
        CodeReferencesMetadataValue,
        LocalFileCodeReference,
        UrlCodeReference,
        link_code_references_to_git,
        with_source_code_references,
    )
    from headwater.definitions.condition_sensors import AutomationConditionSensorDefinition
    from headwater.definitions.conditions import AutomationCondition
    from headwater.definitions.config_schema import Field
    from headwater.definitions.configurable import (
        Config,
        ConfigurableIOManager,
        ConfigurableResource,
        ConfigurableResourceFactory,
        PermissiveConfig,
        ResourceDependency,
    )
    from headwater.definitions.contexts import (
        AssetCheckExecutionContext,
        build_asset_check_context,
    )
    from headwater.definitions.custom_conditions import (
        AutomationContext,
        AutomationResult,
        EntitySubset,
        build_automation_context,
    )
    from headwater.definitions.definitions import Definitions
    from headwater.definitions.deps import AssetDep
    from headwater.definitions.env_vars import EnvVar
    from headwater.definitions.event_contexts import (
        MultiAssetSensorEvaluationContext,
        RunFailureSensorContext,
        RunStatusSensorContext,
        build_multi_asset_sensor_context,
        build_run_status_sensor_context,
    )
    from headwater.definitions.event_sensor_definitions import (
        AssetSensorDefinition,
        DagsterRunStatus,
        MultiAssetSensorDefinition,
        RunStatus,
        RunStatusSensorDefinition,
    )
    from headwater.definitions.event_sensors import (
        asset_sensor,
        check_sensor,
        freshness_sensor,
        multi_asset_sensor,
        run_failure_sensor,
        run_status_sensor,
    )
    from headwater.definitions.events import (
        AssetCheckEvaluation,
        AssetMaterialization,
        AssetObservation,
        DataProvenance,
        DataVersion,
        DataVersionsByPartition,
    )
    from headwater.definitions.executors import (
        ExecutorDefinition,
        dask_executor,
        in_process_executor,
        multi_or_in_process_executor,
        multiprocess_executor,
    )
    from headwater.definitions.failures import (
        Failure,
        RetryRequested,
    )
    from headwater.definitions.freshness import FreshnessPolicy
    from headwater.definitions.freshness_checks import (
        build_last_update_freshness_checks,
        build_time_partition_freshness_checks,
    )
    from headwater.definitions.freshness_sensor import build_sensor_for_freshness_checks
    from headwater.definitions.hooks import (
        HookContext,
        HookDefinition,
        build_hook_context,
        failure_hook,
        success_hook,
    )
    from headwater.definitions.io_managers import (
        InputContext,
        IOManager,
        OutputContext,
        build_input_context,
        build_output_context,
    )
    from headwater.definitions.jobs import (
        JobDefinition,
        define_asset_job,
    )
    from headwater.definitions.kept_state import KeptState
    from headwater.definitions.lazy import LazyDefinitions
    from headwater.definitions.loading import (
        load_asset_checks_from_current_module,
        load_asset_checks_from_modules,
        load_asset_checks_from_package_module,
        load_asset_checks_from_package_name,
        load_assets_from_current_module,
        load_assets_from_modules,
        load_assets_from_package_module,
        load_assets_from_package_name,
        load_definitions_from_current_module,
        load_definitions_from_module,
        load_definitions_from_modules,
        load_definitions_from_package_module,
        load_definitions_from_package_name,
    )
    from headwater.definitions.map_specs import (
        apply_freshness_policy,
        map_asset_specs,
    )
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
    from headwater.definitions.multi_assets import multi_asset
    from headwater.definitions.multi_checks import multi_asset_check
    from headwater.definitions.observable_assets import (
        multi_observable_source_asset,
        observable_source_asset,
    )
    from headwater.definitions.partitioned_schedules import build_schedule_from_partitioned_job
    from headwater.definitions.partitions import (
        AddDynamicPartitionsRequest,
        AllPartitionMapping,
        DailyPartitionsDefinition,
        DeleteDynamicPartitionsRequest,
        DimensionPartitionMapping,
        DynamicPartitionsDefinition,
        HourlyPartitionsDefinition,
        IdentityPartitionMapping,
        LastPartitionMapping,
        MonthlyPartitionsDefinition,
        MultiPartitionKey,
        MultiPartitionMapping,
        MultiPartitionsDefinition,
        MultiToSingleDimensionPartitionMapping,
        PartitionKeyRange,
        PartitionMapping,
        PartitionsDefinition,
        SpecificPartitionsPartitionMapping,
        StaticPartitionMapping,
        StaticPartitionsDefinition,
        TimeWindow,
        TimeWindowPartitionMapping,
        TimeWindowPartitionsDefinition,
        WeeklyPartitionsDefinition,
        partition_loading_context,
    )
    from headwater.definitions.requests import (
        RunRequest,
        SensorResult,
        SkipReason,
    )
    from headwater.definitions.resources import (
        InitResourceContext,
        ResourceDefinition,
        ResourceParam,
        Resources,
        build_init_resource_context,
        resource,
    )
    from headwater.definitions.results import (
        AssetCheckResult,
        AssetCheckSeverity,
        MaterializeResult,
        ObserveResult,
        Output,
    )
    from headwater.definitions.retries import (
        Backoff,
        Jitter,
        RetryPolicy,
    )
    from headwater.definitions.run_config import RunConfig
    from headwater.definitions.schedule_context import (
        ScheduleEvaluationContext,
        build_schedule_context,
    )
    from headwater.definitions.schedules import (
        DefaultScheduleStatus,
        ScheduleDefinition,
        schedule,
    )
    from headwater.definitions.selection import AssetSelection
    from headwater.definitions.sensor_context import (
        SensorEvaluationContext,
        build_sensor_context,
    )
    from headwater.definitions.sensor_definition import (
        DefaultSensorStatus,
        SensorDefinition,
    )
    from headwater.definitions.sensors import sensor
    from headwater.definitions.source_assets import (
        SourceAsset,
        external_assets_from_specs,
    )
    from headwater.definitions.specs import (
        AssetCheckSpec,
        AssetSpec,
    )
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
        ArchiveError,
        ClientError,
        ConflictError,
        CyclicDependencyError,
        DuplicateDefinitionError,
        ExternalAssetError,
        HeadwaterError,
        IdempotencyConflictError,
        InvalidConfigError,
        InvalidCursorError,
        InvalidDefinitionError,
        InvalidInvocationError,
        InvalidMetadataError,
        InvalidParameterError,
        InvalidTransitionError,
        LocationError,
        MissingInputError,
        NoAnswerError,
        NotAllowedError,
        PipesError,
        ReportRefusedError,
        ReportRejectedError,
        RequestForbiddenError,
        RunLogsError,
        ScheduleResultError,
        SchemaVersionError,
        SelectionError,
        SelectionSyntaxError,
        SensorResultError,
        SensorStateError,
        SettingsError,
        StepOutputError,
        StoreError,
        StoreUnavailableError,
        TooManyRequestsError,
        UnknownAlertRuleError,
        UnknownAssetError,
        UnknownBackfillError,
        UnknownEventError,
        UnknownJobError,
        UnknownLocationError,
        UnknownPartitionError,
        UnknownPrincipalError,
        UnknownResourceError,
        UnknownRunError,
        UnknownScheduleError,
        UnknownSensorError,
        UnknownWebhookError,
        WorkerDiedError,
        WorkerTimeoutError,
    )
    from headwater.execution.file_io_manager import (
        FilesystemIOManager,
        InMemoryIOManager,
    )
    from headwater.execution.in_process_result import ExecuteInProcessResult
    from headwater.execution.instance import (
        DagsterInstance,
        HeadwaterInstance,
    )
    from headwater.execution.instance_filters import AssetRecord, DagsterEventType, EventRecordsFilter, RunsFilter
    from headwater.execution.materialize import (
        materialize,
        materialize_to_memory,
        observe,
    )
    from headwater.execution.path_io_manager import UPathIOManager
    from headwater.execution.pipes.client import (
        PipesClient,
        PipesSubprocessClient,
    )
    from headwater.execution.pipes.context_injectors import (
        PipesContextInjector,
        PipesEnvContextInjector,
        PipesFileContextInjector,
        PipesObjectStorageContextInjector,
        PipesTempFileContextInjector,
    )
    from headwater.execution.pipes.message_readers import (
        PipesBlobStoreMessageReader,
        PipesFileMessageReader,
        PipesMessageReader,
        PipesObjectStorageMessageReader,
        PipesStdioMessageReader,
        PipesTempFileMessageReader,
    )
    from headwater.execution.pipes.messages import PipesMessageHandler
    from headwater.execution.pipes.session import (
        PipesClientCompletedInvocation,
        PipesSession,
        open_pipes_session,
    )
    from headwater.execution.tables.duckdb_file import DuckDBIOManager
    from headwater.execution.tables.files import TableFilesIOManager
    from headwater.execution.tables.sql_database import SQLTableIOManager
    from headwater.keys import (
        AssetCheckKey,
        AssetKey,
    )
    from headwater.location.resources import build_resources

    io_manager = resource
    AssetChecksDefinition = AssetCheckDefinition

# Where each name is, as type checkers read it above.
_NAMES = {
    "automation.evaluate_once": "AutomationCursor EvaluateAutomationConditionsResult evaluate_automation_conditions",
    "connectors.failure_mail": "make_email_on_run_failure_sensor",
    "definitions.asset_context": "AssetExecutionContext build_asset_context",
    "definitions.asset_decorators": "asset",
    "definitions.asset_inputs": "AssetIn",
    "definitions.assets": "AssetOut AssetsDefinition",
    "definitions.backfill_policy": "BackfillPolicy",
    "definitions.check_builders": (
        "build_column_range_checks build_column_schema_change_checks build_metadata_bounds_checks "
        "build_row_count_change_checks"
    ),
    "definitions.checks": "AssetCheckDefinition asset_check",
    "definitions.code_references": (
        "AnchorBasedFilePathMapping CodeReferencesMetadataValue LocalFileCodeReference UrlCodeReference "
        "link_code_references_to_git with_source_code_references"
    ),
    "definitions.condition_sensors": "AutomationConditionSensorDefinition",
    "definitions.conditions": "AutomationCondition",
    "definitions.config_schema": "Field",
    "definitions.configurable": (
        "Config ConfigurableIOManager ConfigurableResource ConfigurableResourceFactory PermissiveConfig "
        "ResourceDependency"
    ),
    "definitions.contexts": "AssetCheckExecutionContext build_asset_check_context",
    "definitions.custom_conditions": "AutomationContext AutomationResult EntitySubset build_automation_context",
    "definitions.definitions": "Definitions",
    "definitions.deps": "AssetDep",
    "definitions.env_vars": "EnvVar",
    "definitions.event_contexts": (
        "MultiAssetSensorEvaluationContext RunFailureSensorContext RunStatusSensorContext "
        "build_multi_asset_sensor_context build_run_status_sensor_context"
    ),
    "definitions.event_sensor_definitions": (
        "AssetSensorDefinition DagsterRunStatus MultiAssetSensorDefinition RunStatus RunStatusSensorDefinition"
    ),
    "definitions.event_sensors": (
        "asset_sensor check_sensor freshness_sensor multi_asset_sensor run_failure_sensor run_status_sensor"
    ),
    "definitions.events": (
        "AssetCheckEvaluation AssetMaterialization AssetObservation DataProvenance DataVersion DataVersionsByPartition"
    ),
    "definitions.executors": (
        "ExecutorDefinition dask_executor in_process_executor multi_or_in_process_executor multiprocess_executor"
    ),
    "definitions.failures": "Failure RetryRequested",
    "definitions.freshness": "FreshnessPolicy",
    "definitions.freshness_checks": "build_last_update_freshness_checks build_time_partition_freshness_checks",
    "definitions.freshness_sensor": "build_sensor_for_freshness_checks",
    "definitions.hooks": "HookContext HookDefinition build_hook_context failure_hook success_hook",
    "definitions.io_managers": "IOManager InputContext OutputContext build_input_context build_output_context",
    "definitions.jobs": "JobDefinition define_asset_job",
    "definitions.kept_state": "KeptState",
    "definitions.lazy": "LazyDefinitions",
    "definitions.loading": (
        "load_asset_checks_from_current_module load_asset_checks_from_modules "
        "load_asset_checks_from_package_module load_asset_checks_from_package_name "
        "load_assets_from_current_module load_assets_from_modules load_assets_from_package_module "
        "load_assets_from_package_name load_definitions_from_current_module load_definitions_from_module "
        "load_definitions_from_modules load_definitions_from_package_module "
        "load_definitions_from_package_name"
    ),
    "definitions.map_specs": "apply_freshness_policy map_asset_specs",
    "definitions.metadata": (
        "AssetMetadataValue BoolMetadataValue FloatMetadataValue IntMetadataValue JobMetadataValue "
        "JsonMetadataValue MarkdownMetadataValue MetadataValue NotebookMetadataValue NullMetadataValue "
        "PathMetadataValue RunMetadataValue TableColumnLineageMetadataValue TableMetadataValue "
        "TableSchemaMetadataValue TextMetadataValue TimestampMetadataValue UrlMetadataValue"
    ),
    "definitions.multi_assets": "multi_asset",
    "definitions.multi_checks": "multi_asset_check",
    "definitions.observable_assets": "multi_observable_source_asset observable_source_asset",
    "definitions.partitioned_schedules": "build_schedule_from_partitioned_job",
    "definitions.partitions": (
        "AddDynamicPartitionsRequest AllPartitionMapping DailyPartitionsDefinition "
        "DeleteDynamicPartitionsRequest DimensionPartitionMapping DynamicPartitionsDefinition "
        "HourlyPartitionsDefinition IdentityPartitionMapping LastPartitionMapping MonthlyPartitionsDefinition "
        "MultiPartitionKey MultiPartitionMapping MultiPartitionsDefinition "
        "MultiToSingleDimensionPartitionMapping PartitionKeyRange PartitionMapping PartitionsDefinition "
        "SpecificPartitionsPartitionMapping StaticPartitionMapping StaticPartitionsDefinition TimeWindow "
        "TimeWindowPartitionMapping TimeWindowPartitionsDefinition WeeklyPartitionsDefinition "
        "partition_loading_context"
    ),
    "definitions.requests": "RunRequest SensorResult SkipReason",
    "definitions.resources": (
        "InitResourceContext ResourceDefinition ResourceParam Resources build_init_resource_context resource"
    ),
    "definitions.results": "AssetCheckResult AssetCheckSeverity MaterializeResult ObserveResult Output",
    "definitions.retries": "Backoff Jitter RetryPolicy",
    "definitions.run_config": "RunConfig",
    "definitions.schedule_context": "ScheduleEvaluationContext build_schedule_context",
    "definitions.schedules": "DefaultScheduleStatus ScheduleDefinition schedule",
    "definitions.selection": "AssetSelection",
    "definitions.sensor_context": "SensorEvaluationContext build_sensor_context",
    "definitions.sensor_definition": "DefaultSensorStatus SensorDefinition",
    "definitions.sensors": "sensor",
    "definitions.source_assets": "SourceAsset external_assets_from_specs",
    "definitions.specs": "AssetCheckSpec AssetSpec",
    "definitions.tables": (
        "TableColumn TableColumnConstraints TableColumnDep TableColumnLineage TableConstraints TableRecord TableSchema"
    ),
    "errors": (
        "ArchiveError ClientError ConflictError CyclicDependencyError DuplicateDefinitionError "
        "ExternalAssetError HeadwaterError IdempotencyConflictError InvalidConfigError InvalidCursorError "
        "InvalidDefinitionError InvalidInvocationError InvalidMetadataError InvalidParameterError "
        "InvalidTransitionError LocationError MissingInputError NoAnswerError NotAllowedError PipesError "
        "ReportRefusedError ReportRejectedError RequestForbiddenError RunLogsError ScheduleResultError "
        "SchemaVersionError SelectionError SelectionSyntaxError SensorResultError SensorStateError "
        "SettingsError StepOutputError StoreError StoreUnavailableError TooManyRequestsError "
        "UnknownAlertRuleError UnknownAssetError UnknownBackfillError UnknownEventError UnknownJobError "
        "UnknownLocationError UnknownPartitionError UnknownPrincipalError UnknownResourceError "
        "UnknownRunError UnknownScheduleError UnknownSensorError UnknownWebhookError WorkerDiedError "
        "WorkerTimeoutError"
    ),
    "execution.file_io_manager": "FilesystemIOManager InMemoryIOManager",
    "execution.in_process_result": "ExecuteInProcessResult",
    "execution.instance": "DagsterInstance HeadwaterInstance",
    "execution.instance_filters": "AssetRecord DagsterEventType EventRecordsFilter RunsFilter",
    "execution.materialize": "materialize materialize_to_memory observe",
    "execution.path_io_manager": "UPathIOManager",
    "execution.pipes.client": "PipesClient PipesSubprocessClient",
    "execution.pipes.context_injectors": (
        "PipesContextInjector PipesEnvContextInjector PipesFileContextInjector "
        "PipesObjectStorageContextInjector PipesTempFileContextInjector"
    ),
    "execution.pipes.message_readers": (
        "PipesBlobStoreMessageReader PipesFileMessageReader PipesMessageReader "
        "PipesObjectStorageMessageReader PipesStdioMessageReader PipesTempFileMessageReader"
    ),
    "execution.pipes.messages": "PipesMessageHandler",
    "execution.pipes.session": "PipesClientCompletedInvocation PipesSession open_pipes_session",
    "execution.tables.duckdb_file": "DuckDBIOManager",
    "execution.tables.files": "TableFilesIOManager",
    "execution.tables.sql_database": "SQLTableIOManager",
    "keys": "AssetCheckKey AssetKey",
    "location.resources": "build_resources",
}
_MODULES = {name: module for module, names in _NAMES.items() for name in names.split()}
_OTHER_NAMES = {"AssetChecksDefinition": "AssetCheckDefinition", "io_manager": "resource"}

__all__ = [
    "AddDynamicPartitionsRequest",
    "AllPartitionMapping",
    "AnchorBasedFilePathMapping",
    "ArchiveError",
    "AssetCheckDefinition",
    "AssetCheckEvaluation",
    "AssetCheckExecutionContext",
    "AssetCheckKey",
    "AssetCheckResult",
    "AssetCheckSeverity",
    "AssetCheckSpec",
    "AssetChecksDefinition",
    "AssetDep",
    "AssetExecutionContext",
    "AssetIn",
    "AssetKey",
    "AssetMaterialization",
    "AssetMetadataValue",
    "AssetObservation",
    "AssetOut",
    "AssetRecord",
    "AssetSelection",
    "AssetSensorDefinition",
    "AssetSpec",
    "AssetsDefinition",
    "AutomationCondition",
    "AutomationConditionSensorDefinition",
    "AutomationContext",
    "AutomationCursor",
    "AutomationResult",
    "BackfillPolicy",
    "Backoff",
    "BoolMetadataValue",
    "ClientError",
    "CodeReferencesMetadataValue",
    "Config",
    "ConfigurableIOManager",
    "ConfigurableResource",
    "ConfigurableResourceFactory",
    "ConflictError",
    "CyclicDependencyError",
    "DagsterEventType",
    "DagsterInstance",
    "DagsterRunStatus",
    "DailyPartitionsDefinition",
    "DataProvenance",
    "DataVersion",
    "DataVersionsByPartition",
    "DefaultScheduleStatus",
    "DefaultSensorStatus",
    "Definitions",
    "DeleteDynamicPartitionsRequest",
    "DimensionPartitionMapping",
    "DuckDBIOManager",
    "DuplicateDefinitionError",
    "DynamicPartitionsDefinition",
    "EntitySubset",
    "EnvVar",
    "EvaluateAutomationConditionsResult",
    "EventRecordsFilter",
    "ExecuteInProcessResult",
    "ExecutorDefinition",
    "ExternalAssetError",
    "Failure",
    "Field",
    "FilesystemIOManager",
    "FloatMetadataValue",
    "FreshnessPolicy",
    "HeadwaterError",
    "HeadwaterInstance",
    "HookContext",
    "HookDefinition",
    "HourlyPartitionsDefinition",
    "IOManager",
    "IdempotencyConflictError",
    "IdentityPartitionMapping",
    "InMemoryIOManager",
    "InitResourceContext",
    "InputContext",
    "IntMetadataValue",
    "InvalidConfigError",
    "InvalidCursorError",
    "InvalidDefinitionError",
    "InvalidInvocationError",
    "InvalidMetadataError",
    "InvalidParameterError",
    "InvalidTransitionError",
    "Jitter",
    "JobDefinition",
    "JobMetadataValue",
    "JsonMetadataValue",
    "KeptState",
    "LastPartitionMapping",
    "LazyDefinitions",
    "LocalFileCodeReference",
    "LocationError",
    "MarkdownMetadataValue",
    "MaterializeResult",
    "MetadataValue",
    "MissingInputError",
    "MonthlyPartitionsDefinition",
    "MultiAssetSensorDefinition",
    "MultiAssetSensorEvaluationContext",
    "MultiPartitionKey",
    "MultiPartitionMapping",
    "MultiPartitionsDefinition",
    "MultiToSingleDimensionPartitionMapping",
    "NoAnswerError",
    "NotAllowedError",
    "NotebookMetadataValue",
    "NullMetadataValue",
    "ObserveResult",
    "Output",
    "OutputContext",
    "PartitionKeyRange",
    "PartitionMapping",
    "PartitionsDefinition",
    "PathMetadataValue",
    "PermissiveConfig",
    "PipesBlobStoreMessageReader",
    "PipesClient",
    "PipesClientCompletedInvocation",
    "PipesContextInjector",
    "PipesEnvContextInjector",
    "PipesError",
    "PipesFileContextInjector",
    "PipesFileMessageReader",
    "PipesMessageHandler",
    "PipesMessageReader",
    "PipesObjectStorageContextInjector",
    "PipesObjectStorageMessageReader",
    "PipesSession",
    "PipesStdioMessageReader",
    "PipesSubprocessClient",
    "PipesTempFileContextInjector",
    "PipesTempFileMessageReader",
    "ReportRefusedError",
    "ReportRejectedError",
    "RequestForbiddenError",
    "ResourceDefinition",
    "ResourceDependency",
    "ResourceParam",
    "Resources",
    "RetryPolicy",
    "RetryRequested",
    "RunConfig",
    "RunFailureSensorContext",
    "RunLogsError",
    "RunMetadataValue",
    "RunRequest",
    "RunStatus",
    "RunStatusSensorContext",
    "RunStatusSensorDefinition",
    "RunsFilter",
    "SQLTableIOManager",
    "ScheduleDefinition",
    "ScheduleEvaluationContext",
    "ScheduleResultError",
    "SchemaVersionError",
    "SelectionError",
    "SelectionSyntaxError",
    "SensorDefinition",
    "SensorEvaluationContext",
    "SensorResult",
    "SensorResultError",
    "SensorStateError",
    "SettingsError",
    "SkipReason",
    "SourceAsset",
    "SpecificPartitionsPartitionMapping",
    "StaticPartitionMapping",
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
    "TableFilesIOManager",
    "TableMetadataValue",
    "TableRecord",
    "TableSchema",
    "TableSchemaMetadataValue",
    "TextMetadataValue",
    "TimeWindow",
    "TimeWindowPartitionMapping",
    "TimeWindowPartitionsDefinition",
    "TimestampMetadataValue",
    "TooManyRequestsError",
    "UPathIOManager",
    "UnknownAlertRuleError",
    "UnknownAssetError",
    "UnknownBackfillError",
    "UnknownEventError",
    "UnknownJobError",
    "UnknownLocationError",
    "UnknownPartitionError",
    "UnknownPrincipalError",
    "UnknownResourceError",
    "UnknownRunError",
    "UnknownScheduleError",
    "UnknownSensorError",
    "UnknownWebhookError",
    "UrlCodeReference",
    "UrlMetadataValue",
    "WeeklyPartitionsDefinition",
    "WorkerDiedError",
    "WorkerTimeoutError",
    "__version__",
    "apply_freshness_policy",
    "asset",
    "asset_check",
    "asset_sensor",
    "build_asset_check_context",
    "build_asset_context",
    "build_automation_context",
    "build_column_range_checks",
    "build_column_schema_change_checks",
    "build_hook_context",
    "build_init_resource_context",
    "build_input_context",
    "build_last_update_freshness_checks",
    "build_metadata_bounds_checks",
    "build_multi_asset_sensor_context",
    "build_output_context",
    "build_resources",
    "build_row_count_change_checks",
    "build_run_status_sensor_context",
    "build_schedule_context",
    "build_schedule_from_partitioned_job",
    "build_sensor_context",
    "build_sensor_for_freshness_checks",
    "build_time_partition_freshness_checks",
    "check_sensor",
    "dask_executor",
    "define_asset_job",
    "definitions",
    "evaluate_automation_conditions",
    "external_assets_from_specs",
    "failure_hook",
    "freshness_sensor",
    "in_process_executor",
    "io_manager",
    "link_code_references_to_git",
    "load_asset_checks_from_current_module",
    "load_asset_checks_from_modules",
    "load_asset_checks_from_package_module",
    "load_asset_checks_from_package_name",
    "load_assets_from_current_module",
    "load_assets_from_modules",
    "load_assets_from_package_module",
    "load_assets_from_package_name",
    "load_definitions_from_current_module",
    "load_definitions_from_module",
    "load_definitions_from_modules",
    "load_definitions_from_package_module",
    "load_definitions_from_package_name",
    "make_email_on_run_failure_sensor",
    "map_asset_specs",
    "materialize",
    "materialize_to_memory",
    "multi_asset",
    "multi_asset_check",
    "multi_asset_sensor",
    "multi_observable_source_asset",
    "multi_or_in_process_executor",
    "multiprocess_executor",
    "observable_source_asset",
    "observe",
    "open_pipes_session",
    "partition_loading_context",
    "resource",
    "run_failure_sensor",
    "run_status_sensor",
    "schedule",
    "sensor",
    "success_hook",
    "with_source_code_references",
]


def __getattr__(name: str) -> Any:
    """Import a name when somebody first asks for it; `__version__` alone takes longer than all the rest."""
    if name == "__version__":
        from importlib.metadata import version

        return version(__name__)
    known = _OTHER_NAMES.get(name, name)
    if known not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_MODULES[known]}"), known)
    return value


def __dir__() -> list[str]:
    """The public names, whether they are imported yet or not."""
    return sorted({*globals(), *__all__})
