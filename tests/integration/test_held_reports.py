"""Reports of assets that nobody defined: registered, held for a person, or rejected, by the beginning of the key."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers import DevServer, dev_server

PROJECT = Path(__file__).parents[1] / "projects" / "reported.py"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevServer]:
    """A server that holds what begins with `partner/`, and rejects what begins with `closed/`."""
    with dev_server(tmp_path_factory.mktemp("home"), str(PROJECT)) as started:
        started.wait_for(lambda: len(started.get("/api/assets").json["items"]) == 2)
        body = json.dumps(
            {"undefined": {"partner/": "hold", "closed/": "reject", "partner/known/": "register"}}
        ).encode()
        changed = started.request("PUT", "/api/report-rules", body, {"Content-Type": "application/json"})
        assert 200 == changed.status
        yield started


def headwater(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    return subprocess.run(
        [sys.executable, "-m", "headwater.cli", *arguments], capture_output=True, text=True, check=False
    )


def head(server: DevServer) -> int:
    """How far the log reaches."""
    seq: int = server.get("/health/ready").json["seq"]
    return seq


def test_a_held_report_waits_and_is_accepted_as_it_came(server: DevServer) -> None:
    """At either door; it becomes an event dated to when it came, once."""
    before = head(server)
    dropped = server.post("/report_asset_materialization/partner/a", {"metadata": {"rows": 3}})
    strict = server.post("/api/report", [{"key": "partner/b", "idempotency_key": "one"}, {"key": "table"}])

    waiting = server.get("/api/held-reports").json["items"]
    held = {each["asset_key"]: each for each in waiting}
    accepted = server.post(f"/api/held-reports/{held['partner/a']['held_id']}", {"accept": True})
    event = server.events("partner/a")[0]
    again = server.post(f"/api/held-reports/{held['partner/a']['held_id']}", {"accept": False})

    assert (200, {}, str(held["partner/a"]["held_id"])) == (
        dropped.status,
        dropped.json,
        dropped.headers["headwater-held-id"],
    )
    assert ["held", "recorded"] == [item["status"] for item in strict.json["items"]]
    assert (200, "accepted", event["seq"]) == (accepted.status, accepted.json["state"], accepted.json["seq"])
    assert held["partner/a"]["received_at"] == event["timestamp"]
    assert 409 == again.status
    assert before + 2 == head(server)


def test_a_repeated_report_waits_once_and_answers_as_what_it_became(server: DevServer) -> None:
    """Its idempotency key counts in the queue and after."""
    report = {"key": "partner/c", "idempotency_key": "same"}
    first, second = (server.post("/api/report", report).json["items"][0] for _ in range(2))

    seq = server.post(f"/api/held-reports/{first['held_id']}", {"accept": True, "always": True}).json["seq"]
    server.wait_for(lambda: server.post("/api/report?dry_run=true", report).json["items"][0]["status"] == "valid")
    third = server.post("/api/report", report).json["items"][0]

    assert first == second
    assert ("repeated", seq) == (third["status"], third["seq"])


def test_a_rejected_report_never_becomes_an_event(server: DevServer) -> None:
    """And with `always`, neither do further ones."""
    held = server.post("/api/report", {"key": "partner/d"}).json["items"][0]["held_id"]
    before = head(server)

    rejected = server.post(f"/api/held-reports/{held}", {"accept": False, "always": True})
    further = server.post("/api/report", {"key": "partner/d"})

    assert (200, "rejected") == (rejected.status, rejected.json["state"])
    assert (400, before) == (further.status, head(server))
    assert 404 == server.post("/api/held-reports/999999", {"accept": True}).status


def test_the_command_lists_and_decides(server: DevServer) -> None:
    """Beside a running server; what was decided can't be decided again."""
    held = [server.post("/api/report", {"key": f"partner/e{n}"}).json["items"][0]["held_id"] for n in range(2)]
    home = ("--home", str(server.home))

    listed = json.loads(headwater("report", "held", "list", "--json", *home).stdout)
    accepted = headwater("report", "held", "accept", str(held[0]), *home)
    rejected = headwater("report", "held", "reject", str(held[1]), *home)
    again = headwater("report", "held", "accept", str(held[1]), *home)

    assert set(held) <= {each["held_id"] for each in listed}
    assert (0, 0, 1) == (accepted.returncode, rejected.returncode, again.returncode)
    assert "rejected already, by cli" in again.stderr
    assert 1 == len(server.events("partner/e0"))
    entered = json.loads(headwater("audit", "list", "--json", *home).stdout)
    assert {"report accepted", "report rejected"} <= {entry["action"] for entry in entered}
    assert 0 == headwater("audit", "verify", *home).returncode


def test_the_longest_beginning_counts(server: DevServer) -> None:
    """Also where it is more open than a shorter one; the rest registers itself."""
    answers = [server.post("/api/report", {"key": key}).json for key in ("partner/known/x", "closed/x", "anything/x")]

    assert ["recorded", "refused", "recorded"] == [answer["items"][0]["status"] for answer in answers]


def test_metadata_takes_the_kind_that_the_definition_gives_it(server: DevServer) -> None:
    """A text becomes the link that is declared; at the drop-in door what does not fit is kept, with a flag."""
    server.post("/report_asset_materialization/table", {"metadata": {"page": "https://a.example", "ratio": 1, "x": 1}})
    server.post("/report_asset_materialization/table", {"metadata": {"rows": "many"}})

    odd, fitting = server.events("table")[:2]
    assert ["metadata_kind"] == odd["flags"]
    assert {"type": "text", "value": "many"} == odd["metadata"]["rows"]
    assert {"type": "url", "value": "https://a.example"} == fitting["metadata"]["page"]
    assert {"type": "float", "value": 1.0} == fitting["metadata"]["ratio"]
    assert {"type": "int", "value": 1} == fitting["metadata"]["x"]
    assert [] == fitting["flags"]


def test_openlineage_goes_by_the_rules(tmp_path: Path) -> None:
    """Each output of a job is held, rejected or recorded by itself; the event names the token, the audit the rest."""
    outputs = [{"namespace": namespace, "name": "out"} for namespace in ("open", "partner", "closed")]
    told = {
        "eventType": "COMPLETE",
        "eventTime": "2026-01-01T00:00:00Z",
        "producer": "p",
        "schemaURL": "s",
        "run": {"runId": "0190a5a5-0000-7000-8000-000000000001"},
        "job": {"namespace": "n", "name": "j"},
        "inputs": [{"namespace": "open", "name": "in"}],
        "outputs": outputs,
    }
    rules = json.dumps({"undefined": {"partner/": "hold", "closed/": "reject"}}).encode()
    with dev_server(tmp_path, str(PROJECT)) as server:
        server.request("PUT", "/api/report-rules", rules, {"Content-Type": "application/json"})
        made = headwater("token", "create", "spark", "--scope", "admin", "--json", "--home", str(server.home))
        bearer = {"Authorization": f"Bearer {json.loads(made.stdout)['token']}"}
        server.ask_until(lambda: server.get("/api/assets").status == 401)
        answer = server.post("/api/v1/lineage", told, bearer)
        alone = server.post("/api/v1/lineage", {**told, "inputs": [], "outputs": outputs[2:]}, bearer)
        [event] = server.get("/api/assets/events?key=open/out", bearer).json["items"]
        [held] = server.get("/api/held-reports", bearer).json["items"]
        refused = server.ask_until(
            lambda: server.get("/api/audit?outcome=refused&actor=token:spark", bearer).json["items"]
        )
        near = server.get("/api/graph/neighbourhood?key=open/in", bearer).json["nodes"]

    assert (201, 1, [held["held_id"]], 1) == (
        answer.status,
        len(answer.json["events"]),
        answer.json["held"],
        len(answer.json["refused"]),
    )
    assert {"via": "openlineage", "name": "n/j", "by": "spark"} == event["reporter"]
    assert "partner/out" == held["asset_key"]
    assert ("rejected by a rule for reports", True) == (refused[-1]["detail"], "closed/out" in refused[-1]["target"])
    assert (400, True) == (alone.status, "closed/out" in alone.json["error"])
    assert ["open/in", "open/out"] == sorted(node["asset"]["key"] for node in near)
