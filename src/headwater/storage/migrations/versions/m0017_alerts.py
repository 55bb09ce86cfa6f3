"""Incidents that alert rules opened, and the messages that were sent of them."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables; the rules themselves are among the settings."""
    serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "alert_incidents",
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("resolved_at", sa.BigInteger()),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_alert_incidents")),
    )
    op.create_index("ix_alert_incidents_time", "alert_incidents", ["opened_at"])
    op.create_index("ix_alert_incidents_resolved", "alert_incidents", ["resolved_at"])
    op.create_table(
        "alert_deliveries",
        sa.Column("number", serial, nullable=False),
        sa.Column("delivery_id", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_alert_deliveries")),
        sa.UniqueConstraint("delivery_id", name=op.f("uq_alert_deliveries_delivery_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_alert_deliveries_status", "alert_deliveries", ["status", "number"])
