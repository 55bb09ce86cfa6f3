"""Settings of a deployment: names and texts."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from headwater.storage.log.transaction import insert_for
from headwater.storage.schema import settings


def read(connection: Connection, name: str) -> str | None:
    """A setting, None where it was never made."""
    value: str | None = connection.execute(sa.select(settings.c.value).where(settings.c.name == name)).scalar()
    return value


def save(connection: Connection, name: str, value: str) -> None:
    """Make a setting, in place of what it was."""
    row = {"name": name, "value": value}
    statement = insert_for(connection, settings).values(row)
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=row))
