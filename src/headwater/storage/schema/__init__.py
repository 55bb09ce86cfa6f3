"""The tables, once, for SQLite and PostgreSQL: a module a subject, here all of them together.

Times are microseconds since the epoch. Asset keys are in their escaped text form. In the tables of latest state, the
partition '' stands for the asset as a whole.
"""

from __future__ import annotations

from headwater.storage.schema.access import audit, audit_head, people, sessions, tokens
from headwater.storage.schema.automation import (
    automated_assets,
    automation_conditions,
    automation_evaluations,
    automation_memory,
    automation_state,
    dry_runs,
    freshness_states,
    sensor_assets,
    sensor_state,
    sensor_values,
    ticks,
)
from headwater.storage.schema.catalog import dynamic_partitions, lineage_edges, locations, snapshots
from headwater.storage.schema.conventions import WHOLE, metadata
from headwater.storage.schema.folds import (
    FOLDS,
    check_latest,
    definition_history,
    dropped_counts,
    dropped_days,
    event_days,
    is_whole,
    latest,
    partition_pages,
    partition_slots,
    series_days,
    version_inputs,
)
from headwater.storage.schema.log import REPORTED_KINDS, asset_aliases, events, log_head, report_keys, withdrawn
from headwater.storage.schema.operation import alert_deliveries, alert_incidents, held_reports, settings
from headwater.storage.schema.runs import (
    backfill_runs,
    backfill_targets,
    backfills,
    leases,
    pool_places,
    run_assets,
    run_keys,
    runs,
)

__all__ = [
    "FOLDS",
    "REPORTED_KINDS",
    "WHOLE",
    "alert_deliveries",
    "alert_incidents",
    "asset_aliases",
    "audit",
    "audit_head",
    "automated_assets",
    "automation_conditions",
    "automation_evaluations",
    "automation_memory",
    "automation_state",
    "backfill_runs",
    "backfill_targets",
    "backfills",
    "check_latest",
    "definition_history",
    "dropped_counts",
    "dropped_days",
    "dry_runs",
    "dynamic_partitions",
    "event_days",
    "events",
    "freshness_states",
    "held_reports",
    "is_whole",
    "latest",
    "leases",
    "lineage_edges",
    "locations",
    "log_head",
    "metadata",
    "partition_pages",
    "partition_slots",
    "people",
    "pool_places",
    "report_keys",
    "run_assets",
    "run_keys",
    "runs",
    "sensor_assets",
    "sensor_state",
    "sensor_values",
    "series_days",
    "sessions",
    "settings",
    "snapshots",
    "ticks",
    "tokens",
    "version_inputs",
    "withdrawn",
]
