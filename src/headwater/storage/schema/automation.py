"""Sensors, schedules, conditions and freshness: how far each has come, and what came of it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text

from headwater.storage.schema.conventions import SERIAL_KEY, metadata

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

ticks = Table(
    "ticks",
    metadata,
    Column("tick_id", SERIAL_KEY, primary_key=True),
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
    Column("evaluation_id", SERIAL_KEY, primary_key=True),
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
