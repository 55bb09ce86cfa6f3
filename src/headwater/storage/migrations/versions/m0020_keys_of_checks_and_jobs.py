"""What conditions remember of checks and jobs goes by keys that no asset can have."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_TABLES = ("automated_assets", "automation_memory", "automation_evaluations")


def upgrade() -> None:
    """Give what is kept of them their new keys; the former ones had a line break in them, or began with two."""
    connection = op.get_bind()
    for name in _TABLES:
        table = sa.table(name, sa.column("asset_key"))
        former = sa.select(table.c.asset_key).where(table.c.asset_key.contains("\n")).distinct()
        for key in list(connection.execute(former).scalars()):
            connection.execute(sa.update(table).where(table.c.asset_key == key).values(asset_key=_present(key)))


def _present(former: str) -> str:
    if former.startswith("\n\n"):
        return f"\\={former[2:]}"
    asset_key, _, check = former.partition("\n")
    return f"\\:{len(check)}:{check}{asset_key}"
