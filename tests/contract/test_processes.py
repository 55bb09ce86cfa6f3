"""Several processes write to one store at once, on every database, and a reader beside them skips nothing."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from headwater.storage.log import folds
from headwater.storage.store import Store

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
UNITS = 40
WRITER = """
import sys
from builders import made
from headwater.storage.store import Store
from headwater.storage.log.writer import Unit

store = Store(sys.argv[1])
for number in range(int(sys.argv[3])):
    store.write(Unit(events=[made(sys.argv[2], partition=str(number)), made("shared")]))
store.close()
"""


async def follow(store: Store, count: int) -> list[int]:
    """The numbers of so many events, in the order in which a follower of the log reads them."""
    seen: list[int] = []
    watching = asyncio.create_task(store.tail.watch())
    with store.tail.subscribe(0) as subscription:
        while len(seen) < count:
            await subscription.wait()
            seen += [event.seq for event in await store.read_after(subscription.position, 1_000)]
            subscription.position = seen[-1]
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    return seen


def test_a_reader_beside_several_processes_skips_nothing(store: Store, database_url: Any) -> None:
    """Every number once and in order, as they come; and the folds that all of them kept are as the log says."""
    url = sa.make_url(database_url).render_as_string(hide_password=False)
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, url, f"writer {number}", str(UNITS)], cwd=Path(__file__).parents[1]
        )
        for number in range(3)
    ]
    expected = 2 * UNITS * len(writers)

    seen = asyncio.run(follow(store, expected))

    assert [0] * len(writers) == [writer.wait() for writer in writers]
    assert list(range(1, expected + 1)) == seen
    assert [] == store.read(folds.check)
