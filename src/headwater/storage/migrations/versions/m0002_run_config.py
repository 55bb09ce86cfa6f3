"""What a run was configured with, and the job that it belongs to."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Runs that are there have no config and no job."""
    with op.batch_alter_table("runs") as runs:
        runs.add_column(sa.Column("run_config", sa.Text(), nullable=False, server_default="{}"))
        runs.add_column(sa.Column("job_name", sa.Text(), nullable=True))
