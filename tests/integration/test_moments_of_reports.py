"""When reports say that things happened: what is too far from now, and what is only history."""

from __future__ import annotations

from pathlib import Path

from servers import dev_server

from headwater.clock import SystemClock

PROJECT = Path(__file__).parents[1] / "projects" / "hostile.py"
DROP_IN = "/report_asset_materialization/raw"


def test_moments_far_from_now_are_flagged_where_the_rules_say_so(tmp_path: Path) -> None:
    """At both doors, in the future and the past; one within the limits has no flag."""
    seconds = SystemClock().now() / 1e6
    with dev_server(tmp_path / "home", str(PROJECT)) as server:
        rules = server.get("/api/report-rules").json
        server.put("/api/report-rules", {**rules, "odd_timestamps": "flag", "past_days": 10, "future_seconds": 60})
        for moment in (seconds - 9 * 86_400, seconds - 11 * 86_400, seconds + 3_600):
            assert 200 == server.post("/api/report", {"key": "there", "timestamp": moment}).status
            headers = {"Headwater-Timestamp": str(moment)}
            assert 200 == server.post("/report_asset_materialization/here", {}, headers).status
        flagged = {
            key: ["odd_timestamp" in event["flags"] for event in server.events(key)] for key in ("there", "here")
        }

    # The newest first.
    assert {"there": [True, False, True], "here": [True, False, True]} == flagged


def test_a_load_of_the_past_starts_nothing_unless_asked(tmp_path: Path) -> None:
    """Backdated reports start no run at either door; with `news` or the header `Headwater-News` they do."""
    past = SystemClock().now() / 1e6 - 86_400
    with dev_server(tmp_path / "home", str(PROJECT)) as server:
        server.wait_for(lambda: server.get("/api/sensors").json["items"])

        def made_times(count: int) -> int:
            return len(server.wait_for(lambda: (found := server.events("cleaned"))[count - 1 :] and found))

        server.post(DROP_IN, {})
        first = made_times(1)
        load = [{"key": "raw", "timestamp": past + number} for number in range(50)]
        assert 200 == server.post("/api/report", load).status
        assert 200 == server.post(DROP_IN, {}, {"Headwater-Timestamp": str(past)}).status
        # Decisions follow the log, so whatever the load started would be there before what this starts.
        server.post(DROP_IN, {})
        second = made_times(2)
        server.post("/api/report", {"key": "raw", "timestamp": past, "news": True})
        third = made_times(3)
        server.post(DROP_IN, {}, {"Headwater-Timestamp": str(past), "Headwater-News": "true"})
        fourth = made_times(4)
        wrong = server.post("/api/report", {"key": "raw", "kind": "observation", "news": True})

    assert [1, 2, 3, 4] == [first, second, third, fourth]
    assert (400, "observation takes no news; a materialization does.") == (
        wrong.status,
        wrong.json["items"][0]["error"],
    )
