"""What all tables have in common."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, MetaData

WHOLE = ""
"""The partition under which the state of a whole asset or check is kept."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

SERIAL_KEY = BigInteger().with_variant(Integer(), "sqlite")
"""It must be plain INTEGER on SQLite to be its row id."""
