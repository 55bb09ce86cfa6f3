"""Reports of the buffered client reach a real server exactly once and in order, though it is killed in between."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from servers import dev_server

from headwater.client import HeadwaterClient, ReportBuffer

PROJECT = Path(__file__).parents[1] / "projects" / "hostile.py"
REPORTS = 300


def test_each_report_once_and_in_order(tmp_path: Path) -> None:
    """The server is killed while it takes reports and started again at another address: none is lost or repeated."""
    with dev_server(tmp_path / "home", str(PROJECT)) as server:
        with HeadwaterClient(server.url, retries=0) as client:
            buffer = ReportBuffer(client, tmp_path / "spool")
            for number in range(REPORTS // 2):
                buffer.report_materialization("kept", metadata={"n": number})
            server.wait_for(lambda: server.get("/api/assets/events?key=kept").json.get("items"))
            server.kill()
            for number in range(REPORTS // 2, REPORTS):
                buffer.report_materialization("kept", metadata={"n": number})
            buffer.close(0)
        server.start()
        with HeadwaterClient(server.url) as client, ReportBuffer(client, tmp_path / "spool") as buffer:
            buffer.flush(60)
        items = server.get("/api/assets/events?key=kept&limit=1000").json["items"]

    assert list(range(REPORTS)) == [event["metadata"]["n"]["value"] for event in items[::-1]]
    assert sorted(event["timestamp"] for event in items) == [event["timestamp"] for event in items[::-1]]


def test_the_command_keeps_what_it_cannot_send(tmp_path: Path) -> None:
    """`headwater report --spool` succeeds while the server is down, and `flush` delivers what it kept."""

    def headwater(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "headwater.cli", "report", *arguments, "--spool", str(tmp_path / "spool")]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    down = headwater("materialization", "kept", "-m", "n=1", "--url", "http://127.0.0.1:9")
    with dev_server(tmp_path / "home", str(PROJECT)) as server:
        flushed = headwater("flush", "--json", "--url", server.url)
        events = server.events("kept")

    assert (0, f"1 report left in {tmp_path / 'spool'}.\n") == (down.returncode, down.stdout)
    assert "Nothing can be reached at http://127.0.0.1:9/" in down.stderr
    assert 0 == flushed.returncode, flushed.stderr
    assert (1, 0) == (len(json.loads(flushed.stdout)["event_ids"]), json.loads(flushed.stdout)["waiting"])
    assert [1] == [event["metadata"]["n"]["value"] for event in events]
