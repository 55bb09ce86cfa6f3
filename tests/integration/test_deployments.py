"""Deployments by the API and the command: created, listed, removed; each with its own store and tokens."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from servers import DevServer, dev_server

PROJECT = Path(__file__).parents[1] / "projects" / "operations.py"


def headwater(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    return subprocess.run(
        [sys.executable, "-m", "headwater.cli", *arguments], capture_output=True, text=True, check=False
    )


def test_a_deployment_lives_and_ends_by_the_api(server: DevServer) -> None:
    """It is served at once, demands its own token, and is gone at once; its folder is put aside."""
    made = server.post("/api/deployments", {"name": "branch-1"})
    mine = {"Dagster-Cloud-Api-Token": made.json["token"]}
    reported = server.post("/branch-1/report_asset_materialization/", {"asset_key": "only_there"}, mine)
    listed = [each["name"] for each in server.get("/api/deployments").json["items"]]
    own = [each["name"] for each in server.get("/branch-1/api/deployments", mine).json["items"]]
    foreign = [
        server.post("/branch-1/api/deployments", {"name": "branch-2"}, mine).status,
        server.request("DELETE", "/branch-1/api/deployments/branch-1", None, mine).status,
        server.get("/branch-1/api/assets").status,
    ]
    removed = server.request("DELETE", "/api/deployments/branch-1", None, {})

    assert (201, "/branch-1/", 200) == (made.status, made.json["path"], reported.status)
    assert "branch-1" in listed
    assert ["branch-1"] == own
    assert [403, 403, 401] == foreign
    assert (200, 404) == (removed.status, server.get("/branch-1/api/assets", mine).status)
    assert 404 == server.get("/api/assets/detail?key=only_there").status
    assert any(path.name.startswith("branch-1-") for path in (server.home / "removed").iterdir())


def test_a_removed_name_is_free_again_and_nothing_is_left_of_the_former_one(server: DevServer) -> None:
    """Neither its tokens nor its events."""
    first = server.post("/api/deployments", {"name": "again"}).json["token"]
    server.request("DELETE", "/api/deployments/again", None, {})
    second = server.post("/api/deployments", {"name": "again"}).json["token"]

    statuses = [
        server.get("/again/api/assets", {"Authorization": f"Bearer {token}"}).status for token in (first, second)
    ]
    server.request("DELETE", "/api/deployments/again", None, {})

    assert [401, 200] == statuses


def test_names_that_can_not_be_paths_are_refused(server: DevServer) -> None:
    """And so is one that is taken, or the default one's removal."""
    names = ["../x", "api", "Upper", "", "report_asset_x", "default", "a/b"]

    assert {400} == {server.post("/api/deployments", {"name": name}).status for name in names}
    assert 400 == server.request("DELETE", "/api/deployments/default", None, {}).status


def test_the_command_creates_lists_and_removes(server: DevServer) -> None:
    """Beside a running server, which follows at once."""
    home = str(server.home)

    created = headwater("deployment", "create", "staging", "--home", home)
    listed = headwater("deployment", "list", "--json", "--home", home)
    served = server.get("/staging/api/assets").status
    removed = headwater("deployment", "remove", "staging", "--yes", "--home", home)

    assert (0, 0, 0) == (created.returncode, listed.returncode, removed.returncode), removed.stderr
    assert "staging" in {each["name"] for each in json.loads(listed.stdout)}
    assert (200, 404) == (served, server.get("/staging/api/assets").status)
    assert 1 == headwater("deployment", "remove", "staging", "--yes", "--home", home).returncode


def test_a_deployment_that_is_there_is_given_code(tmp_path: Path) -> None:
    """An engine that starts loads it; of a deployment that is not there the command says so, and makes none."""
    home = ("--home", str(tmp_path / "home"))
    created = headwater("deployment", "create", "staging", *home)
    given = headwater("deployment", "code", "staging", str(PROJECT), *home)
    refused = headwater("deployment", "code", "stagin", str(PROJECT), *home)

    assert (0, 0, 1) == (created.returncode, given.returncode, refused.returncode), given.stderr
    assert "stagin" in refused.stderr
    with dev_server(tmp_path / "home", str(PROJECT), environment={"OPERATIONS_FOLDER": str(tmp_path)}) as server:
        server.wait_for(lambda: server.get("/staging/api/assets").json["items"])
        listed = json.loads(headwater("deployment", "list", "--json", *home).stdout)
    assert ["default", "staging"] == [each["name"] for each in listed]
