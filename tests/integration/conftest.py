"""A server for the tests of a file, with user code that does everything wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from servers import DevServer, dev_server

PROJECT = Path(__file__).parents[1] / "projects" / "hostile.py"


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that the project's sensor watches; not there at first."""
    return tmp_path_factory.mktemp("watched") / "file.csv"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, watched: Path) -> Iterator[DevServer]:
    """The server, with its definitions loaded; nothing happens there but what a test does."""
    # Servers that a test starts beside it must not watch its file.
    environment = {"HEADWATER_TEST_WATCHED": str(watched)}
    with dev_server(tmp_path_factory.mktemp("home"), str(PROJECT), environment=environment) as started:
        started.wait_for(lambda: started.get("/api/sensors/broken").json["last_tick"])
        # It would fail again and again, each time with an event, while tests look whether there is one.
        started.post("/api/sensors/broken/stop")
        yield started
