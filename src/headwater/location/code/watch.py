"""Notice when a file that a location was made from is saved."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from watchfiles import Change, awatch

_STEP_MILLISECONDS = 100
_MOST_MILLISECONDS = 200


class FileWatch:
    """Watches the folders of a location's files, but not what is below them: a store or an environment may be there."""

    def __init__(self) -> None:
        self.changed = asyncio.Event()
        """Set when a Python file in one of the folders was saved, added or removed."""
        self._folders: frozenset[str] = frozenset()
        self._watching: asyncio.Task[None] | None = None

    def follow(self, files: Iterable[str], *, since: float) -> None:
        """Watch the folders of these files from now on.

        Args:
            files: As they were loaded.
            since: When loading them began, in seconds since the epoch; a file that is newer counts as changed.
        """
        files = list(files)
        folders = frozenset(folder for file in files if Path(folder := os.path.dirname(file)).is_dir())
        if folders == self._folders and self._watching is not None and not self._watching.done():
            return
        self._folders = folders
        if self._watching is not None:
            self._watching.cancel()
        self._watching = asyncio.create_task(self._watch(folders))
        if any(_modified(file) > since for file in files):
            self.changed.set()

    async def stop(self) -> None:
        """Watch no more."""
        if self._watching is not None:
            self._watching.cancel()
            with suppress(asyncio.CancelledError):
                await self._watching

    async def _watch(self, folders: frozenset[str]) -> None:
        if not folders:
            return
        async for _ in awatch(
            *sorted(folders),
            watch_filter=_is_code,
            recursive=False,
            step=_STEP_MILLISECONDS,
            debounce=_MOST_MILLISECONDS,
        ):
            self.changed.set()


def _is_code(_change: Change, path: str) -> bool:
    name = os.path.basename(path)
    return name.endswith(".py") and not name.startswith(".")


def _modified(file: str) -> float:
    try:
        return Path(file).stat().st_mtime
    except OSError:
        return 0.0
