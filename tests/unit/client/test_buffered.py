"""Reports that are kept on disk and delivered later: in order, each once, whatever happens in between."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from stand_in import StandIn, stand_in

from headwater.client import AsyncReportBuffer, HeadwaterClient, ReportBuffer, Spool, SpoolFullError, calls, deliver
from headwater.errors import ClientError


def client_of(server: StandIn) -> HeadwaterClient:
    """A client that tries each report once; the buffer tries again by itself."""
    return HeadwaterClient(server.url, retries=0)


def numbers(server: StandIn) -> list[int]:
    """The numbers that arrived."""
    return [received.json["metadata"]["n"] for received in server.received]


def test_delivered_in_order(server: StandIn, tmp_path: Path) -> None:
    """What is reported arrives in the order of the calls, with a key and a moment each, and nothing is left."""
    with client_of(server) as client, ReportBuffer(client, tmp_path / "spool") as buffer:
        for number in range(20):
            buffer.report_materialization("a", metadata={"n": number})
        buffer.flush(60)
        pending = buffer.pending

    assert list(range(20)) == numbers(server)
    assert 0 == pending
    assert 20 == len({received.headers["idempotency-key"] for received in server.received})
    assert all(float(received.headers["headwater-timestamp"]) > 1e9 for received in server.received)


def test_kept_while_the_server_is_down(tmp_path: Path) -> None:
    """Reports made while nobody listens survive the process's buffer, and the next one delivers them first."""
    with HeadwaterClient("http://127.0.0.1:9", retries=0) as nowhere:
        buffer = ReportBuffer(nowhere, tmp_path / "spool")
        buffer.report_observation("a", metadata={"n": 0})
        buffer.report_check("a", "rows", True, metadata={"n": 1})
        with pytest.raises(
            ClientError, match=r"2 reports wait in .*spool still\. The last try: Nothing can be reached"
        ):
            buffer.flush(0.5)
        buffer.close(0)
    with stand_in() as server, client_of(server) as client, ReportBuffer(client, tmp_path / "spool") as buffer:
        buffer.report_materialization("a", metadata={"n": 2})
        buffer.flush(60)

    assert [0, 1, 2] == numbers(server)


def test_sent_again_under_its_key(server: StandIn, tmp_path: Path) -> None:
    """A report whose fate is not known is sent again under the same key, before any later one."""
    server.failures = [503]
    with client_of(server) as client, ReportBuffer(client, tmp_path / "spool") as buffer:
        buffer.report_materialization("a", metadata={"n": 0})
        buffer.report_materialization("a", metadata={"n": 1})
        buffer.flush(60)

    assert [0, 0, 1] == numbers(server)
    first, again, _ = server.received
    assert first.headers["idempotency-key"] == again.headers["idempotency-key"]


def test_refused_ones_do_not_block(server: StandIn, tmp_path: Path) -> None:
    """What the server refuses for good is set aside with the reason; what follows is delivered."""
    server.failures = [400]
    with client_of(server) as client, ReportBuffer(client, tmp_path / "spool") as buffer:
        buffer.report_materialization("a", metadata={"n": 0})
        buffer.report_materialization("a", metadata={"n": 1})
        buffer.flush(60)
        (refused,) = buffer.refused()

    assert [0, 1] == numbers(server)
    assert {"n": 0} == json.loads(refused.body)["metadata"]
    assert "was answered 400" in str(refused.refused)


@pytest.mark.parametrize("status", [401, 403, 404, 500, 307])
def test_a_fault_of_the_setting_loses_nothing(server: StandIn, tmp_path: Path, status: int) -> None:
    """A wrong token or address stops the delivery and keeps every report."""
    server.status = status
    spool = Spool(tmp_path / "spool")
    for number in range(3):
        spool.put(calls.report_materialization("a", {"metadata": {"n": number}}))
    with client_of(server) as client:
        delivery = deliver(client, spool)
    spool.close()

    assert (0, 0, 3) == (len(delivery.event_ids), len(delivery.refused), delivery.waiting)
    assert f"answered {status}" in str(delivery.stopped_by)
    assert 1 == len(server.received)


def test_one_delivers_at_a_time(server: StandIn, tmp_path: Path) -> None:
    """While one delivers from a file, another says so and leaves the order alone."""
    mine, other = Spool(tmp_path / "spool"), Spool(tmp_path / "spool")
    mine.put(calls.report_materialization("a", {}))
    with client_of(server) as client, mine.delivering() as first:
        delivery = deliver(client, other)
    mine.close()
    other.close()

    assert (True, 1) == (first, delivery.waiting)
    assert "Another process delivers" in str(delivery.stopped_by)
    assert [] == server.received


def test_bounded(tmp_path: Path) -> None:
    """A full spool says so instead of filling the disk, and keeps what it has."""
    spool = Spool(tmp_path / "spool", most=2)
    for _ in range(2):
        spool.put(calls.report_materialization("a", {}))
    with pytest.raises(SpoolFullError, match=r"2 reports wait in .* as many as may"):
        spool.put(calls.report_materialization("a", {}))

    assert 2 == spool.count()
    spool.close()


def test_a_file_that_is_no_spool(tmp_path: Path) -> None:
    """A file of something else is not touched, and the error names it."""
    (tmp_path / "notes").write_text("not a database, but long enough to be looked at as one" * 40)
    with pytest.raises(ClientError, match="notes can't be used as a spool of reports"):
        Spool(tmp_path / "notes")


def test_in_an_event_loop(server: StandIn, tmp_path: Path) -> None:
    """Reports by many tasks at once arrive once each; what waits at the end is delivered by the next buffer."""

    async def report_all() -> int:
        with HeadwaterClient("http://127.0.0.1:9", retries=0) as nowhere:
            buffer = await AsyncReportBuffer(nowhere, tmp_path / "spool").__aenter__()
            await buffer.report_materialization("a", metadata={"n": 0})
            await buffer.close(0)
        with client_of(server) as client:
            async with AsyncReportBuffer(client, tmp_path / "spool") as buffer:
                await asyncio.gather(*(buffer.report_observation("a", metadata={"n": n}) for n in range(1, 20)))
                await buffer.report_check("a", "rows", True, metadata={"n": 20})
                await buffer.flush(60)
                assert [] == await buffer.refused()
                return await buffer.pending()

    assert 0 == asyncio.run(report_all())
    assert (0, set(range(21)), 20) == (numbers(server)[0], set(numbers(server)), numbers(server)[-1])
    with pytest.raises(RuntimeError, match="inside of its `async with`"):
        asyncio.run(AsyncReportBuffer(client_of(server), tmp_path / "other").pending())
