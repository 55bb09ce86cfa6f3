"""A code location of trivial assets, loaded without a server."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from headwater.execution.steps.messages import STEP_TASK
from headwater.location.sources.source import source_of
from headwater.location.supervision.loading import Loader
from headwater.location.supervision.process import LocationProcess

_PROJECT = """
import headwater as hw


def make(number):
    @hw.asset(name=f"a{number}")
    def trivial() -> None:
        pass

    return trivial


defs = hw.Definitions(assets=[make(number) for number in range(COUNT)])
"""


@asynccontextmanager
async def loaded(count: int) -> AsyncIterator[tuple[LocationProcess, Path]]:
    """A location with so many trivial assets, and a folder."""
    with tempfile.TemporaryDirectory(prefix="headwater-") as name:
        folder = Path(name)
        project = folder / "project.py"
        project.write_text(_PROJECT.replace("COUNT", str(count)))
        loader = Loader(source_of(str(project)), tasks=[STEP_TASK], log_path=folder / "location.log")
        try:
            location = await loader.load()
            try:
                yield location, folder
            finally:
                await location.stop()
        finally:
            await loader.stop()
