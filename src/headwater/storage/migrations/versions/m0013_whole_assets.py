"""Find the state of whole assets among that of their partitions."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the index."""
    is_whole = sa.text("partition = ''")
    op.create_index(
        "ix_latest_whole", "latest", ["asset_key", "kind"], sqlite_where=is_whole, postgresql_where=is_whole
    )
