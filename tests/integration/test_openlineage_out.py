"""Runs told to other catalogs: to another Headwater, and to a receiver that is away at first, across restarts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from receivers import Hooks, hooks
from servers import DevServer, dev_server

PROJECTS = Path(__file__).parents[1] / "projects"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """While a file `broken` is in this folder, one asset fails."""
    folder = tmp_path / "state"
    folder.mkdir()
    return folder


@pytest.fixture
def receiver() -> Iterator[Hooks]:
    """A catalog that notes what it is told."""
    with hooks() as found:
        yield found


def telling(home: Path, state: Path, url: str) -> AbstractContextManager[DevServer]:
    """A server whose runs are told to a receiver."""
    environment = {
        "TOLD_STATE": str(state),
        "HEADWATER_OPENLINEAGE_URL": url,
        "HEADWATER_OPENLINEAGE_API_KEY": "a-key-of-theirs",
    }
    return dev_server(home, str(PROJECTS / "told.py"), environment=environment)


def run_of(server: DevServer, *assets: str) -> str:
    """Have assets made, and tell how the run ended."""
    requested = server.post("/api/runs", {"assets": list(assets)})
    assert 201 == requested.status, requested.body
    path = f"/api/runs/{requested.json['run_id']}"
    server.wait_for(lambda: server.get(path).json["run"]["ended_at"] is not None)
    status: str = server.get(path).json["run"]["status"]
    return status


def told(receiver: Hooks, amount: int) -> list[tuple[str, str]]:
    """The next events: what happened, and to which job."""
    hooks = [receiver.next() for _ in range(amount)]
    assert {"/api/v1/lineage"} == {hook.path for hook in hooks}
    assert {"Bearer a-key-of-theirs"} == {hook.headers["authorization"] for hook in hooks}
    events: list[Any] = [json.loads(hook.body) for hook in hooks]
    return [(event["eventType"], event["job"]["name"]) for event in events]


def test_another_headwater_shows_what_is_made_here(tmp_path: Path, state: Path) -> None:
    """The same lineage under the names that the systems have, with the versions, the checks and why one failed."""
    with dev_server(tmp_path / "there", str(PROJECTS / "lineage.py")) as there:
        with telling(tmp_path / "here", state, there.url) as here:
            here.wait_for(lambda: here.get("/api/assets").json["items"])
            assert "success" == run_of(here, "clean", "totals")
            (state / "broken").touch()
            assert "failure" == run_of(here, "totals")
            failed = "/api/assets/events?key=headwater/default/totals&kind=observation"
            there.wait_for(lambda: there.get(failed).json["items"])
        (observed,) = there.get(failed).json["items"]
        (version,) = there.get("/api/assets/events?key=headwater/default/clean&kind=materialization").json["items"]
        graph = there.get("/api/graph/neighbourhood?key=headwater/default/clean&up=9&down=9").json
        clean = there.get("/api/assets/detail?key=headwater/default/clean").json

    assert "no totals today" in observed["description"]
    assert 12 == version["metadata"]["dagster/row_count"]["value"]
    assert {"postgres/db:5432/shop/public/orders", "headwater/default/clean", "headwater/default/totals"} == {
        node["asset"]["key"] for node in graph["nodes"]
    }
    assert [("full", "passed")] == [(each["name"], each["status"]) for each in clean["checks"]], clean["checks"]


def test_what_a_receiver_missed_is_told_later(tmp_path: Path, state: Path, receiver: Hooks) -> None:
    """In order, from the first run on that it had not taken, although the server was restarted meanwhile."""
    expected = [
        ("START", "materialize"),
        ("START", "clean"),
        ("COMPLETE", "clean"),
        ("START", "clean.checks"),
        ("COMPLETE", "clean.checks"),
        ("COMPLETE", "materialize"),
    ]
    home = tmp_path / "home"
    with telling(home, state, receiver.url) as server:
        server.wait_for(lambda: server.get("/api/assets").json["items"])
        assert "success" == run_of(server, "clean")
        assert expected == told(receiver, len(expected))
        receiver.status = 503
        assert "success" == run_of(server, "clean")
        refused = receiver.next()

    receiver.status = 200
    while not receiver.is_empty():
        receiver.next()
    with telling(home, state, receiver.url) as server:
        assert expected == told(receiver, len(expected))
        receiver.status = 422
        (state / "broken").touch()
        assert "failure" == run_of(server, "totals")
        assert [("START", "materialize"), ("START", "totals"), ("FAIL", "totals"), ("FAIL", "materialize")] == told(
            receiver, 4
        )
        receiver.status = 200
        assert "success" == run_of(server, "clean")
        assert expected == told(receiver, len(expected))
    assert "materialize" == json.loads(refused.body)["job"]["name"]
    assert receiver.is_empty()
