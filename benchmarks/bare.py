"""The limit that the machine sets: a plain ASGI function, msgspec, and one group-committing writer of a bare table.

Run as `python benchmarks/bare.py PORT FILE`, or with the address of a PostgreSQL database for FILE.
It does nothing but what a durable report can't do without.
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import sys
import threading
from collections.abc import Callable
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
        commit = _postgres(self._path) if "://" in self._path else _sqlite(self._path)
        while True:
            group = [self._queue.get()]
            while not self._queue.empty() and len(group) < 1_000:
                group.append(self._queue.get())
            commit([(body,) for bodies, _, _ in group for body in bodies])
            group[0][1].call_soon_threadsafe(_tell, [future for _, _, future in group])


def _sqlite(path: str) -> Callable[[list[tuple[bytes]]], None]:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS events (seq INTEGER PRIMARY KEY, body BLOB)")

    def commit(rows: list[tuple[bytes]]) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO events (body) VALUES (?)", rows)
        connection.execute("COMMIT")

    return commit


def _postgres(url: str) -> Callable[[list[tuple[bytes]]], None]:
    import psycopg

    connection = psycopg.connect(url)
    connection.execute("CREATE TABLE IF NOT EXISTS bare_events (seq BIGSERIAL PRIMARY KEY, body BYTEA)")
    connection.commit()

    def commit(rows: list[tuple[bytes]]) -> None:
        values = ", ".join(["(%s)"] * len(rows))
        # The text is made of placeholders alone.
        connection.execute(f"INSERT INTO bare_events (body) VALUES {values}", [row[0] for row in rows])
        connection.commit()

    return commit


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
