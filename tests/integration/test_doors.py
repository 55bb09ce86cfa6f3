"""The doors of a server over HTTP, with the clients that people really use."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from servers import LIMIT, DevServer, dev_server

SAMPLES = Path(__file__).parents[1] / "data" / "openlineage"
PROJECT = Path(__file__).parents[1] / "projects" / "hostile.py"


def headwater(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    return subprocess.run(
        [sys.executable, "-m", "headwater.cli", *arguments], capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[DevServer, str]]:
    """A server with the deployment `prod`, made while it runs, that demands a token; and such a token."""
    home = tmp_path_factory.mktemp("home")
    with dev_server(home, str(PROJECT)) as server:
        assert 0 == headwater("deployment", "create", "prod", "--home", str(home)).returncode
        created = headwater("token", "create", "partner", "-d", "prod", "--home", str(home), "--json")
        yield server, json.loads(created.stdout)["token"]


def curl(*arguments: str) -> tuple[int, Any, str]:
    """Run curl; gives status, body and headers."""
    if shutil.which("curl") is None:
        pytest.fail("these tests need curl")
    done = subprocess.run(["curl", "-s", "-i", *arguments], capture_output=True, text=True, check=True)
    head, _, body = done.stdout.partition("\n\n") if "\r" not in done.stdout else done.stdout.partition("\r\n\r\n")
    return int(head.split()[1]), json.loads(body), head.lower()


BODY = '{"asset_key": "raw_transactions", "metadata": {"file_last_modified_at_ms": 1724614700266}}'


def test_the_first_curl_line_works_as_it_stands(server: DevServer) -> None:
    """A report without a token is taken on loopback, and its id is an event that can be read."""
    url = f"{server.url}/report_asset_materialization/".replace("127.0.0.1", "localhost")

    status, body, head = curl("-X", "POST", "-H", "Content-Type: application/json", url, "-d", BODY)

    event = server.events("raw_transactions")[0]
    assert (200, {}) == (status, body)
    assert f"headwater-event-id: {event['seq']}" in head
    assert {"type": "int", "value": 1724614700266} == event["metadata"]["file_last_modified_at_ms"]
    assert ["unknown_asset"] == event["flags"]


def test_httpx(server: DevServer) -> None:
    """The published `httpx` reports at both doors and reads the live stream on from what it was answered."""
    with httpx.Client(base_url=server.url, timeout=LIMIT) as client:
        dropped = client.post("/report_asset_observation/by_httpx", json={"metadata": {"rows": 3}})
        strict = client.post("/api/report", json=[{"key": "by_httpx", "data_version": "v1"}])
        seq = strict.json()["items"][0]["seq"]
        listed = client.get("/api/assets")
        unchanged = client.get("/api/assets", headers={"If-None-Match": listed.headers["etag"]})
        with client.stream("GET", "/api/live", params={"asset": "by_httpx"}, headers={"Last-Event-ID": "0"}) as live:
            told = next(line for line in live.iter_lines() if line == f"id: {seq}")

    [observed] = server.events("by_httpx", "observation")
    assert (200, {}, str(observed["seq"])) == (
        dropped.status_code,
        dropped.json(),
        dropped.headers["headwater-event-id"],
    )
    assert (200, 304, f"id: {seq}") == (listed.status_code, unchanged.status_code, told)


def test_the_second_curl_line_works_once_tokens_are_on(secured: tuple[DevServer, str]) -> None:
    """The deployment's path and the field's header let a report in; it stands in that deployment alone."""
    server, token = secured
    url = f"{server.url}/prod/report_asset_materialization/"
    options = ["-X", "POST", "-H", "Content-Type: application/json", "-H", f"Dagster-Cloud-Api-Token: {token}"]

    status, body, _ = curl(*options, url, "-d", BODY)

    reported = server.get("/prod/api/assets/events?key=raw_transactions", {"Authorization": f"Bearer {token}"})
    assert (200, {}) == (status, body)
    assert [{"via": "rest", "name": "partner", "by": None}] == [event["reporter"] for event in reported.json["items"]]
    assert 404 == server.get("/api/assets/detail?key=raw_transactions").status


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Dagster-Cloud-Api-Token": "hw_wrong"}])
def test_a_missing_or_wrong_token_is_refused(secured: tuple[DevServer, str], headers: dict[str, str]) -> None:
    """The answer is a 401 that says what to send, and nothing is written."""
    server, token = secured
    good = {"Authorization": f"Bearer {token}"}
    before = server.get("/prod/api/deployment", good).json["seq"]

    reported = server.post("/prod/report_asset_materialization/", {"asset_key": "a"}, headers)
    read = server.get("/prod/api/assets", headers)

    assert (401, 401) == (reported.status, read.status)
    assert "oken" in reported.json["error"]
    assert before == server.get("/prod/api/deployment", good).json["seq"]


def test_a_revoked_token_is_refused(secured: tuple[DevServer, str]) -> None:
    """A token that was revoked lets nobody in any more."""
    server, _ = secured
    home = str(server.home)
    created = json.loads(headwater("token", "create", "gone", "-d", "prod", "--home", home, "--json").stdout)
    headers = {"Authorization": f"Bearer {created['token']}"}
    assert 200 == server.get("/prod/api/assets", headers).status

    headwater("token", "revoke", created["token_id"], "-d", "prod", "--home", home)

    assert 401 == server.get("/prod/api/assets", headers).status


def test_a_person_signs_in_with_a_token(secured: tuple[DevServer, str]) -> None:
    """The app learns that a token is needed, and gets a cookie for it that scripts can't read."""
    server, token = secured
    before = server.get("/prod/api/deployment").json

    answer = server.post("/prod/api/session", {"token": token})

    cookie = answer.headers["set-cookie"]
    after = server.get("/prod/api/deployment", {"Cookie": cookie.partition(";")[0]}).json
    assert (True, False) == (before["auth_required"], before["signed_in"])
    assert 204 == answer.status
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert after["signed_in"]
    assert 401 == server.post("/prod/api/session", {"token": "wrong"}).status


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"{}", "application/json", 400),
        (b'{"asset_key": "a", "metadata": 5}', "application/json", 400),
        (b"asset_key=a", "application/x-www-form-urlencoded", 400),
    ],
)
def test_a_wrong_report_writes_nothing(server: DevServer, body: bytes, content_type: str, status: int) -> None:
    """Each gets a 4xx with a JSON body that says what is wrong."""
    before = server.get("/api/deployment").json["seq"]

    answer = server.request("POST", "/report_asset_materialization/", body, {"Content-Type": content_type})

    assert status == answer.status
    assert answer.json["error"]
    assert before == server.get("/api/deployment").json["seq"]


def test_a_body_that_is_too_large_is_refused_before_it_is_read(server: DevServer, tmp_path: Path) -> None:
    """The answer is a 413 that says how much is taken."""
    large = tmp_path / "large.json"
    large.write_bytes(b"x" * (10 * 1024 * 1024 + 1))
    url = f"{server.url}/report_asset_materialization/"
    options = ["-X", "POST", "-H", "Content-Type: application/json", "-H", "Expect: 100-continue"]

    status, body, _ = curl(*options, url, "--data-binary", f"@{large}")

    assert 413 == status
    assert "10485760 bytes" in body["error"]


def test_a_report_door_takes_only_posts(server: DevServer) -> None:
    """Any other method is a 405 that names the right one, also without the last slash."""
    assert 405 == server.get("/report_asset_materialization/a").status
    assert 200 == server.post("/report_asset_materialization", {"asset_key": "no slash"}).status


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Host": "rebound.example"}, {"Origin": "null"}]
)
def test_foreign_pages_are_refused(server: DevServer, headers: dict[str, str]) -> None:
    """What a page of another origin makes a browser send is a 403, and so is a rebound host name."""
    before = server.get("/api/deployment").json["seq"]

    answer = server.post("/report_asset_materialization/", {"asset_key": "a"}, headers)

    assert 403 == answer.status
    assert before == server.get("/api/deployment").json["seq"]


def test_a_deployment_that_there_is_not_is_named(server: DevServer) -> None:
    """A report or query for it is a 404, not a page, and writes nothing."""
    answers = [server.get("/nope/api/assets"), server.post("/nope/report_asset_materialization/", {"asset_key": "a"})]

    assert [404, 404] == [answer.status for answer in answers]
    assert {"There is no deployment 'nope'."} == {answer.json["error"] for answer in answers}


def test_an_encoded_key_is_split_like_a_plain_one(server: DevServer) -> None:
    """The path is decoded, then split: each part becomes a part of the key."""
    server.post("/report_asset_materialization/lake%2Fevents")

    assert "lake/events" == server.events("lake/events")[0]["asset_key"]


def test_openlineage_events_become_assets_and_edges(server: DevServer) -> None:
    """A real dbt build shows as assets with dependencies, schema and history."""
    sent = json.loads((SAMPLES / "dbt" / "build_batch.json").read_text())
    answers = [server.post("/api/v1/lineage", event) for event in sent]

    graph = server.get("/api/graph").json
    assert {201} == {answer.status for answer in answers}
    assert any(answer.json["events"] for answer in answers)
    keys = [node["asset"]["key"] for node in graph["nodes"]]
    edges = {(keys[up], keys[down]) for up, down in graph["edges"]}
    learned = [(up, down) for up, down in edges if "stg_orders" in up or "stg_orders" in down]
    assert learned
    assert {"undefined"} == {node["asset"]["kind"] for node in graph["nodes"] if "stg_orders" in node["asset"]["key"]}


def test_openlineage_may_come_packed_and_in_lists(server: DevServer) -> None:
    """Producers that gzip, or send lists, are understood; malformed events are refused whole."""
    sent = json.loads((SAMPLES / "client" / "events.json").read_text())
    packed = gzip.compress(json.dumps(sent).encode())
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}

    assert 201 == server.request("POST", "/api/v1/lineage/batch", packed, headers).status
    refused = server.post("/api/v1/lineage", [*sent, {"eventType": "COMPLETE"}])
    assert 400 == refused.status
    assert f"Event [{len(sent)}]" in refused.json["error"]


def test_the_command_reports(server: DevServer) -> None:
    """`headwater report` sends what the shell says, and prints the event's id."""
    done = headwater(
        "report", "materialization", "lake/shell", "-m", "rows=5", "-m", "note=hello", "--url", server.url, "--json"
    )

    event = server.events("lake/shell")[0]
    assert str(event["seq"]) == json.loads(done.stdout)["event_id"]
    assert ({"type": "int", "value": 5}, {"type": "text", "value": "hello"}) == (
        event["metadata"]["rows"],
        event["metadata"]["note"],
    )


def test_the_command_says_where_it_looked(tmp_path: Path) -> None:
    """With no server there, the command says so in one line and fails."""
    done = headwater("report", "observation", "a", "--url", "http://127.0.0.1:9")

    assert 1 == done.returncode
    assert "127.0.0.1:9" in done.stderr
    assert "Traceback" not in done.stderr
