"""The tables, once, for SQLite and PostgreSQL.

Times are microseconds since the epoch. Asset keys are in their escaped text form. In the tables of latest state, the
partition '' stands for the asset as a whole.

Folds, which `rebuild` derives from the log: `latest`, `check_latest`, `event_days`, `partition_slots` with
`partition_pages`, `version_inputs`, `definition_history`. What retention drops from the log leaves its part in them in
`dropped_counts` and `dropped_days`, and its numbers in `series_days`. A `day` counts days since the epoch, in UTC.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    literal_column,
)

WHOLE = ""
"""The partition under which the state of a whole asset or check is kept."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

# A serial key must be plain INTEGER on SQLite to be its row id.
_SerialKey = BigInteger().with_variant(Integer(), "sqlite")

log_head = Table(
    "log_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("seq", _SerialKey, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("asset_key", Text),
    Column("partition", Text),
    Column("run_id", Text),
    Column("timestamp", BigInteger, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("data_version", Text),
    Column("payload", Text, nullable=False),
)
Index(
    "ix_events_asset",
    events.c.asset_key,
    events.c.kind,
    events.c.timestamp,
    events.c.seq,
    sqlite_where=events.c.asset_key.is_not(None),
    postgresql_where=events.c.asset_key.is_not(None),
)
Index(
    "ix_events_run",
    events.c.run_id,
    events.c.seq,
    sqlite_where=events.c.run_id.is_not(None),
    postgresql_where=events.c.run_id.is_not(None),
)

Index(
    "ix_events_partition",
    events.c.asset_key,
    events.c.partition,
    events.c.timestamp,
    events.c.seq,
    sqlite_where=events.c.partition.is_not(None),
    postgresql_where=events.c.partition.is_not(None),
)
REPORTED_KINDS = ("materialization", "observation", "check_evaluation")
"""What most events are; an index finds the others by kind."""
_is_rare = events.c.kind.not_in([literal_column(f"'{kind}'") for kind in REPORTED_KINDS])
Index("ix_events_rare", events.c.kind, events.c.seq, sqlite_where=_is_rare, postgresql_where=_is_rare)

latest = Table(
    "latest",
    metadata,
    Column("asset_key", Text, nullable=False),
    Column("partition", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("timestamp", BigInteger, nullable=False),
    Column("run_id", Text),
    Column("data_version", Text),
    Column("event_partition", Text),
    Column("read_seq", BigInteger),
    Column("news_seq", BigInteger),
    Column("count", BigInteger, nullable=False),
    Column("basis", Text),
    PrimaryKeyConstraint("asset_key", "partition", "kind"),
)

is_whole = latest.c.partition == literal_column("''")
"""That a state is of a whole asset: in the words of the index, so that a database sees that it may use it."""
Index("ix_latest_whole", latest.c.asset_key, latest.c.kind, sqlite_where=is_whole, postgresql_where=is_whole)

check_latest = Table(
    "check_latest",
    metadata,
    Column("asset_key", Text, nullable=False),
    Column("check_name", Text, nullable=False),
    Column("partition", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("timestamp", BigInteger, nullable=False),
    Column("passed", Boolean, nullable=False),
    Column("severity", Text, nullable=False),
    PrimaryKeyConstraint("asset_key", "check_name", "partition"),
)

event_days = Table(
    "event_days",
    metadata,
    Column("asset_key", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("day", Integer, nullable=False),
    Column("count", BigInteger, nullable=False),
    PrimaryKeyConstraint("asset_key", "kind", "day"),
    sqlite_with_rowid=False,
)

partition_slots = Table(
    "partition_slots",
    metadata,
    Column("asset_key", Text, nullable=False),
    Column("partition", Text, nullable=False),
    Column("slot", Integer, nullable=False),
    PrimaryKeyConstraint("asset_key", "partition"),
    sqlite_with_rowid=False,
)

partition_pages = Table(
    "partition_pages",
    metadata,
    Column("asset_key", Text, nullable=False),
    Column("page", Integer, nullable=False),
    Column("keys", Text, nullable=False),
    Column("states", Text, nullable=False),
    PrimaryKeyConstraint("asset_key", "page"),
)

version_inputs = Table(
    "version_inputs",
    metadata,
    Column("upstream_seq", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    PrimaryKeyConstraint("upstream_seq", "seq"),
    sqlite_with_rowid=False,
)
Index("ix_version_inputs_seq", version_inputs.c.seq)

definition_history = Table(
    "definition_history",
    metadata,
    Column("location", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("snapshot", Text, nullable=False),
    PrimaryKeyConstraint("location", "seq"),
)

dropped_counts = Table(
    "dropped_counts",
    metadata,
    Column("asset_key", Text, nullable=False),
    Column("partition", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("news_seq", BigInteger),
    PrimaryKeyConstraint("asset_key", "partition", "kind"),
    sqlite_with_rowid=False,
)

dropped_days = Table(
    "dropped_days",
    metadata,
    Column("asset_key", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("day", Integer, nullable=False),
    Column("count", BigInteger, nullable=False),
    PrimaryKeyConstraint("asset_key", "kind", "day"),
    sqlite_with_rowid=False,
)

series_days = Table(
    "series_days",
    metadata,
    Column("asset_key", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("day", Integer, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("total", Double, nullable=False),
    Column("smallest", Double, nullable=False),
    Column("largest", Double, nullable=False),
    PrimaryKeyConstraint("asset_key", "name", "day"),
    sqlite_with_rowid=False,
)

FOLDS = (
    latest,
    check_latest,
    event_days,
    partition_slots,
    partition_pages,
    version_inputs,
    definition_history,
)
"""What can be derived from the other tables."""

report_keys = Table(
    "report_keys",
    metadata,
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=False),
)
Index("ix_report_keys_used_at", report_keys.c.used_at)

withdrawn = Table(
    "withdrawn",
    metadata,
    Column("seq", _SerialKey, primary_key=True, autoincrement=False),
    Column("by_seq", BigInteger, nullable=False),
)

asset_aliases = Table(
    "asset_aliases",
    metadata,
    Column("alias", Text, primary_key=True),
    Column("asset_key", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("location", Text, nullable=False),
    Column("assets", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("partition", Text),
    Column("tags", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("started_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("error", Text),
    Column("attempt", Integer, nullable=False),
    Column("owner", Text),
    Column("lease_until", BigInteger),
    Column("cancel_requested", Boolean, nullable=False),
    Column("run_config", Text, nullable=False, server_default="{}"),
    Column("job_name", Text),
    Column("priority", Integer, nullable=False, server_default="0"),
    Column("joined", Text, nullable=False, server_default="[]"),
    Column("partitions", Text, nullable=False, server_default="[]"),
    Column("checks", Text, nullable=False, server_default="[]"),
)
Index("ix_runs_status", runs.c.status, runs.c.created_at)
Index("ix_runs_queue", runs.c.status, runs.c.location, runs.c.priority, runs.c.created_at)
Index("ix_runs_created_at", runs.c.created_at, runs.c.run_id)

run_assets = Table(
    "run_assets",
    metadata,
    Column("asset_key", Text, nullable=False),
    Column("run_id", Text, nullable=False),
    PrimaryKeyConstraint("asset_key", "run_id"),
)

run_keys = Table(
    "run_keys",
    metadata,
    Column("scope", Text, nullable=False),
    Column("run_key", Text, nullable=False),
    Column("run_id", Text, nullable=False),
    Column("used_at", BigInteger, nullable=False, server_default="0"),
    PrimaryKeyConstraint("scope", "run_key"),
)
Index("ix_run_keys_used", run_keys.c.used_at)

backfills = Table(
    "backfills",
    metadata,
    Column("backfill_id", Text, primary_key=True),
    Column("status", Text, nullable=False),
    Column("assets", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("policy", Text, nullable=False),
    Column("max_runs", Integer, nullable=False),
    Column("tags", Text, nullable=False),
    Column("run_config", Text, nullable=False),
    Column("started_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("counts", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
)
Index("ix_backfills_status", backfills.c.status, backfills.c.created_at)
Index("ix_backfills_created_at", backfills.c.created_at, backfills.c.backfill_id)

backfill_targets = Table(
    "backfill_targets",
    metadata,
    Column("asset_key", Text, nullable=False),
    Column("backfill_id", Text, nullable=False),
    Column("partitions", LargeBinary, nullable=False),
    PrimaryKeyConstraint("asset_key", "backfill_id"),
)
Index("ix_backfill_targets_backfill_id", backfill_targets.c.backfill_id)

backfill_runs = Table(
    "backfill_runs",
    metadata,
    Column("backfill_id", Text, nullable=False),
    Column("run_id", Text, nullable=False),
    Column("settled", Boolean, nullable=False),
    Column("retried", Boolean, nullable=False),
    Column("made", Text, nullable=False),
    Column("failed", Text, nullable=False),
    PrimaryKeyConstraint("backfill_id", "run_id"),
)

sensor_state = Table(
    "sensor_state",
    metadata,
    Column("sensor", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("cursor", Text),
    Column("running", Boolean),
    Column("started_at", BigInteger),
    Column("last_tick_at", BigInteger),
    Column("last_run_key", Text),
    Column("tick_requested", Boolean, nullable=False),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("retry_at", BigInteger),
    Column("scheduled_at", BigInteger),
)

sensor_values = Table(
    "sensor_values",
    metadata,
    Column("sensor", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("value", Text, nullable=False),
    PrimaryKeyConstraint("sensor", "key"),
)

dry_runs = Table(
    "dry_runs",
    metadata,
    Column("dry_run_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("requested_at", BigInteger, nullable=False),
    Column("wanted", Text, nullable=False),
    Column("result", Text),
)

dynamic_partitions = Table(
    "dynamic_partitions",
    metadata,
    Column("name", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("added_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("name", "key"),
)

ticks = Table(
    "ticks",
    metadata,
    Column("tick_id", _SerialKey, primary_key=True),
    Column("sensor", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger, nullable=False),
    Column("detail", Text, nullable=False),
    sqlite_autoincrement=True,
)
Index("ix_ticks_sensor", ticks.c.sensor, ticks.c.tick_id)
Index("ix_ticks_status", ticks.c.status, ticks.c.ended_at)

sensor_assets = Table(
    "sensor_assets",
    metadata,
    Column("sensor", Text, nullable=False),
    Column("asset_key", Text, nullable=False),
    PrimaryKeyConstraint("sensor", "asset_key"),
)
Index("ix_sensor_assets_asset_key", sensor_assets.c.asset_key)

lineage_edges = Table(
    "lineage_edges",
    metadata,
    Column("upstream", Text, nullable=False),
    Column("downstream", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    PrimaryKeyConstraint("upstream", "downstream"),
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

locations = Table(
    "locations",
    metadata,
    Column("name", Text, primary_key=True),
    Column("status", Text, nullable=False),
    Column("error", Text),
    Column("snapshot", Text),
    Column("loaded_at", BigInteger),
)

automation_state = Table(
    "automation_state",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("moment", BigInteger, nullable=False, server_default="0"),
)

automated_assets = Table(
    "automated_assets",
    metadata,
    Column("asset_key", Text, primary_key=True),
    Column("condition", Text, nullable=False),
    Column("code_version", Text),
)

automation_memory = Table(
    "automation_memory",
    metadata,
    Column("asset_key", Text, nullable=False),
    Column("check_name", Text, nullable=False),
    Column("node", Text, nullable=False),
    Column("value", LargeBinary, nullable=False),
    PrimaryKeyConstraint("asset_key", "check_name", "node"),
)

automation_evaluations = Table(
    "automation_evaluations",
    metadata,
    Column("evaluation_id", _SerialKey, primary_key=True),
    Column("asset_key", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("moment", BigInteger, nullable=False),
    Column("condition", Text, nullable=False),
    Column("tree", LargeBinary, nullable=False),
    Column("requested", Text, nullable=False),
    Column("run_ids", Text, nullable=False),
    sqlite_autoincrement=True,
)
Index("ix_automation_evaluations_asset", automation_evaluations.c.asset_key, automation_evaluations.c.evaluation_id)
Index("ix_automation_evaluations_moment", automation_evaluations.c.moment)

automation_conditions = Table(
    "automation_conditions",
    metadata,
    Column("name", Text, primary_key=True),
    Column("body", Text, nullable=False),
)

freshness_states = Table(
    "freshness_states",
    metadata,
    Column("asset_key", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("token_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("hash", Text, nullable=False, unique=True),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    Column("scopes", Text, nullable=False, server_default="admin"),
    Column("selection", Text),
    Column("created_by", Text),
    Column("expires_at", BigInteger),
    Column("rate_limit", Integer),
    Column("last_used_at", BigInteger),
)

people = Table(
    "people",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("issuer", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("email", Text),
    Column("name", Text),
    Column("role", Text, nullable=False),
    Column("given_role", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("disabled_at", BigInteger),
)
Index("ix_people_subject", people.c.issuer, people.c.subject, unique=True)

sessions = Table(
    "sessions",
    metadata,
    Column("session_id", Text, primary_key=True),
    Column("hash", Text, nullable=False, unique=True),
    Column("person_id", Text),
    Column("token_id", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)

pool_places = Table(
    "pool_places",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("step", Text, primary_key=True),
    Column("pool", Text, primary_key=True),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", _SerialKey, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("hash", Text, nullable=False),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
)

held_reports = Table(
    "held_reports",
    metadata,
    Column("held_id", _SerialKey, primary_key=True),
    Column("received_at", BigInteger, nullable=False),
    Column("asset_key", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("report_key", Text),
    Column("state", Text, nullable=False),
    Column("decided_at", BigInteger),
    Column("decided_by", Text),
    Column("seq", BigInteger),
    sqlite_autoincrement=True,
)
Index("ix_held_reports_state", held_reports.c.state, held_reports.c.held_id)

settings = Table(
    "settings",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("beat", BigInteger, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("renewed_at", BigInteger, nullable=False),
    Column("locations", Text, nullable=False),
)

alert_incidents = Table(
    "alert_incidents",
    metadata,
    Column("incident_id", Text, primary_key=True),
    Column("rule", Text, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("resolved_at", BigInteger),
    Column("detail", Text, nullable=False),
)
Index("ix_alert_incidents_time", alert_incidents.c.opened_at)
Index("ix_alert_incidents_resolved", alert_incidents.c.resolved_at)

alert_deliveries = Table(
    "alert_deliveries",
    metadata,
    Column("number", _SerialKey, primary_key=True),
    Column("delivery_id", Text, nullable=False, unique=True),
    Column("rule", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("detail", Text, nullable=False),
    sqlite_autoincrement=True,
)
Index("ix_alert_deliveries_status", alert_deliveries.c.status, alert_deliveries.c.number)
