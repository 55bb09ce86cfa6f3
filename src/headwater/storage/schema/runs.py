"""Runs, backfills, and who carries them out."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text

from headwater.storage.schema.conventions import metadata

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

pool_places = Table(
    "pool_places",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("step", Text, primary_key=True),
    Column("pool", Text, primary_key=True),
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
