"""The limit that the machine sets: a plain ASGI function, msgspec, and one group-committing writer of a bare table.

Run as `python benchmarks/bare.py PORT FILE`, or with the address of a PostgreSQL database for FILE.

It does nothing but what a durable report can't do without. The table is the log's own: a report becomes the same row of
nine columns under the same indexes, on SQLite with synchronous=FULL. There are no rules, no folds beside the log, no
middleware, nobody who follows, and no order across processes.
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

import msgspec
import sqlalchemy as sa
import uvicorn

from headwater.storage.schema import events

Waiting = tuple[list[Any], asyncio.AbstractEventLoop, "asyncio.Future[None]"]
Row = tuple[Any, ...]
_MOST_ROWS = 1_000
_SCHEMA = "bare"
"""Of the table on PostgreSQL, where the database may be another system's as well."""


class Writer:
    """One thread; whatever waits goes into one transaction."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._queue: queue.SimpleQueue[Waiting] = queue.SimpleQueue()
        threading.Thread(target=self._work, daemon=True).start()

    async def write(self, told: list[Any]) -> None:
        """Wait until it is on disk."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        self._queue.put((told, loop, future))
        await future

    def _work(self) -> None:
        commit = _postgres(self._path) if "://" in self._path else _sqlite(self._path)
        seq = 0
        while True:
            group = [self._queue.get()]
            while not self._queue.empty() and len(group) < 1_000:
                group.append(self._queue.get())
            reports = [each for told, _, _ in group for each in told]
            now = time.time_ns() // 1_000
            commit([_row(seq + place, each, now) for place, each in enumerate(reports, start=1)])
            seq += len(reports)
            group[0][1].call_soon_threadsafe(_tell, [future for _, _, future in group])


def _row(seq: int, told: Any, now: int) -> Row:
    """The columns of `events`, in their order."""
    payload = msgspec.json.encode(told).decode()
    return (seq, "materialization", told["asset_key"], None, None, now, now, None, payload)


def _sqlite(path: str) -> Callable[[Sequence[Row]], None]:
    table = events.to_metadata(sa.MetaData())
    engine = sa.create_engine(f"sqlite:///{path}")
    table.create(engine)
    engine.dispose()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    # The text is made of placeholders alone.
    insert = f"INSERT INTO events VALUES ({', '.join('?' * len(table.columns))})"

    def commit(rows: Sequence[Row]) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(insert, rows)
        connection.execute("COMMIT")

    return commit


def _postgres(url: str) -> Callable[[Sequence[Row]], None]:
    import psycopg

    table = events.to_metadata(sa.MetaData(), schema=_SCHEMA)
    engine = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg"))
    with engine.begin() as creating:
        creating.execute(sa.schema.CreateSchema(_SCHEMA))
        table.create(creating)
    engine.dispose()
    # A statement is a transaction by itself: one round trip.
    connection = psycopg.connect(url, autocommit=True)
    one = f"({', '.join(['%s'] * len(table.columns))})"

    def commit(rows: Sequence[Row]) -> None:
        with connection.transaction() if len(rows) > _MOST_ROWS else nullcontext():
            for start in range(0, len(rows), _MOST_ROWS):
                some = rows[start : start + _MOST_ROWS]
                # The text is made of placeholders alone.
                insert = f"INSERT INTO {_SCHEMA}.events VALUES {', '.join([one] * len(some))}"
                connection.execute(insert.encode(), [value for row in some for value in row])

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
            await writer.write(told if isinstance(told, list) else [told])
        fields = [(b"content-type", b"application/json"), (b"content-length", b"2")]
        await send({"type": "http.response.start", "status": 200, "headers": fields})
        await send({"type": "http.response.body", "body": b"{}"})

    return app


if __name__ == "__main__":
    uvicorn.run(build(sys.argv[2]), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", lifespan="off")
