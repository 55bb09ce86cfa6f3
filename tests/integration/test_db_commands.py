"""`headwater db …` as somebody who runs it sees it, beside a running server."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from servers import dev_server

from headwater.cli.main import main

PROJECT = Path(__file__).parents[1] / "projects" / "lineage.py"


def headwater(home: Path, *arguments: str) -> Result:
    """Run the command on a home."""
    return CliRunner().invoke(main, [*arguments, "--home", str(home)])


def told(home: Path, *arguments: str) -> Any:
    """What a command prints as JSON."""
    done = headwater(home, *arguments, "--json")
    assert ("", None) == (done.stderr, done.exception)
    return json.loads(done.stdout)


def test_a_store_is_checked_measured_copied_and_restored(tmp_path: Path) -> None:
    """While the server works, a copy is made; spoilt folds are named and mended; the copy takes the store's place."""
    home, copy, log = tmp_path / "home", tmp_path / "copy.db", tmp_path / "log.ndjson.gz"
    with dev_server(home, str(PROJECT)) as server:
        for number in range(3):
            server.post("/report_asset_materialization/", {"asset_key": "reported", "metadata": {"rows": number}})
        assert 0 == headwater(home, "db", "check").exit_code
        assert "kB" in headwater(home, "db", "backup", str(copy)).stdout
        assert 0 == headwater(home, "db", "export", str(log)).exit_code
        sizes = told(home, "db", "stats")
        assert [("reported", 3)] == [
            (each["asset_key"], each["events"]) for each in sizes["assets"] if each["asset_key"] == "reported"
        ]
        assert {"events", "latest"} <= {each["table"] for each in sizes["tables"]}
        refused = headwater(home, "db", "restore", str(copy), "--yes")
        assert (1, True) == (refused.exit_code, "open elsewhere" in refused.stderr)

    with sqlite3.connect(home / "headwater.db") as database:
        database.execute("UPDATE latest SET count = 77 WHERE asset_key = 'reported'")
    database.close()
    spoilt = headwater(home, "db", "check")
    assert (1, True) == (spoilt.exit_code, "latest: rows 1 wrong, such as reported" in spoilt.stdout)
    assert ["latest"] == [each["fold"] for each in told(home, "db", "rebuild")]
    assert 0 == headwater(home, "db", "check").exit_code

    assert "Restored" in headwater(home, "db", "restore", str(copy), "--yes").stdout
    other = tmp_path / "other"
    assert "Imported" in headwater(other, "db", "import", str(log)).stdout
    for folder in (home, other):
        assert 3 == next(each["events"] for each in told(folder, "db", "stats")["assets"])
    assert "already" in headwater(other, "db", "upgrade").stdout
    again = headwater(other, "db", "import", str(log))
    assert (1, True) == (again.exit_code, "has a log already" in again.stderr)


def test_the_versions_that_fed_each_other_are_listed(tmp_path: Path) -> None:
    """What a materialization read and what was built on it, by command and over HTTP."""
    home = tmp_path / "home"
    with dev_server(home, str(PROJECT)) as server:
        server.wait_for(lambda: server.get("/api/locations").json["items"])
        done = headwater(home, "materialize", "joined", "report", "-f", str(PROJECT))
        assert 0 == done.exit_code, done.stderr
        report = server.events("report")[0]
        above = server.get(f"/api/events/{report['seq']}/upstream").json
        lowest = above["nodes"][-1]
        below = server.get(f"/api/events/{lowest['seq']}/downstream").json

        assert set(report["inputs"].values()) <= {node["seq"] for node in above["nodes"]}
        assert report["seq"] in {node["seq"] for node in below["nodes"]}
        listed = told(home, "lineage", "--version", str(report["seq"]))
        assert above == listed["upstream"]
        assert 404 == server.get("/api/events/999999/upstream").status
