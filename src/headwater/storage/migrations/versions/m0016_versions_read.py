"""The versions of code and inputs that the newest version of an asset or partition was made from."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("latest", sa.Column("basis", sa.Text()))
