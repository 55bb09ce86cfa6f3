"""Migrations on every database: they make the present schema, keep what was there, and say what they will not do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from builders import made

from headwater.automation.conditions.checks import check_node_key
from headwater.automation.conditions.jobs import job_node_key
from headwater.errors import SchemaVersionError
from headwater.records.log.events import Event, EventKind, NewEvent
from headwater.storage import migrations
from headwater.storage.database.engine import open_engine
from headwater.storage.log import folds, states
from headwater.storage.log.transaction import event_row
from headwater.storage.log.writer import Unit
from headwater.storage.schema import metadata
from headwater.storage.store import Store
from headwater.storage.upkeep import migrate

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


def upgrade_to(connection: sa.Connection, revision: str) -> None:
    """Carry out the migrations up to one."""
    config = Config()
    config.set_main_option("script_location", str(next(iter(migrations.__path__))))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def set_revision(engine: sa.Engine, revision: str) -> None:
    """Pretend that a database has another schema."""
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


def test_all_migrations_make_the_present_schema(database_url: Any) -> None:
    """A database that went through every migration has the tables and columns that the code reads and writes."""
    engine = open_engine(database_url).execution_options(headwater_write=True)

    with engine.begin() as connection:
        upgrade_to(connection, "head")
        differences = compare_metadata(MigrationContext.configure(connection), metadata)

    engine.dispose()
    assert [] == differences


def test_a_new_database_is_as_if_all_migrations_had_been_carried_out(database_url: Any) -> None:
    """A start on an empty database makes its tables at once: the same, with the same first rows."""
    engine = open_engine(database_url).execution_options(headwater_write=True)
    with engine.begin() as connection:
        upgrade_to(connection, "head")
        expected = _described(connection)
        metadata.drop_all(connection)
        connection.execute(sa.text("DROP TABLE alembic_version"))

    migrate.prepare(engine)

    with engine.connect() as connection:
        actual = _described(connection)
    engine.dispose()
    assert expected == actual


def _described(connection: sa.Connection) -> dict[str, Any]:
    """Columns, keys, indexes, options and rows of every table."""
    inspector = sa.inspect(connection)
    return {
        table: {
            "columns": [
                (each["name"], str(each["type"]), each["nullable"], each["default"])
                for each in sorted(inspector.get_columns(table), key=lambda column: column["name"])
            ],
            "key": inspector.get_pk_constraint(table),
            "indexes": sorted(
                (str(each["name"]), each["column_names"], each["unique"], *_plain(each["dialect_options"].values()))
                for each in inspector.get_indexes(table)
            ),
            "unique": sorted(inspector.get_unique_constraints(table), key=str),
            "foreign": sorted(inspector.get_foreign_keys(table), key=str),
            "options": {
                name: value
                for name, value in inspector.get_table_options(table).items()
                if name.startswith("postgresql_with")
            },
            "rows": [tuple(row) for row in connection.execute(sa.text(f'SELECT * FROM "{table}"'))],
        }
        for table in inspector.get_table_names()
    }


def test_an_older_log_keeps_its_events_and_gets_the_new_folds(database_url: Any) -> None:
    """What an earlier release wrote is there after the upgrade, and every fold is as the log says."""
    engine = open_engine(database_url).execution_options(headwater_write=True)
    events = [made("a", partition="x", timestamp=5), made("a", timestamp=9)]
    with engine.begin() as connection:
        upgrade_to(connection, "0003")
        for seq, event in enumerate(events, start=1):
            row = event_row(_kept(event, seq))
            names = "seq, kind, asset_key, partition, run_id, timestamp, recorded_at, data_version, payload"
            values = dict(zip(names.split(", "), row, strict=True))
            bound = ", ".join(f":{name}" for name in values)
            connection.execute(sa.text(f"INSERT INTO events ({names}) VALUES ({bound})"), values)
        connection.execute(sa.text("UPDATE log_head SET seq = 2"))

    assert ("0003", migrations.HEAD) == migrate.upgrade(engine)

    engine.dispose()
    store = Store(database_url)
    latest = store.read(states.read_assets)[("a", EventKind.MATERIALIZATION)]
    assert (2, 2) == (latest.seq, latest.count)
    assert [] == store.read(folds.check)
    store.close()


def test_what_conditions_remember_of_checks_and_jobs_is_found_under_their_present_keys(database_url: Any) -> None:
    """An earlier release told them from assets by line breaks, which an asset's key may have too."""
    engine = open_engine(database_url).execution_options(headwater_write=True)
    with engine.begin() as connection:
        upgrade_to(connection, "0019")
        for key in ("orders", "raw/orders\ntotal", "\n\nnightly"):
            connection.execute(
                sa.text("INSERT INTO automated_assets (asset_key, condition) VALUES (:key, 'eager')"), {"key": key}
            )

    migrate.upgrade(engine)

    with engine.connect() as connection:
        found = set(connection.execute(sa.text("SELECT asset_key FROM automated_assets")).scalars())
    engine.dispose()
    assert {"orders", check_node_key("raw/orders", "total"), job_node_key("nightly")} == found


def _plain(conditions: Iterable[Any]) -> list[str]:
    """What indexes are limited to, without the brackets that only one of two ways to write it has."""
    return [str(condition).strip("()").replace("(", "").replace(")", "") for condition in conditions]


def _kept(event: NewEvent, seq: int) -> Event:
    """An event as an earlier release had it in its log."""
    fields = {name: getattr(event, name) for name in event.__struct_fields__}
    return Event(**{**fields, "seq": seq, "recorded_at": 9})


def test_a_start_says_what_to_do_about_another_schema(database_url: Any) -> None:
    """An older one is upgraded at once on SQLite and by command on PostgreSQL; a newer one is left alone."""
    engine = open_engine(database_url)
    Store(database_url).close()
    set_revision(engine, "9999")
    with pytest.raises(SchemaVersionError, match=r"9999, which is newer than the .* a newer one"):
        Store(database_url)

    with engine.execution_options(headwater_write=True).begin() as connection:
        metadata.drop_all(connection)
        connection.execute(sa.text("DROP TABLE alembic_version"))
        upgrade_to(connection, "0003")
    if engine.dialect.name == "postgresql":
        with pytest.raises(SchemaVersionError, match=rf"0003, and this release needs {migrations.HEAD}.*db upgrade"):
            Store(database_url)
        migrate.upgrade(engine)
    engine.dispose()

    store = Store(database_url)
    store.write(Unit(events=[made("a")]))
    store.close()
