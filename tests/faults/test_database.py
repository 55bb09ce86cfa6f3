"""The database does not answer for a while: clear errors, and then all goes on without a restart."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from servers import dev_server

PROJECT = Path(__file__).parents[1] / "projects" / "hostile.py"


def test_a_locked_database_is_outlasted(tmp_path: Path) -> None:
    """While somebody else holds the write lock reports get a 503; afterwards they react as before."""
    with dev_server(tmp_path / "home", str(PROJECT)) as server:
        server.wait_for(lambda: server.get("/api/sensors").json["items"])
        before = server.get("/api/deployment").json["seq"]
        other = sqlite3.connect(tmp_path / "home" / "headwater.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")

        refused = server.post("/report_asset_materialization/", {"asset_key": "raw"})
        read = server.get("/api/assets")
        other.execute("ROLLBACK")
        other.close()
        accepted = server.post("/report_asset_materialization/", {"asset_key": "raw"})

        assert (503, "1") == (refused.status, refused.headers["retry-after"])
        assert "could not take the write" in refused.json["error"]
        assert (200, 200) == (read.status, accepted.status)
        assert before < int(accepted.headers["headwater-event-id"])
        assert server.wait_for(lambda: server.events("cleaned"))
        assert 1 == len(server.events("raw"))
