"""Reports beside thousands of open live streams: what listening costs those who report."""

from __future__ import annotations

import asyncio
import multiprocessing
from multiprocessing.synchronize import Event

from benchmarks.load import Load, run_load
from benchmarks.systems import headwater, running

_REPORTERS = 64
_SOCKETS_AT_ONCE = 100


def measure(listeners: int, seconds: float) -> None:
    """Print a table: nobody listens, everybody listens to another asset, everybody listens to everything."""
    print(f"Reports from {_REPORTERS} connections beside {listeners:,} live streams ({seconds:g} s each)")
    print(f"{'':<32}{'reports/s':>12}{'p50 ms':>10}{'p99 ms':>10}")
    ways = {"nobody listens": None, "all listen to another asset": "?asset=idle", "all listen to everything": ""}
    for name, query in ways.items():
        with running(headwater()) as started:
            run_load(started.port, 2, 1.0)
            load = _beside(started.port, 0 if query is None else listeners, query or "", seconds)
        print(f"{name:<32}{load.requests_per_second:>12,.0f}{load.p50:>10.1f}{load.p99:>10.1f}", flush=True)


def _beside(port: int, listeners: int, query: str, seconds: float) -> Load:
    context = multiprocessing.get_context("spawn")
    ready, done = context.Event(), context.Event()
    listening = context.Process(target=_listen, args=(port, listeners, query, ready, done), daemon=True)
    listening.start()
    ready.wait()
    try:
        return run_load(port, _REPORTERS, seconds)
    finally:
        done.set()
        listening.join()


def _listen(port: int, count: int, query: str, ready: Event, done: Event) -> None:
    asyncio.run(_listen_to_all(port, count, query, ready, done))


async def _listen_to_all(port: int, count: int, query: str, ready: Event, done: Event) -> None:
    gate = asyncio.Semaphore(_SOCKETS_AT_ONCE)
    streams = [asyncio.create_task(_open(port, query, gate)) for _ in range(count)]
    opened = await asyncio.gather(*streams)
    ready.set()
    readers = [asyncio.create_task(_drain(reader)) for reader, _ in opened]
    await asyncio.to_thread(done.wait)
    for reader in readers:
        reader.cancel()
    for _, writer in opened:
        writer.transport.abort()


async def _open(port: int, query: str, gate: asyncio.Semaphore) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    async with gate:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET /api/live{query} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        await reader.readuntil(b"retry: 1000")
        return reader, writer


async def _drain(reader: asyncio.StreamReader) -> None:
    while await reader.read(1 << 16):
        pass
