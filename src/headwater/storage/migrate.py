"""Bring a database to the schema of this release, and say what to do about one that is newer."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from headwater.errors import SchemaVersionError
from headwater.storage.migrations import HEAD

_MIGRATIONS = Path(__file__).parent / "migrations"
_VERSION = sa.table("alembic_version", sa.column("version_num", sa.Text))


def current_revision(connection: Connection) -> str | None:
    """The revision that a database has, None for an empty one."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(sa.select(_VERSION.c.version_num)).scalar()
    return revision


def upgrade(engine: Engine) -> bool:
    """Carry out the revisions that a database lacks, in one transaction.

    Returns:
        Whether there were any.

    Raises:
        SchemaVersionError: a newer release wrote the database.
    """
    with engine.begin() as connection:
        revision = current_revision(connection)
        if revision == HEAD:
            return False
        _run_alembic(connection, revision)
        return True


def _run_alembic(connection: Connection, revision: str | None) -> None:
    # Alembic takes longer to import than everything else that a start does, and is seldom needed.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    try:
        ScriptDirectory.from_config(config).get_revision(revision or HEAD)
    except CommandError as error:
        raise SchemaVersionError(
            f"The database has the schema {revision}, which is newer than the {HEAD} of this release. "
            "Start it with the release that wrote it, or a newer one."
        ) from error
    command.upgrade(config, "head")
