"""What conditions remember, evaluations that mattered, and how assets stand with their freshness policies."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables. Conditions begin anew: what they remember now was not kept before."""
    op.add_column("automation_state", sa.Column("moment", sa.BigInteger(), nullable=False, server_default="0"))
    op.drop_table("automated_assets")
    op.create_table(
        "automated_assets",
        sa.Column("asset_key", sa.Text(), nullable=False),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("code_version", sa.Text()),
        sa.PrimaryKeyConstraint("asset_key", name=op.f("pk_automated_assets")),
    )
    op.create_table(
        "automation_memory",
        sa.Column("asset_key", sa.Text(), nullable=False),
        sa.Column("check_name", sa.Text(), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("asset_key", "check_name", "node", name=op.f("pk_automation_memory")),
    )
    op.create_table(
        "automation_evaluations",
        sa.Column(
            "evaluation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, primary_key=True
        ),
        sa.Column("asset_key", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("moment", sa.BigInteger(), nullable=False),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("tree", sa.LargeBinary(), nullable=False),
        sa.Column("requested", sa.Text(), nullable=False),
        sa.Column("run_ids", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("evaluation_id", name=op.f("pk_automation_evaluations")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_automation_evaluations_asset", "automation_evaluations", ["asset_key", "evaluation_id"])
    op.create_index("ix_automation_evaluations_moment", "automation_evaluations", ["moment"])
    op.create_table(
        "automation_conditions",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_automation_conditions")),
    )
    op.create_table(
        "freshness_states",
        sa.Column("asset_key", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("asset_key", name=op.f("pk_freshness_states")),
    )
