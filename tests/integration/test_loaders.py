"""An error of a load that an earlier one may be to blame for is told at once, and confirmed in a new interpreter."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from headwater.daemon.code_locations import CodeLocations
from headwater.location.sources.source import source_of
from headwater.location.supervision.loading import Loader, LoadFailedError
from headwater.records.catalog.locations import LocationStatus
from headwater.records.log.events import DefinitionsChanged
from headwater.storage.catalog.definitions import read_locations
from headwater.storage.log import event_log
from headwater.storage.store import Store

KEEPS = "import json\nfrom {module} import count\njson.loads_here = count(getattr(json, 'loads_here', 0))\n"
COUNT = """
def count(before):
    if before >= {most}:
        raise RuntimeError("this interpreter has loaded it before")
    return before + 1
"""
PROJECT = "import headwater as hw\ndefs = hw.Definitions()\n"


def write(folder: Path, *, library: bool, most: int) -> Path:
    """A project that loads so often in one interpreter, and no more: its own module counts, or a library."""
    place = folder / "lib" / "site-packages" if library else folder
    place.mkdir(parents=True)
    (place / "counting.py").write_text(COUNT.format(most=most))
    path = folder / "project.py"
    found = f"import sys\nsys.path.insert(0, {str(place)!r})\n"
    path.write_text(found + KEEPS.format(module="counting") + PROJECT)
    return path


@pytest.mark.parametrize("library", [False, True])
async def test_what_own_files_raise_is_told_before_a_new_interpreter_tries(tmp_path: Path, library: bool) -> None:
    """What a library raises is not, as it may keep what was made in it; either loads in the new one."""
    told: list[str] = []

    async def tell(error: LoadFailedError) -> None:
        told.append(error.error.message)

    path = write(tmp_path / "code", library=library, most=1)
    loader = Loader(source_of(str(path)), tasks=(), log_path=tmp_path / "log", on_doubt=tell)
    try:
        for _ in range(2):
            process = await loader.load()
            await process.stop()
    finally:
        await loader.stop()

    assert ([] if library else ["RuntimeError: this interpreter has loaded it before"]) == told


async def test_what_fails_in_a_new_interpreter_is_no_doubt(tmp_path: Path) -> None:
    """The first load has no earlier one to blame."""
    told: list[LoadFailedError] = []

    async def tell(error: LoadFailedError) -> None:
        told.append(error)

    path = write(tmp_path / "code", library=False, most=0)
    loader = Loader(source_of(str(path)), tasks=(), log_path=tmp_path / "log", on_doubt=tell)
    try:
        with pytest.raises(LoadFailedError, match="loaded it before"):
            await loader.load()
    finally:
        await loader.stop()

    assert [] == told


async def test_an_error_that_is_confirmed_is_one_event(tmp_path: Path, store: Store) -> None:
    """It stands in the log once, though two interpreters have had it; the file's next save is loaded."""
    path, gate = tmp_path / "project.py", tmp_path / "gate"
    path.write_text(PROJECT)
    os.mkfifo(gate)
    locations = CodeLocations(store, [source_of(str(path))], tmp_path, watches=False)

    def status() -> LocationStatus | None:
        return next((each.status for each in store.read(read_locations)), None)

    async def until(wanted: LocationStatus) -> None:
        while status() is not wanted:
            await locations.changed.wait()
            locations.changed.clear()

    working = asyncio.create_task(locations.run())
    try:
        await until(LocationStatus.LOADED)
        path.write_text(f"open({str(gate)!r}).read()\n1 / 0\n")
        locations.reload("project")
        # Each of the two waits for this as it reads the broken file.
        await asyncio.to_thread(gate.write_text, "")
        await until(LocationStatus.FAILED)
        await asyncio.to_thread(gate.write_text, "")
        path.write_text(PROJECT)
        locations.reload("project")
        await until(LocationStatus.LOADED)
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)

    payloads = [event.payload for event in store.read(lambda c: event_log.read_after(c, 0, 1_000))]
    errors = [each.error for each in payloads if isinstance(each, DefinitionsChanged) and each.error is not None]
    assert ["ZeroDivisionError: division by zero"] == [each.message for each in errors]
