"""Workers are used again while they are well, and replaced once they leak."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from headwater.errors import WorkerDiedError
from headwater.location.protocol import wire
from headwater.location.sources.source import source_of
from headwater.location.supervision.loading import Loader
from headwater.location.supervision.process import MOST_GROWTH, LocationProcess, TaskFailedError

TASKS = f"""
import os
KEPT = []
HEAVY = 32 * 1024 * 1024

def behave(definitions, payload, emit):
    return str(os.getpid()).encode()

def grow(definitions, payload, emit):
    KEPT.append(b"x" * HEAVY)
    return behave(definitions, payload, emit)

def wait(definitions, payload, emit):
    with open(payload.decode()) as gate:
        gate.read()
    return behave(definitions, payload, emit)

def fork(definitions, payload, emit):
    child = os.fork()
    if child:
        os.waitpid(child, 0)
    elif payload == b"raises":
        raise RuntimeError("in the copy")
    elif payload == b"ends":
        raise SystemExit("in the copy")
    elif payload == b"reports":
        emit(b"from the copy")
    return behave(definitions, payload, emit)

def interrupt(definitions, payload, emit):
    raise KeyboardInterrupt("in user code")

def leak(definitions, payload, emit):
    KEPT.append(b"x" * {MOST_GROWTH + 16 * 1024 * 1024})
    return behave(definitions, payload, emit)

def die(definitions, payload, emit):
    grow(definitions, payload, emit)
    os.kill(os.getpid(), 9)

def fill(definitions, payload, emit):
    with open(payload.decode(), "w") as processes:
        processes.write(str(os.getpid()))
    for _ in range(16):
        grow(definitions, payload, emit)
"""
MEMORY = (
    (Path("/sys/fs/cgroup"), "memory.max", "memory.swap.max"),
    (Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes", "memory.memsw.limit_in_bytes"),
)
"""Where a group of processes with a limit is made, and the files that set it, on systems of today and of before."""


@pytest.fixture
async def location(tmp_path: Path) -> AsyncIterator[LocationProcess]:
    """A location without definitions, whose workers can be called with the tasks above."""
    (tmp_path / "tasks.py").write_text(TASKS)
    (tmp_path / "project.py").write_text("import headwater as hw\nimport tasks\ndefs = hw.Definitions()\n")
    loader = Loader(source_of(str(tmp_path / "project.py")), tasks=[], log_path=tmp_path / "log")
    process = await loader.load()
    yield process
    await process.stop()
    await loader.stop()


async def call(location: LocationProcess, task: str, *, light: bool = False) -> int:
    """Carry out a task; gives the process that did."""
    async with location.worker(light=light) as worker:
        return int(await worker.call(f"tasks:{task}", b"", timeout=60))


async def test_a_worker_that_leaks_is_replaced(location: LocationProcess) -> None:
    """One that is well goes on; one that has grown too far after a call gets no other."""
    first, second = await call(location, "behave"), await call(location, "behave")
    leaking = await call(location, "leak")
    after = await call(location, "behave")

    assert first == second == leaking
    assert after != leaking


@pytest.mark.parametrize("payload", [b"returns", b"raises", b"ends", b"reports"])
async def test_only_the_worker_answers_where_user_code_forks_it(location: LocationProcess, payload: bytes) -> None:
    """A copy that comes to the end of the call as well says nothing, and takes no call that comes later."""
    reported: list[bytes] = []
    async with location.worker() as worker:
        own = int(await worker.call("tasks:behave", b"", timeout=60))
        forked = int(await worker.call("tasks:fork", payload, timeout=60, on_emit=reported.append))
        later = [int(await worker.call("tasks:behave", b"", timeout=60)) for _ in range(3)]

    assert [own] * 4 == [forked, *later]
    assert [] == reported


async def test_whatever_user_code_raises_is_told_and_ends_no_worker(location: LocationProcess) -> None:
    """What is no `Exception` too, with its traceback."""
    async with location.worker() as worker:
        before = int(await worker.call("tasks:behave", b"", timeout=60))
        with pytest.raises(TaskFailedError, match="KeyboardInterrupt: in user code") as failed:
            await worker.call("tasks:interrupt", b"", timeout=60)
        after = int(await worker.call("tasks:behave", b"", timeout=60))

    assert before == after
    assert "in interrupt" in (failed.value.error.traceback or "")


async def test_light_calls_do_not_keep_a_worker_that_heavy_ones_made_grow(location: LocationProcess) -> None:
    """A step's memory is given back although ticks go on; what ticks themselves take is theirs to keep."""
    heavy = await call(location, "grow")
    light = await call(location, "grow", light=True)
    again = await call(location, "behave", light=True)

    assert heavy != light
    assert light == again


async def test_a_location_that_is_replaced_lets_its_idle_workers_go(location: LocationProcess, tmp_path: Path) -> None:
    """They end at once, while the one that is under way goes on to its end; then the host ends too."""
    exits: asyncio.Queue[wire.FromHost] = asyncio.Queue()
    location.on_message = exits.put_nowait
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    async with location.worker() as busy:
        async with location.worker() as idle:
            await idle.call("tasks:behave", b"", timeout=60)
        waiting = asyncio.create_task(busy.call("tasks:wait", str(gate).encode(), timeout=60))
        opened = await asyncio.to_thread(gate.open, "w")
        retiring = asyncio.create_task(location.retire())
        while not isinstance(ended := await exits.get(), wire.WorkerExited):
            pass
        was_busy = busy.alive
        opened.close()
        assert await waiting
    await retiring

    assert (idle.worker_id, 0) == (ended.worker_id, ended.code)
    assert was_busy
    assert location.ended.done()


async def test_a_retired_location_ends_when_nobody_needs_it(location: LocationProcess) -> None:
    """Whoever holds it still gets workers; once it is let go of, its process ends."""
    with location.held():
        retiring = asyncio.create_task(location.retire())
        await asyncio.sleep(0)
        assert await call(location, "behave")
        assert not location.ended.done()
    await retiring

    assert location.ended.done()


async def test_a_killed_worker_says_how_much_it_had_taken(location: LocationProcess) -> None:
    """Whoever reads of a kill that nobody owns to sees whether memory may be the reason."""
    with pytest.raises(WorkerDiedError, match=r"killed by signal 9 \(SIGKILL\)\. It had taken ([\d,]+) MB") as told:
        await call(location, "die")

    (taken,) = re.findall(r"([\d,]+) MB", str(told.value))
    assert 32 < int(taken.replace(",", "")) < 1_000


@pytest.fixture
def small_group() -> Iterator[Path]:
    """The file that takes processes into a group that may use 200 MB, where this machine lets us make one."""
    for place, limit, swap in MEMORY:
        group = place / f"headwater-test-{os.getpid()}"
        try:
            group.mkdir()
        except OSError:
            continue
        # Elsewhere the place is a plain folder, or its groups have no limit of memory.
        if (group / limit).exists():
            (group / limit).write_text("200M")
            if (group / swap).exists():
                (group / swap).write_text("0" if "swap" in swap else "200M")
            yield group / "cgroup.procs"
            while group.exists():
                # What has just ended may still count as being in it.
                with suppress(OSError):
                    group.rmdir()
            return
        group.rmdir()
    pytest.skip("no group of processes with a memory limit can be made here")


async def test_a_worker_that_fills_its_container_says_so(location: LocationProcess, small_group: Path) -> None:
    """The kernel's own kill is told apart from any other, with what to do."""
    async with location.worker() as worker:
        with pytest.raises(WorkerDiedError, match=r"SIGKILL\): out of memory\. It had taken .* Give that more memory"):
            await worker.call("tasks:fill", str(small_group).encode(), timeout=60)
    # The group can go once nothing of the worker is in it.
    assert not worker.alive
