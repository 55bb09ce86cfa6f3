"""Config that does not fit is refused as a run is asked for, wherever that is done, and nothing is requested."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from servers import DevServer, dev_server

PROJECT = Path(__file__).parents[1] / "projects" / "configured.py"
NEEDED = "The config of 'report' does not fit: days is missing. Set or correct these fields."


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevServer]:
    """A server with the project."""
    with dev_server(tmp_path_factory.mktemp("home"), str(PROJECT)) as started:
        yield started


def of(name: str, **config: Any) -> dict[str, Any]:
    """A run's config of one function."""
    return {"ops": {name: {"config": config}}}


def ended(server: DevServer, run_id: str) -> Any:
    """A run once it is over."""
    return server.wait_for(lambda: run if (run := server.get(f"/api/runs/{run_id}").json["run"])["ended_at"] else None)


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("/api/runs", {"assets": ["report"]}, NEEDED),
    ("/api/runs", {"assets": ["report"], "run_config": of("report", days="many")}, "days is a whole number, but"),
    ("/api/runs", {"assets": ["report"], "run_config": of("report", days=1, dayz=2)}, "dayz is no field of it"),
    ("/api/runs", {"assets": ["report"], "run_config": of("repotr", days=1)}, "Did you mean 'report'?"),
    ("/api/runs", {"assets": ["report"], "run_config": {"ops": {"report": {"days": 1}}}}, "is written {'config': {…}}"),
    ("/api/runs", {"assets": ["alone"], "run_config": of("maker", days=[])}, "The config of 'maker' does not fit"),
    ("/api/runs", {"assets": ["plain"], "run_config": of("plain", days=1)}, "'plain', which takes no config"),
    ("/api/runs", {"assets": ["plain"], "run_config": of("plain__small", most="x")}, "most is a whole number"),
    (
        "/api/runs",
        {"checks": [{"asset": "plain", "name": "small"}], "run_config": of("plain__small", least=1)},
        "least is no field of it",
    ),
    (
        "/api/runs",
        {"assets": ["plain"], "run_config": {"resources": {"warehouse": {"config": {"hots": "x"}}}}},
        "The config of resource 'warehouse' does not fit: hots is no field of it",
    ),
    ("/api/runs", {"assets": ["plain"], "run_config": {"resources": {"lake": {}}}}, "'lake', which is not a resource"),
    ("/api/jobs/weekly/runs", {"run_config": of("report", days={})}, "days is a whole number, but got a dict"),
    ("/api/backfills", {"assets": ["parts"]}, "The config of 'parts' does not fit: days is missing"),
    ("/api/backfills", {"assets": ["parts"], "run_config": of("parts", days=None)}, "days is a whole number"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "body", "said"), REFUSED)
def test_config_that_does_not_fit_is_a_bad_request(
    server: DevServer, path: str, body: dict[str, Any], said: str
) -> None:
    """With the function or resource, the field and the mend; no run and no backfill comes of it."""
    before = (server.get("/api/runs").json, server.get("/api/backfills").json)
    answer = server.post(path, body)

    assert 400 == answer.status
    assert "invalid-config" in answer.json["type"]
    assert said in answer.json["detail"]
    assert before == (server.get("/api/runs").json, server.get("/api/backfills").json)


def test_config_that_fits_is_used(server: DevServer) -> None:
    """As text that is read as a number, for a resource, a check, a job; from the environment."""
    warehouse = {"warehouse": {"config": {"db_schema": "x"}}}
    bodies: list[dict[str, Any]] = [
        {"assets": ["report"], "run_config": of("report", days="3")},
        {"assets": ["alone"], "run_config": of("maker", days=3)},
        {"assets": ["plain"], "run_config": {**of("plain/small", most=3), "resources": warehouse}},
        {"assets": ["report"], "run_config": of("report", days=1, day={"env": "HOME"})},
    ]  # fmt: skip
    for body in bodies:
        requested = server.post("/api/runs", body)
        assert 201 == requested.status, requested.body
        assert "success" == ended(server, requested.json["run_id"])["status"]
    assert 201 == server.post("/api/jobs/weekly/runs", {}).status


def test_an_asset_says_what_config_it_takes(server: DevServer) -> None:
    """By the name that its function goes by, as JSON Schema."""
    takes = server.asset("alone")["config"]

    assert ("maker", ["days"], "integer") == (
        takes["op"],
        takes["shape"]["required"],
        takes["shape"]["properties"]["days"]["type"],
    )
    assert server.asset("plain")["config"] is None


def test_a_backfill_has_config_for_some_of_its_assets(server: DevServer) -> None:
    """Runs of the others are not failed for it."""
    body = {"selection": "parts or other_parts", "run_config": of("parts", days=3)}
    asked = server.post("/api/backfills", body)
    assert 201 == asked.status, asked.body

    path = f"/api/backfills/{asked.json['backfill']['backfill_id']}"

    def over() -> Any:
        found = server.get(path).json["backfill"]
        return found if found["ended_at"] else None

    found = server.wait_for(over)
    assert ("completed", 3) == (found["status"], found["counts"]["materialized"])


def test_what_only_the_code_knows_fails_the_run_before_a_step(server: DevServer) -> None:
    """Such as what a validator says; retried, it says so again."""
    requested = server.post("/api/runs", {"assets": ["report"], "run_config": of("report", days=3, day="sunday")})
    assert 201 == requested.status

    run = ended(server, requested.json["run_id"])
    assert "it is a holiday" in run["error"]["message"]
    assert [] == server.get(f"/api/runs/{run['run_id']}").json["steps"]
    assert 201 == server.post(f"/api/runs/{run['run_id']}/retry").status


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("materialize", "report"), NEEDED),
        (("materialize", "report", "--config", json.dumps(of("report", dayz=1, days=2))), "dayz is no field of it"),
        (("job", "run", "weekly", "--config", json.dumps(of("report", days="x"))), "days is a whole number"),
        (("checks", "run", "plain", "--config", json.dumps(of("plain__small", most=[]))), "most is a whole number"),
    ],
)
def test_a_command_says_so_before_it_requests_a_run(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    """In one line, and there is no run."""

    def command(*words: str) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-m", "headwater.cli", *words, "--home", str(tmp_path)]
        return subprocess.run(line, capture_output=True, text=True, env=dict(os.environ))

    done = command(*arguments, "-f", str(PROJECT))

    assert 1 == done.returncode
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert [] == json.loads(command("run", "list", "--json").stdout)
