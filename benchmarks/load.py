"""A load generator that costs little itself: keep-alive connections, each sending the next request on the answer."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

BODY = b'{"asset_key": "measured", "metadata": {"rows": 12345, "path": "s3://bucket/file.csv"}}'
REPORT = "/report_asset_materialization/"
BATCH = "/api/report"


def batch_of(events: int) -> bytes:
    """A body with that many reports."""
    return b"[" + b",".join([BODY] * events) + b"]"


@dataclass(frozen=True)
class Load:
    """What a load came to. Times are in milliseconds."""

    requests_per_second: float
    p50: float
    p99: float


def run_load(port: int, connections: int, seconds: float, *, path: str = REPORT, body: bytes = BODY) -> Load:
    """Report from some connections for some time."""
    request = (
        b"POST %b HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
        % (path.encode(), len(body), body)
    )
    return asyncio.run(_run(port, connections, seconds, request))


async def _run(port: int, connections: int, seconds: float, request: bytes) -> Load:
    deadline = time.perf_counter() + seconds
    started = time.perf_counter()
    taken = await asyncio.gather(*(_report(port, deadline, request) for _ in range(connections)))
    elapsed = time.perf_counter() - started
    times = sorted(each for mine in taken for each in mine)
    return Load(len(times) / elapsed, 1_000 * times[len(times) // 2], 1_000 * times[int(len(times) * 0.99)])


async def _report(port: int, deadline: float, request: bytes) -> list[float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    times: list[float] = []
    while (sent := time.perf_counter()) < deadline:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"a report was answered with {head.splitlines()[0].decode()}")
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length.split(b":")[1]))
        times.append(time.perf_counter() - sent)
    writer.close()
    return times
