"""Backfills, what they are to make, and their runs."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "backfills",
        sa.Column("backfill_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("assets", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("max_runs", sa.Integer(), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("run_config", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger()),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("backfill_id", name=op.f("pk_backfills")),
    )
    op.create_index("ix_backfills_status", "backfills", ["status", "created_at"])
    op.create_index("ix_backfills_created_at", "backfills", ["created_at", "backfill_id"])
    op.create_table(
        "backfill_targets",
        sa.Column("asset_key", sa.Text(), nullable=False),
        sa.Column("backfill_id", sa.Text(), nullable=False),
        sa.Column("partitions", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("asset_key", "backfill_id", name=op.f("pk_backfill_targets")),
    )
    op.create_index("ix_backfill_targets_backfill_id", "backfill_targets", ["backfill_id"])
    op.create_table(
        "backfill_runs",
        sa.Column("backfill_id", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("retried", sa.Boolean(), nullable=False),
        sa.Column("made", sa.Text(), nullable=False),
        sa.Column("failed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("backfill_id", "run_id", name=op.f("pk_backfill_runs")),
    )
