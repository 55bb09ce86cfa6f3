"""Alerts on a real server: to real receivers, once each, and again only where it was killed in between."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from receivers import Hook, Hooks, Mailbox, hooks, mailbox
from servers import DevServer, dev_server

PROJECT = Path(__file__).parents[1] / "projects" / "alerting.py"
SECRET = "a secret that both know"


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """While a file of its name is in this folder, an asset or sensor of the project fails."""
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def chat() -> Iterator[Hooks]:
    """What takes the messages."""
    with hooks() as found:
        yield found


@pytest.fixture(scope="module")
def mail() -> Iterator[Mailbox]:
    """The mail server."""
    with mailbox() as found:
        yield found


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, state: Path, chat: Hooks, mail: Mailbox) -> Iterator[DevServer]:
    """A server whose engine knows the receivers."""
    environment = {
        "ALERTING_STATE": str(state),
        "CHAT_URL": f"{chat.url}/chat",
        "HOOK_SECRET": SECRET,
        "HEADWATER_SMTP_URL": mail.url,
        "HEADWATER_SMTP_FROM": "headwater@example.com",
    }
    with dev_server(tmp_path_factory.mktemp("home"), str(PROJECT), environment=environment) as server:
        server.wait_for(lambda: server.get("/api/assets").json["items"])
        yield server


def put(server: DevServer, name: str, **body: Any) -> Any:
    """Make a rule."""
    raw = json.dumps(body).encode()
    return server.request("PUT", f"/api/alert-rules/{name}", raw, {"Content-Type": "application/json"})


def remove(server: DevServer, name: str) -> None:
    """Remove a rule, so that it does not hear of the next test."""
    assert 204 == server.request("DELETE", f"/api/alert-rules/{name}", None, {}).status


def check(server: DevServer, *, passed: bool, severity: str = "ERROR") -> int:
    """Report how the check went; gives the event's number."""
    report = {
        "kind": "check_evaluation",
        "key": "orders",
        "check_name": "total",
        "passed": passed,
        "severity": severity,
    }
    answer = server.post("/api/report", report)
    assert 200 == answer.status, answer.json
    seq: int = answer.json["items"][0]["seq"]
    return seq


def deliveries(server: DevServer, rule: str) -> list[Any]:
    """The rule's messages, the oldest first."""
    items: list[Any] = server.get(f"/api/alert-deliveries?rule={rule}").json["items"]
    return items[::-1]


def alert_of(hook: Hook) -> Any:
    """The only alert of a webhook's message."""
    [alert] = json.loads(hook.body)["alerts"]
    return alert


def test_a_failing_check_is_told_once(server: DevServer, chat: Hooks) -> None:
    """However often it fails, there is one message, signed, with what it means; the next is that it passed."""
    channel = {"kind": "webhook", "url": f"{chat.url}/hook", "secret_env": "HOOK_SECRET"}
    made = put(server, "checks", channels=[channel], causes=["check_failure"], owners=["team:partners"])
    check(server, passed=False, severity="WARN")
    failed = check(server, passed=False)
    check(server, passed=False)
    passed = check(server, passed=True)
    first, second = chat.next(), chat.next()
    told = server.wait_for(lambda: len(deliveries(server, "checks")) == 2 and deliveries(server, "checks"))
    [incident] = server.get("/api/alerts?rule=checks").json["items"]
    remove(server, "checks")
    opened, resolved = alert_of(first), alert_of(second)
    signed = f"{first.headers['webhook-id']}.{first.headers['webhook-timestamp']}.".encode() + first.body
    signature = base64.b64encode(hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()).decode()

    assert 200 == made.status, made.json
    assert ("opened", "Check total of orders failed", failed) == (opened["event"], opened["title"], opened["seq"])
    assert (["orders"], ["team:partners"]) == (opened["assets"], opened["owners"])
    assert (["revenue", "forecast"], 2) == (opened["downstream"], opened["downstream_count"])
    assert ("resolved", passed) == (resolved["event"], resolved["seq"])
    assert f"v1,{signature}" == first.headers["webhook-signature"]
    assert [first.headers["webhook-id"], second.headers["webhook-id"]] == [each["delivery_id"] for each in told]
    assert (2, passed) == (incident["count"], incident["resolved_seq"])
    assert chat.is_empty()


def test_a_failed_run_and_the_next_version(server: DevServer, chat: Hooks, mail: Mailbox, state: Path) -> None:
    """A failed run of a selected asset is told in a chat and to its owner by e-mail; a new version resolves it."""
    channels = [{"kind": "slack", "url_env": "CHAT_URL"}, {"kind": "email", "owners": True}]
    put(server, "finance", channels=channels, causes=["run_failure"], assets="group:finance")
    (state / "revenue").touch()
    server.post("/api/runs", {"assets": ["revenue"]})
    said, (to, letter) = chat.next(), mail.next()
    (state / "revenue").unlink()
    server.post("/api/runs", {"assets": ["revenue"]})
    resolved, (_, second) = chat.next(), mail.next()
    remove(server, "finance")
    text = json.loads(said.body)["text"]

    assert "/chat" == said.path
    assert "🔴 *A run of revenue failed*" == text.splitlines()[0]
    assert "Downstream: forecast" in text.splitlines()
    assert (["cfo@example.com"], "A run of revenue failed") == (to, letter["Subject"])
    assert "Owners: cfo@example.com" in letter.get_content()
    assert "✅ *Resolved: A run of revenue failed*" == json.loads(resolved.body)["text"].splitlines()[0]
    assert "Resolved: A run of revenue failed" == second["Subject"]


def test_a_failing_sensor(server: DevServer, chat: Hooks, state: Path) -> None:
    """A sensor that fails is told once, however often it fails, and again as it works."""
    put(server, "sensors", channels=[{"kind": "webhook", "url": chat.url}], causes=["tick_failure"])
    (state / "watcher").touch()
    opened = alert_of(chat.next())
    (state / "watcher").unlink()
    resolved = alert_of(chat.next())
    remove(server, "sensors")

    assert ("opened", "watcher failed") == (opened["event"], opened["title"])
    assert "the file says so" in opened["detail"]
    assert "resolved" == resolved["event"]


def test_what_was_not_delivered_comes_after_a_kill(server: DevServer, chat: Hooks) -> None:
    """A message that the receiver refused waits; the server is killed, and the next one delivers it in order."""
    put(server, "again", channels=[{"kind": "webhook", "url": chat.url}], causes=["check_failure"])
    chat.status = 503
    check(server, passed=False)
    refused = chat.next()
    waiting = server.ask_until(lambda: (found := deliveries(server, "again")[0])["error"] and found)
    server.kill()
    # On a slow machine it was tried again before that.
    while not chat.is_empty():
        chat.next()
    chat.status = 200
    server.start()
    check(server, passed=True)
    first, second = chat.next(), chat.next()
    remove(server, "again")

    assert ("waiting", True) == (waiting["status"], waiting["attempts"] >= 1)
    assert "The receiver answered 503." == waiting["error"]
    assert refused.headers["webhook-id"] == first.headers["webhook-id"]
    assert ["opened", "resolved"] == [alert_of(first)["event"], alert_of(second)["event"]]


def test_by_command(server: DevServer, chat: Hooks) -> None:
    """A rule made by command sends a test, is listed, and every change of it is in the audit log."""

    def headwater(*arguments: str) -> str:
        command = [sys.executable, "-m", "headwater.cli", *arguments, "--home", str(server.home)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert 0 == done.returncode, done.stderr
        return done.stdout

    headwater("alert", "set", "night", "--slack", "CHAT_URL", "--on", "freshness", "--assets", "group:finance")
    headwater("alert", "test", "night")
    said = json.loads(chat.next().body)["text"]
    listed = headwater("alert", "list")
    sent = server.ask_until(lambda: deliveries(server, "night")[0]["ended_at"] and headwater("alert", "deliveries"))
    headwater("alert", "remove", "night")
    entered = json.loads(headwater("audit", "list", "--json"))

    assert "🔔 *A test of the alert rule night*" == said.splitlines()[0]
    assert ["night", "on", "freshness", "group:finance", "any", "slack", "CHAT_URL"] == listed.splitlines()[1].split()
    assert "delivered" in sent
    assert ["alert rule removed", "alert rule set"] == [each["action"] for each in entered if each["target"] == "night"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"channels": []}, "needs a channel"),
        ({"channels": [{"kind": "slack", "url": "https://x.example"}]}, "takes no 'url'"),
        ({"channels": [{"kind": "slack"}]}, "needs url_env"),
        ({"channels": [{"kind": "webhook"}]}, "either url or url_env"),
        ({"channels": [{"kind": "webhook", "url": "file:///etc/passwd"}]}, "begins with https://"),
        ({"channels": [{"kind": "email"}]}, "needs addresses"),
        ({"channels": [{"kind": "email", "to": ["a@b\nBcc: c@d"]}]}, "is no e-mail address"),
        ({"channels": [{"kind": "email", "to": ["a@b"]}], "assets": "group:("}, "group:("),
        ({"channels": [{"kind": "email", "to": ["a@b"]}], "assets": "status:failed"}, "status"),
        ({"channels": [{"kind": "email", "to": ["a@b"]}], "causes": []}, "needs a cause"),
    ],
)
def test_a_rule_that_could_tell_nobody(server: DevServer, body: dict[str, Any], said: str) -> None:
    """It is refused with what is missing, and nothing is kept."""
    answer = put(server, "wrong", **body)

    assert (400, True) == (answer.status, said in answer.json["detail"]), answer.json
    assert [] == server.get("/api/alert-rules").json["items"]
