"""What sensors and schedules keep between ticks: failures, values of their own, dynamic partitions, dry runs."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables and columns."""
    op.add_column("sensor_state", sa.Column("failures", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("sensor_state", sa.Column("retry_at", sa.BigInteger()))
    op.add_column("sensor_state", sa.Column("scheduled_at", sa.BigInteger()))
    op.create_index("ix_ticks_status", "ticks", ["status", "ended_at"])
    op.create_table(
        "sensor_values",
        sa.Column("sensor", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sensor", "key", name=op.f("pk_sensor_values")),
    )
    op.create_table(
        "dry_runs",
        sa.Column("dry_run_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.BigInteger(), nullable=False),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("result", sa.Text()),
        sa.PrimaryKeyConstraint("dry_run_id", name=op.f("pk_dry_runs")),
    )
    op.create_table(
        "dynamic_partitions",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", "key", name=op.f("pk_dynamic_partitions")),
    )
