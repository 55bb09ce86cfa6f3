"""Give room back to the disk, beside whoever reads and writes."""

from __future__ import annotations

from sqlalchemy.engine import Connection, Engine

from headwater.storage.database.driver import execute

_PAGES = 256
_ENOUGH_FREE = 1_024


def reclaim_some(connection: Connection) -> bool:
    """Cut a few free pages off a SQLite file, in a writing transaction; whether there are more to cut off.

    PostgreSQL has `vacuum` for that.

    Some stay, for what is written next.
    """
    if connection.dialect.name != "sqlite" or connection.exec_driver_sql("PRAGMA auto_vacuum").scalar_one() != 2:
        return False
    free: int = connection.exec_driver_sql("PRAGMA freelist_count").scalar_one()
    if free <= _ENOUGH_FREE:
        return False
    for _ in range(min(_PAGES, free - _ENOUGH_FREE)):
        # The driver takes one step of a statement without rows, and this one frees a page with each.
        execute(connection, "PRAGMA incremental_vacuum(1)", ())
    return free - _PAGES > _ENOUGH_FREE


def vacuum(engine: Engine) -> None:
    """Give back all there is: PostgreSQL goes on meanwhile, on SQLite writers wait for the file to be written anew."""
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("VACUUM (ANALYZE)")
            return
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA auto_vacuum = INCREMENTAL")
        driver.execute("VACUUM")
