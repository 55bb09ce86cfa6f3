"""Runs that make several partitions in one go."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("runs", sa.Column("partitions", sa.Text(), nullable=False, server_default="[]"))
