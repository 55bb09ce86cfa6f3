"""Counts by day, packed partition states, which version read which, definition history, and what retention dropped."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables and indexes; the folds are derived from the log once the schema is current."""
    for name in ("event_days", "dropped_days"):
        op.create_table(
            name,
            sa.Column("asset_key", sa.Text(), nullable=False),
            sa.Column("kind", sa.Text(), nullable=False),
            sa.Column("day", sa.Integer(), nullable=False),
            sa.Column("count", sa.BigInteger(), nullable=False),
            sa.PrimaryKeyConstraint("asset_key", "kind", "day", name=op.f(f"pk_{name}")),
            sqlite_with_rowid=False,
        )
    op.create_table(
        "partition_slots",
        sa.Column("asset_key", sa.Text(), nullable=False),
        sa.Column("partition", sa.Text(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("asset_key", "partition", name=op.f("pk_partition_slots")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "partition_pages",
        sa.Column("asset_key", sa.Text(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("keys", sa.Text(), nullable=False),
        sa.Column("states", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("asset_key", "page", name=op.f("pk_partition_pages")),
    )
    op.create_table(
        "version_inputs",
        sa.Column("upstream_seq", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("upstream_seq", "seq", name=op.f("pk_version_inputs")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_version_inputs_seq", "version_inputs", ["seq"])
    op.create_table(
        "definition_history",
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("location", "seq", name=op.f("pk_definition_history")),
    )
    op.create_table(
        "dropped_counts",
        sa.Column("asset_key", sa.Text(), nullable=False),
        sa.Column("partition", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("news_seq", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("asset_key", "partition", "kind", name=op.f("pk_dropped_counts")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "series_days",
        sa.Column("asset_key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.Double(), nullable=False),
        sa.Column("smallest", sa.Double(), nullable=False),
        sa.Column("largest", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("asset_key", "name", "day", name=op.f("pk_series_days")),
        sqlite_with_rowid=False,
    )
    has_partition = sa.text("partition IS NOT NULL")
    op.create_index(
        "ix_events_partition",
        "events",
        ["asset_key", "partition", "timestamp", "seq"],
        sqlite_where=has_partition,
        postgresql_where=has_partition,
    )
    is_rare = sa.text("kind NOT IN ('materialization', 'observation', 'check_evaluation')")
    op.create_index("ix_events_rare", "events", ["kind", "seq"], sqlite_where=is_rare, postgresql_where=is_rare)
