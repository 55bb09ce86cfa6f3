"""Priorities of runs, and the requests that joined them."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and their index."""
    op.add_column("runs", sa.Column("priority", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("runs", sa.Column("joined", sa.Text(), nullable=False, server_default="[]"))
    op.create_index("ix_runs_queue", "runs", ["status", "location", "priority", "created_at"])
