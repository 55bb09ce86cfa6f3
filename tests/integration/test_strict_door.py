"""`POST /api/report` of a running server: batches, modes, dry runs, keys, moments and rules."""

from __future__ import annotations

import json
from typing import Any

import pytest
from servers import Answer, DevServer

from headwater.clock import SystemClock, to_seconds


def post(server: DevServer, body: Any, query: str = "", **headers: str) -> Answer:
    """Send events."""
    return server.post(f"/api/report{query}", body, {name.replace("_", "-"): value for name, value in headers.items()})


def from_now(seconds: float) -> float:
    """A moment, in seconds since the epoch."""
    return to_seconds(SystemClock().now()) + seconds


def head(server: DevServer) -> int:
    """How far the log reaches."""
    seq: int = server.get("/health/ready").json["seq"]
    return seq


def test_thousands_of_events_in_one_request(server: DevServer) -> None:
    """A batch is one commit: its events follow each other without a gap."""
    lines = "\n".join(json.dumps({"key": "strict/many", "partition": f"p{n}"}) for n in range(3_000))

    answer = post(server, lines.encode(), Content_Type="application/x-ndjson")

    seqs = [item["seq"] for item in answer.json["items"]]
    assert (200, 3_000, 0) == (answer.status, answer.json["accepted"], answer.json["refused"])
    assert list(range(seqs[0], seqs[0] + 3_000)) == seqs


def test_all_or_nothing(server: DevServer) -> None:
    """One wrong event refuses the whole request, and says which one."""
    before = head(server)

    answer = post(server, [{"key": "strict/whole"}, {"key": "strict/whole", "colour": 1}])

    assert 400 == answer.status
    assert "1 of 2 events are wrong, so nothing was kept." == answer.json["error"]
    assert [(1, "refused")] == [(item["index"], item["status"]) for item in answer.json["items"]]
    assert before == head(server)
    assert [] == server.events("strict/whole")


def test_each_by_itself(server: DevServer) -> None:
    """The right ones are kept beside the wrong ones, with a result for each."""
    answer = post(server, [{"key": "strict/each"}, {"key": "strict/each", "colour": 1}], "?mode=each")

    assert (207, 1, 1) == (answer.status, answer.json["accepted"], answer.json["refused"])
    assert ["recorded", "refused"] == [item["status"] for item in answer.json["items"]]
    assert 1 == len(server.events("strict/each"))


def test_a_dry_run_keeps_nothing(server: DevServer) -> None:
    """It judges like the real one."""
    answer = post(server, {"key": "strict/dry"}, "?dry_run=true")

    assert (200, "valid") == (answer.status, answer.json["items"][0]["status"])
    assert ["unknown_asset"] == answer.json["items"][0]["flags"]
    assert [] == server.events("strict/dry")


def test_a_repeated_request_changes_nothing(server: DevServer) -> None:
    """Under one key a single report and a batch are answered with the events of the first time."""
    batch = [{"key": "strict/again"}, {"key": "strict/again", "idempotency_key": "of its own"}]

    first, again = (post(server, batch, Idempotency_Key="batch 1") for _ in range(2))
    other = post(server, [{"key": "strict/other"}], Idempotency_Key="batch 1")

    assert [item["seq"] for item in first.json["items"]] == [item["seq"] for item in again.json["items"]]
    assert ["repeated"] * 2 == [item["status"] for item in again.json["items"]]
    assert 2 == len(server.events("strict/again"))
    assert (422, []) == (other.status, server.events("strict/other"))


def test_the_drop_in_door_takes_keys_and_moments_in_headers(server: DevServer) -> None:
    """`Idempotency-Key` and `Headwater-Timestamp` go beyond the established fields."""
    moment = from_now(-3_600)
    headers = {"Idempotency-Key": "drop-in 1", "Headwater-Timestamp": str(moment)}

    answers = [
        server.post("/report_asset_materialization/strict/dropped", {"metadata": {"n": 1}}, headers) for _ in range(2)
    ]
    other = server.post("/report_asset_materialization/strict/dropped", {"metadata": {"n": 2}}, headers)

    assert [200, 200, 422] == [answer.status for answer in (*answers, other)]
    assert 1 == len({answer.headers["headwater-event-id"] for answer in answers})
    assert [pytest.approx(moment, abs=0.001)] == [event["timestamp"] for event in server.events("strict/dropped")]


@pytest.mark.parametrize("ahead", [True, False])
def test_a_moment_far_from_now_is_refused(server: DevServer, ahead: bool) -> None:
    """A clock that is wrong must not hide what comes after."""
    moment = from_now(3_600) if ahead else 0
    strict = post(server, {"key": "strict/odd", "timestamp": moment})
    headers = {"Headwater-Timestamp": str(moment)}
    drop_in = server.post("/report_asset_materialization/strict/odd", {}, headers)

    assert (400, 400) == (strict.status, drop_in.status)
    assert "odd_timestamp" in strict.json["items"][0]["error"]
    assert [] == server.events("strict/odd")


def test_the_definition_decides_what_is_valid(server: DevServer) -> None:
    """A partition or check that the definition does not have is refused here, and flagged at the drop-in door."""
    strict = post(server, {"key": "raw", "partition": "x"}, "?dry_run=1")
    check = post(server, {"key": "raw", "kind": "check_evaluation", "check_name": "no", "passed": True}, "?dry_run=1")

    assert (400, 400) == (strict.status, check.status)
    assert "raw has no partition 'x'" in strict.json["items"][0]["error"]
    assert "unknown_check" in check.json["items"][0]["error"]


def test_a_run_elsewhere_is_told_of(server: DevServer) -> None:
    """Its states are events of the asset, and no materialization."""
    states = ("external_started", "external_progressing", "external_failed")

    answer = post(server, [{"key": "strict/job", "kind": state, "run_id": "dag-1"} for state in states])

    assert 200 == answer.status
    assert ["Its run elsewhere failed"] == [event["title"] for event in server.events("strict/job", "external_failed")]
    assert [] == server.events("strict/job")


@pytest.mark.parametrize(
    ("body", "query", "status", "message"),
    [
        (b"{", "", 400, "truncated"),
        (b"[", "", 400, "no JSON array"),
        ([], "", 400, "no event"),
        ({"key": "a"}, "?mode=some", 400, "mode=some is not known"),
        ({"key": "a"}, "?colour=1", 400, "no query parameter 'colour'"),
        ({"key": "a"}, "?dry_run=perhaps", 400, "dry_run=perhaps"),
    ],
)
def test_wrong_requests_are_named(server: DevServer, body: Any, query: str, status: int, message: str) -> None:
    """Each is refused with a sentence, and nothing is written."""
    before = head(server)

    answer = post(server, body, query)

    assert (status, before) == (answer.status, head(server))
    assert message in answer.body.decode()


def test_only_post_is_taken(server: DevServer) -> None:
    """Another method is told which one to use."""
    assert 405 == server.get("/api/report").status


def test_corrections_over_http(server: DevServer) -> None:
    """An asset's history is moved, an event withdrawn; a dry run says how much it is about, and reports follow."""
    seqs = [item["seq"] for item in post(server, [{"key": "fix/a"}, {"key": "fix/a"}]).json["items"]]

    dry = server.post("/api/corrections/rename", {"key": "fix/a", "to": "fix/b", "dry_run": True})
    missing = server.post("/api/corrections/withdraw", {"seq": 10**9})
    gone = server.post("/api/corrections/withdraw", {"seq": seqs[1], "reason": "wrong file"})
    moved = server.post("/api/corrections/rename", {"key": "fix/a", "to": "fix/b"})

    assert {"seq": None, "events": 2} == dry.json
    assert (404, 200, 200) == (missing.status, gone.status, moved.status)
    assert 2 == len(server.events("fix/b"))
    titles = [event["title"] for event in server.events("fix/b", "event_withdrawn")]
    assert [f"Event {seqs[1]} withdrawn: wrong file"] == titles
    assert {seqs[1]: True, seqs[0]: False} == {
        event["seq"]: "withdrawn" in event["flags"] for event in server.events("fix/b")
    }
