"""What people set, hold back and are told."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Table, Text

from headwater.storage.schema.conventions import SERIAL_KEY, metadata

held_reports = Table(
    "held_reports",
    metadata,
    Column("held_id", SERIAL_KEY, primary_key=True),
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
    Column("number", SERIAL_KEY, primary_key=True),
    Column("delivery_id", Text, nullable=False, unique=True),
    Column("rule", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("detail", Text, nullable=False),
    sqlite_autoincrement=True,
)
Index("ix_alert_deliveries_status", alert_deliveries.c.status, alert_deliveries.c.number)
