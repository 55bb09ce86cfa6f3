"""The live stream over real HTTP: what was committed, by filter, resumable, for slow readers and for many."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from servers import DevServer, dev_server

PROJECT = Path(__file__).parents[1] / "projects" / "lineage.py"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevServer]:
    """A server with a small lineage."""
    with dev_server(tmp_path_factory.mktemp("home"), str(PROJECT)) as server:
        server.wait_for(lambda: server.get("/api/assets").json["items"])
        yield server


@contextmanager
def listening(server: DevServer, query: str = "", headers: dict[str, str] | None = None) -> Iterator[Any]:
    """The messages of a stream: the name of each and its data."""
    address = urlsplit(server.url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=60)
    connection.request("GET", f"/api/live{query}", headers=headers or {})
    response = connection.getresponse()
    assert 200 == response.status, response.read()

    def messages() -> Iterator[tuple[str, Any]]:
        name = ""
        while line := response.readline().decode().rstrip("\n"):
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                yield name, json.loads(line.removeprefix("data: "))
                response.readline()

    assert response.readline().startswith(b"retry:")
    response.readline()
    yield messages()
    response.close()
    connection.close()


def report(server: DevServer, key: str, kind: str = "materialization") -> int:
    """Report an asset, and give the event's number."""
    answer = server.post(f"/report_asset_{kind}/{key}")
    assert 200 == answer.status
    return int(answer.headers["headwater-event-id"])


def test_filters(server: DevServer) -> None:
    """A listener hears of the assets and kinds that it asks for, and of nothing else."""
    with listening(server, "?asset=wanted/one&asset=two&kind=observation") as messages:
        report(server, "wanted/one")
        report(server, "other", "observation")
        expected = [report(server, "two", "observation"), report(server, "wanted/one", "observation")]
        heard = [next(messages) for _ in range(2)]

    assert [("commit", seq) for seq in expected] == [(name, data["seq"]) for name, data in heard]


def test_a_selection(server: DevServer) -> None:
    """A selection filters by what it means."""
    keys = [item["key"] for item in server.get("/api/assets").json["items"] if item["kind"] == "external"]
    with listening(server, "?selection=is:external") as messages:
        report(server, "nobody/defined/this")
        seq = report(server, keys[0])
        _, heard = next(messages)

    assert (seq, keys[0]) == (heard["seq"], heard["asset_key"])


def test_resumed_without_a_gap(server: DevServer) -> None:
    """From a place in the log on every event is told once and in order, those that come meanwhile included."""
    first = report(server, "counted")
    events = [{"key": "counted", "metadata": {"n": number}} for number in range(1_500)]
    assert 200 == server.post("/api/report", events).status
    with listening(server, f"?after={first}&asset=counted") as messages:
        last = report(server, "counted")
        heard = []
        for _, data in messages:
            heard.append(data["seq"])
            if data["seq"] == last:
                break

    assert list(range(first + 1, last + 1)) == heard


def test_a_browser_far_behind_is_told_to_read_anew(server: DevServer) -> None:
    """A reconnect over hundreds of events is one `reset`, then goes on with what is new."""
    first = report(server, "many")
    assert 200 == server.post("/api/report", [{"key": "many"} for _ in range(600)]).status
    with listening(server, "", {"Last-Event-ID": str(first)}) as messages:
        name, _ = next(messages)
        seq = report(server, "many")
        _, data = next(messages)

    assert ("reset", seq) == (name, data["seq"])


def test_a_slow_reader_holds_nobody_up(server: DevServer) -> None:
    """While one listener reads nothing at all, others hear and reports are taken; it misses nothing once it reads."""
    first = report(server, "slow")
    address = urlsplit(server.url)
    with socket.create_connection((str(address.hostname), address.port)) as lazy:
        lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        lazy.sendall(f"GET /api/live?after={first}&asset=slow HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        with listening(server, "?asset=slow") as messages:
            for _ in range(12):
                assert 200 == server.post("/api/report", [{"key": "slow"} for _ in range(1_000)]).status
            last = report(server, "slow")
            heard = next(data["seq"] for _, data in messages if data["seq"] == last)
        lazy.settimeout(60)
        received = b""
        while b'"seq":%d,' % last not in received[-4_000:]:
            received += lazy.recv(65_536)

    assert last == heard
    assert last - first == received.count(b"event: commit")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?kind=nonsense", "kind=nonsense is not a kind of event"),
        ("?after=-1", "after=-1 is not a place in the log"),
        ("?selection=(", "selection"),
        ("?aset=x", "There is no query parameter 'aset'"),
    ],
)
def test_wrong_addresses(server: DevServer, query: str, said: str) -> None:
    """What can't be read is a problem instead of a stream that never says anything."""
    answer = server.get(f"/api/live{query}")

    assert (400, "application/problem+json") == (answer.status, answer.headers["content-type"])
    assert said in answer.json["detail"]
