"""The limit that the machine sets: a plain ASGI function, msgspec, and one group-committing writer of bare SQLite.

Run as `python benchmarks/bare.py PORT FILE`. It does nothing but what a durable report can't do without.
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import sys
import threading
from typing import Any

import msgspec
import uvicorn

Waiting = tuple[list[bytes], asyncio.AbstractEventLoop, "asyncio.Future[None]"]


class Writer:
    """One thread; whatever waits goes into one transaction."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._queue: queue.SimpleQueue[Waiting] = queue.SimpleQueue()
        threading.Thread(target=self._work, daemon=True).start()

    async def write(self, bodies: list[bytes]) -> None:
        """Wait until it is on disk."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        self._queue.put((bodies, loop, future))
        await future

    def _work(self) -> None:
        connection = sqlite3.connect(self._path, isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE IF NOT EXISTS events (seq INTEGER PRIMARY KEY, body BLOB)")
        while True:
            group = [self._queue.get()]
            while not self._queue.empty() and len(group) < 1_000:
                group.append(self._queue.get())
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(
                "INSERT INTO events (body) VALUES (?)", [(body,) for bodies, _, _ in group for body in bodies]
            )
            connection.execute("COMMIT")
            group[0][1].call_soon_threadsafe(_tell, [future for _, _, future in group])


def _tell(futures: list[asyncio.Future[None]]) -> None:
    for future in futures:
        future.set_result(None)


def build(path: str) -> Any:
    """The application."""
    writer = Writer(path)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            return
        chunks, more = [], True
        while more:
            message = await receive()
            chunks.append(message.get("body", b""))
            more = message.get("more_body", False)
        body = b"".join(chunks)
        if scope["method"] == "POST":
            told = msgspec.json.decode(body)
            await writer.write([msgspec.json.encode(each) for each in told] if isinstance(told, list) else [body])
        fields = [(b"content-type", b"application/json"), (b"content-length", b"2")]
        await send({"type": "http.response.start", "status": 200, "headers": fields})
        await send({"type": "http.response.body", "body": b"{}"})

    return app


if __name__ == "__main__":
    uvicorn.run(build(sys.argv[2]), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", lifespan="off")
