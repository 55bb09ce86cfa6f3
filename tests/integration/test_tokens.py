"""Tokens of a running server: what they may, how often, for which assets, and that each refusal is entered."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from servers import DevServer, dev_server

PROJECT = Path(__file__).parents[1] / "projects" / "reported.py"


def headwater(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    return subprocess.run(
        [sys.executable, "-m", "headwater.cli", *arguments], capture_output=True, text=True, check=False
    )


def create(home: Path, *arguments: str) -> dict[str, Any]:
    """A token made by the command."""
    made = headwater("token", "create", *arguments, "--home", str(home), "--json")
    assert 0 == made.returncode, made.stderr
    return dict(json.loads(made.stdout))


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[DevServer, dict[str, str]]]:
    """A server that demands tokens, and the headers of an admin."""
    home = tmp_path_factory.mktemp("home")
    admin = create(home, "ann", "--scope", "admin")["token"]
    with dev_server(home, str(PROJECT), token=admin) as server:
        yield server, {"Authorization": f"Bearer {admin}"}


def test_a_token_reports_its_assets_and_no_others(secured: tuple[DevServer, dict[str, str]]) -> None:
    """At every door; the event says which token it was, and a refusal which assets it may report."""
    server, admin = secured
    made = server.post("/api/tokens", {"name": "airflow", "scopes": ["report"], "selection": "key:lake/*"}, admin).json
    mine = {"Dagster-Cloud-Api-Token": made["secret"]}
    before = server.get("/health/ready").json["seq"]

    kept = server.post("/report_asset_materialization/lake/a", {}, mine)
    dropped = server.post("/report_asset_materialization/table", {}, mine)
    strict = server.post("/api/report?mode=each", [{"key": "lake/b"}, {"key": "table"}], mine)

    reporters = server.get("/api/assets/events?key=lake/a", admin).json["items"][0]["reporter"]
    assert (200, 401, 207) == (kept.status, dropped.status, strict.status)
    assert dropped.json["error"].startswith("Not authorized to report runless asset events.")
    assert "key:lake/*" in dropped.json["error"]
    assert "'table' is not one of them" in strict.json["items"][1]["error"]
    assert {"via": "rest", "name": "airflow", "by": None} == reporters
    assert before + 2 == server.get("/health/ready").json["seq"]


def test_a_token_that_is_used_too_often_is_told_when_to_come_back(secured: tuple[DevServer, dict[str, str]]) -> None:
    """With a 429; others are not concerned."""
    server, admin = secured
    secret = server.post("/api/tokens", {"name": "greedy", "scopes": ["read"], "rate_limit": 6}, admin).json["secret"]
    mine = {"Authorization": f"Bearer {secret}"}

    first, second = server.get("/api/assets", mine), server.get("/api/assets", mine)

    assert (200, 429) == (first.status, second.status)
    assert 1 <= int(second.headers["retry-after"]) <= 10
    assert 200 == server.get("/api/assets", admin).status


def test_a_revoked_token_ends_its_sessions_too(secured: tuple[DevServer, dict[str, str]]) -> None:
    """At once, whoever revokes it: the API, or the command beside the server."""
    server, admin = secured
    by_api = server.post("/api/tokens", {"name": "first"}, admin).json
    by_command = create(server.home, "second", "--scope", "read")
    cookie = server.post("/api/session", {"token": by_api["secret"]}).headers["set-cookie"].partition(";")[0]
    asking = [{"Cookie": cookie}, {"Authorization": f"Bearer {by_command['token']}"}]
    before = [server.get("/api/assets", headers).status for headers in asking]

    server.request("DELETE", f"/api/tokens/{by_api['token']['token_id']}", None, admin)
    headwater("token", "revoke", by_command["token_id"], "--home", str(server.home))

    assert [200, 200] == before
    assert [401, 401] == [server.get("/api/assets", headers).status for headers in asking]
    states = {each["name"]: each["state"] for each in server.get("/api/tokens", admin).json["items"]}
    assert ("revoked", "revoked", "valid") == (states["first"], states["second"], states["ann"])


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"name": ""}, "printable"),
        ({"name": "ann"}, "already"),
        ({"name": "x", "scopes": []}, "needs a scope"),
        ({"name": "x", "scopes": ["all"]}, "all"),
        ({"name": "x", "selection": "a and"}, ""),
        ({"name": "x", "selection": "status:fresh"}, "status"),
        ({"name": "x", "scopes": ["admin"], "selection": "a"}, "no selection"),
        ({"name": "x", "expires_in_days": -1}, "expired already"),
        ({"name": "x", "rate_limit": 0}, "at least one"),
        ({"name": "x", "colour": 1}, "colour"),
    ],
)
def test_a_token_that_makes_no_sense_is_not_made(
    secured: tuple[DevServer, dict[str, str]], body: dict[str, Any], says: str
) -> None:
    """The answer says why."""
    server, admin = secured
    count = len(server.get("/api/tokens", admin).json["items"])

    answer = server.post("/api/tokens", body, admin)

    assert 400 == answer.status
    assert says in answer.json["error"]
    assert count == len(server.get("/api/tokens", admin).json["items"])


def test_changes_and_refusals_are_entered(secured: tuple[DevServer, dict[str, str]]) -> None:
    """With who, what and how it went; a thousand refusals are not a thousand entries, and the log stays whole."""
    server, admin = secured
    made = server.post("/api/tokens", {"name": "seen", "scopes": ["read"]}, admin).json
    server.post("/api/runs/nothing/cancel", None, admin)
    server.post("/api/runs/nothing/cancel", None, {"Authorization": f"Bearer {made['secret']}"})
    for _ in range(50):
        server.get("/api/assets", {"Authorization": "Bearer wrong"})

    def entries() -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = server.get("/api/audit?limit=1000", admin).json["items"]
        return items

    def refused() -> list[dict[str, Any]]:
        return [each for each in entries() if each["outcome"] == "refused" and each["detail"] == "no valid token"]

    # The first of a sort is written beside the answer, so it may come a moment after it.
    while not refused():
        pass
    found = {(each["actor"], each["action"], each["outcome"]) for each in entries()}
    assert ("token:ann", "token created", "allowed") in found
    assert ("token:ann", "POST /api/runs/nothing/cancel", "allowed") in found
    assert ("token:ann", "POST /api/runs/nothing/cancel", "failed") in found
    assert 1 == len(refused())
    verdict = server.get("/api/audit/verdict", admin).json
    assert (True, []) == (verdict["whole"], verdict["problems"])
    assert server.get(f"/api/audit/verdict?anchor={verdict['head']}", admin).json["whole"]
    assert made["secret"] not in json.dumps(entries())


def test_a_server_is_not_opened_to_others_without_a_token(tmp_path: Path) -> None:
    """It says what to do instead, and does not start."""
    home = ("--home", str(tmp_path))

    refused = headwater("dev", str(PROJECT), "--host", "0.0.0.0", "--port", "0", *home)
    behind_a_proxy = headwater("dev", str(PROJECT), "--public-url", "https://hw.example.com", "--port", "0", *home)

    assert (1, 1) == (refused.returncode, behind_a_proxy.returncode)
    assert "headwater token create NAME --scope admin" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_server_that_is_open_to_others_demands_tokens_in_any_case(tmp_path: Path) -> None:
    """Whatever the switch says, at the public name too, and in deployments that have no token."""
    token = create(tmp_path, "ann", "--scope", "admin")["token"]
    headwater("token", "require", "off", "--home", str(tmp_path))
    headwater("deployment", "create", "bare", "--home", str(tmp_path))
    public = {"Host": "hw.example.com"}

    with dev_server(tmp_path, str(PROJECT), "--public-url", "https://hw.example.com", token=token) as server:
        statuses = [
            server.get("/api/assets").status,
            server.get("/api/assets", public).status,
            server.get("/bare/api/assets").status,
            server.get("/api/assets", {**public, "Authorization": f"Bearer {token}"}).status,
            server.get("/api/assets", {"Host": "other.example.com", "Authorization": f"Bearer {token}"}).status,
        ]
        signed_in = server.post("/api/session", {"token": token}, {**public, "Origin": "https://hw.example.com"})

    assert [401, 401, 401, 200, 403] == statuses
    assert "Secure" in signed_in.headers["set-cookie"]
    assert "max-age=31536000" == signed_in.headers["strict-transport-security"]
