"""A slow or greedy client is cut off, and harms nobody else meanwhile."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from headwater.server.access.hosts import Hosts
from headwater.server.app import Server
from headwater.server.deployment import Deployments
from headwater.server.metrics import Metrics
from headwater.server.observe import ObservedServer
from headwater.server.protocol import Bounds
from headwater.server.serving import GracefulServer, bind
from headwater.server.tracing import tracing_from_environment

LIMIT = 60.0
BOUNDS = Bounds(header_seconds=2.0, body_seconds=2.0, slowest=1e9, stalled_seconds=1.0, connections=500)
HEAD = b"POST /report_asset_materialization/a HTTP/1.1\r\nHost: localhost\r\n"
Connect = Callable[[], "asyncio.Future[tuple[asyncio.StreamReader, asyncio.StreamWriter]]"]


@asynccontextmanager
async def serving(home: Path, bounds: Bounds = BOUNDS) -> AsyncIterator[int]:
    """A server in this loop; gives its port."""
    deployments = Deployments(home)
    metrics = Metrics(deployments)
    observed = ObservedServer(Server(deployments, Hosts()), metrics, tracing_from_environment())
    listening = bind("127.0.0.1", 0)
    server = GracefulServer(observed, bounds=bounds)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        await task
        deployments.close()


async def everything(reader: asyncio.StreamReader) -> bytes:
    """What comes until the server closes."""
    async with asyncio.timeout(LIMIT):
        try:
            return await reader.read()
        except ConnectionError:
            return b""


async def test_clients_that_never_finish_harm_nobody(tmp_path: Path) -> None:
    """Two hundred that send half a head or half a body are cut off, while reports of others go on."""
    async with serving(tmp_path) as port:
        halves = [HEAD, HEAD + b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{", b"", b"\r\n"]
        slow = [await asyncio.open_connection("127.0.0.1", port) for _ in range(200)]
        for number, (_, writer) in enumerate(slow):
            writer.write(halves[number % len(halves)])
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=LIMIT) as client:
            reports = [await client.post(f"/report_asset_materialization/b{number}") for number in range(50)]
            ends = await asyncio.gather(*(everything(reader) for reader, _ in slow))
            after = await client.post("/report_asset_materialization/c")
            head = (await client.get("/health/ready")).json()["seq"]
        for _, writer in slow:
            writer.close()

    assert {200} == {answer.status_code for answer in (*reports, after)}
    assert 51 == head
    assert {b"HTTP/1.1 408", b""} == {end[:12] for end in ends}


async def test_a_client_that_drips_is_cut_off_too(tmp_path: Path) -> None:
    """A byte now and then gains no time."""
    async with serving(tmp_path) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(HEAD)
        ended = asyncio.ensure_future(everything(reader))
        while not ended.done():
            writer.write(b"X: x\r\n")
            await asyncio.wait([ended], timeout=0.2)
        writer.close()

        assert b"HTTP/1.1 408" == ended.result()[:12]


async def test_a_client_that_does_not_read_is_cut_off(tmp_path: Path) -> None:
    """Its answers don't pile up here."""
    async with serving(tmp_path) as port:
        with socket.socket() as greedy:
            greedy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            greedy.setblocking(False)
            await asyncio.get_running_loop().sock_connect(greedy, ("127.0.0.1", port))
            ask = b"GET /api/docs/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"
            with pytest.raises(ConnectionError):
                await _ask_for_ever(greedy, ask)


async def test_connections_are_bounded(tmp_path: Path) -> None:
    """One too many is told so at once; when one ends, there is room again."""
    bounds = Bounds(connections=3, header_seconds=LIMIT)
    async with serving(tmp_path, bounds) as port:
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        refused = await everything(reader)
        writer.close()
        held[0][1].close()
        while True:
            again = await asyncio.open_connection("127.0.0.1", port)
            again[1].write(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            answer = await everything(again[0])
            again[1].close()
            if answer.startswith(b"HTTP/1.1 200"):
                break
        for _, writer in held[1:]:
            writer.close()

    assert refused.startswith(b"HTTP/1.1 503")
    assert b"too many connections" in refused


async def _ask_for_ever(greedy: socket.socket, ask: bytes) -> None:
    async with asyncio.timeout(LIMIT):
        while True:
            await asyncio.get_running_loop().sock_sendall(greedy, ask)
