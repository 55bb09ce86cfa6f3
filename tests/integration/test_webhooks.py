"""Webhooks on a real server: made by command and over HTTP, signed, tried, refused."""

from __future__ import annotations

import hashlib
import hmac
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from servers import DevServer, dev_server

PROJECT = Path(__file__).parents[1] / "projects" / "lineage.py"
SECRET = "the secret of the lake"
PUSH = {"repository": {"full_name": "acme/models"}, "after": "c0ffee", "ref": "refs/heads/main", "compare": "https://x"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevServer]:
    """A server that knows a secret."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAKE_SECRET", SECRET)
        with dev_server(tmp_path_factory.mktemp("home"), str(PROJECT)) as server:
            yield server


def headwater(server: DevServer, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command on the server's home."""
    command = [sys.executable, "-m", "headwater.cli", "webhook", *arguments, "--home", str(server.home)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def deliver(server: DevServer, path: str, body: Any, headers: dict[str, str]) -> Any:
    """Send as GitHub does."""
    raw = json.dumps(body).encode()
    signature = hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
    return server.post(path, raw, {"X-Hub-Signature-256": f"sha256={signature}", **headers})


def test_a_signed_push(server: DevServer) -> None:
    """A delivery with the right signature is an event of the log, once however often it comes; a forged one is none."""
    made = headwater(server, "set", "models", "--preset", "github-push", "--signature", "github:LAKE_SECRET")
    server.ask_until(lambda: server.post("/hooks/models", b"{}").status != 404)
    headers = {"X-GitHub-Event": "push", "X-GitHub-Delivery": "d-1"}
    first = deliver(server, "/hooks/models", PUSH, headers)
    again = deliver(server, "/hooks/models", PUSH, headers)
    ping = deliver(server, "/hooks/models", {"zen": "…"}, {"X-GitHub-Event": "ping"})
    forged = server.post("/hooks/models", PUSH, {"X-Hub-Signature-256": "sha256=00", **headers})
    events = server.events("git/acme\\/models")

    assert 0 == made.returncode, made.stderr
    assert (200, "recorded") == (first.status, first.json["items"][0]["status"])
    assert (200, "repeated") == (again.status, again.json["items"][0]["status"])
    assert (200, []) == (ping.status, ping.json["items"])
    assert (403, True) == (forged.status, "signature is missing or wrong" in forged.json["detail"])
    assert [("c0ffee", {"via": "webhook", "name": "models", "by": None})] == [
        (e["data_version"], e["reporter"]) for e in events
    ]


def test_made_and_tried_over_http(server: DevServer) -> None:
    """A rule made over HTTP is listed, shows what it would report without keeping it, and is gone once removed."""
    rule = {"key": "join('/', ['table', item.name])", "each": "body.tables", "metadata": {"rows": "item.rows"}}
    put = server.request("PUT", "/api/webhooks/tables", json.dumps(rule).encode(), {"Content-Type": "application/json"})
    body = {"tables": [{"name": "a", "rows": 3}, {"name": "b", "rows": 4}]}
    tried = server.post("/api/webhooks/tables/try", {"body": body})
    listed = {item["name"]: item["path"] for item in server.get("/api/webhooks").json["items"]}
    gone = server.request("DELETE", "/api/webhooks/tables", None, {})

    assert (200, "/hooks/tables") == (put.status, put.json["path"])
    assert ["valid", "valid"] == [item["status"] for item in tried.json["items"]]
    assert "/hooks/tables" == listed["tables"]
    assert 204 == gone.status
    assert [] == server.events("table/a")


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        ("/hooks/nobody", b"{}", 404, "There is no webhook 'nobody'"),
        ("/hooks/plain", b"{", 400, "The body is not JSON"),
        ("/hooks/plain", b'{"key": 7}', 400, "gives no key of an asset, but 7"),
        ("/hooks/unset", b"{}", 400, "NO_SUCH_VARIABLE, which is not set"),
    ],
)
def test_wrong_deliveries(server: DevServer, path: str, body: bytes, status: int, said: str) -> None:
    """What can't be turned into reports is a problem that says why, and nothing is kept."""
    assert 0 == headwater(server, "set", "plain", "--key", "body.key").returncode
    unset = headwater(server, "set", "unset", "--key", "body.key", "--signature", "token:NO_SUCH_VARIABLE:X-Token")
    assert 0 == unset.returncode
    server.ask_until(lambda: server.post("/hooks/unset", b"{}").status != 404)
    before = server.get("/health/ready").json["seq"]

    answer = server.post(path, body)

    assert (status, True) == (answer.status, said in answer.json["detail"]), answer.body
    assert before == server.get("/health/ready").json["seq"]


def test_wrong_rules(server: DevServer) -> None:
    """A command that would make a useless rule says what is wrong and makes none."""
    wrong = headwater(server, "set", "bad", "--key", "a[")
    unknown = headwater(server, "set", "bad", "--key", "a", "--set", "colour=red")

    assert (1, True) == (wrong.returncode, "key is no JMESPath expression" in wrong.stderr)
    assert (1, True) == (unknown.returncode, "colour" in unknown.stderr)
    assert "bad" not in headwater(server, "list").stdout
