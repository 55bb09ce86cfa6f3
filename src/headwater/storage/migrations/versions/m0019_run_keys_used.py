"""When each run key was used last, so that those that nobody uses can be forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what is there was used just now, as far as anybody knows."""
    op.add_column("run_keys", sa.Column("used_at", sa.BigInteger(), nullable=False, server_default="0"))
    microseconds = 1_000_000
    seconds = (
        sa.cast(sa.func.strftime("%s", "now"), sa.BigInteger())
        if op.get_bind().dialect.name == "sqlite"
        else sa.cast(sa.extract("epoch", sa.func.now()), sa.BigInteger())
    )
    op.execute(sa.update(sa.table("run_keys", sa.column("used_at"))).values(used_at=seconds * microseconds))
    op.create_index("ix_run_keys_used", "run_keys", ["used_at"])
