"""Bring a database to the schema of this release, or say what to do about one that has another."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from headwater.errors import SchemaVersionError
from headwater.storage import migrations
from headwater.storage.log import folds
from headwater.storage.migrations import HEAD
from headwater.storage.schema import audit_head, log_head, metadata

_LOCK = 0x68656164
_MIGRATIONS = Path(f"{migrations.__file__}").parent
_versions = sa.Table(
    "alembic_version",
    sa.MetaData(),
    sa.Column("version_num", sa.String(32), nullable=False),
    sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


def current_revision(connection: Connection) -> str | None:
    """The revision that a database has, None for an empty one."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(sa.select(_versions.c.version_num)).scalar()
    return revision


def prepare(engine: Engine) -> None:
    """Make a database ready for a start: an empty one gets its schema, an older one on SQLite the present one.

    Raises:
        SchemaVersionError: it is older on PostgreSQL, where other processes may work with it; or a newer release
            wrote it.
    """
    with engine.begin() as connection:
        revision = current_revision(connection)
        if revision is None or revision == HEAD or engine.dialect.name == "sqlite":
            _upgrade(connection)
        elif _is_known(revision):
            raise SchemaVersionError(
                f"The database has the schema {revision}, and this release needs {HEAD}. Stop every Headwater that "
                "works with it, run `headwater db upgrade`, and start again."
            )
        else:
            raise _newer(revision)


def upgrade(engine: Engine) -> tuple[str | None, str]:
    """Carry out the revisions that a database lacks, and derive the folds again, in one transaction.

    Returns:
        The revision that it had, and the one that it has.

    Raises:
        SchemaVersionError: a newer release wrote the database.
    """
    with engine.begin() as connection:
        return _upgrade(connection), HEAD


def _upgrade(connection: Connection) -> str | None:
    if current_revision(connection) == HEAD:
        return HEAD
    if connection.dialect.name == "postgresql":
        # Of several processes that start on an empty database, one makes its tables.
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    revision = current_revision(connection)
    if revision == HEAD:
        return HEAD
    if revision is not None and not _is_known(revision):
        raise _newer(revision)
    if revision is None:
        _create(connection)
    else:
        _run_alembic(connection)
        folds.rebuild(connection)
    return revision


def _create(connection: Connection) -> None:
    """Make the tables of an empty database as all revisions together would, and note that it has them."""
    metadata.create_all(connection)
    connection.execute(sa.insert(log_head).values(id=1, seq=0))
    connection.execute(sa.insert(audit_head).values(id=1, seq=0, hash=""))
    _versions.create(connection)
    connection.execute(sa.insert(_versions).values(version_num=HEAD))


def _is_known(revision: str) -> bool:
    return any(path.name.startswith(f"m{revision}_") for path in (_MIGRATIONS / "versions").iterdir())


def _newer(revision: str) -> SchemaVersionError:
    return SchemaVersionError(
        f"The database has the schema {revision}, which is newer than the {HEAD} of this release. "
        "Start it with the release that wrote it, or a newer one."
    )


def _run_alembic(connection: Connection) -> None:
    # Alembic takes longer to import than everything else that a start does, and is seldom needed.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
