"""What a worker writes, on its way to an engine on another machine: read here as it grows, and kept there."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from headwater.errors import LocationError
from headwater.location.protocol.wire import Wrote

REPLACED_ENDING = "progress"
"""Files with this ending are small, and written anew each time; all others grow."""
_UNFINISHED = ".writing"
_MOST_A_LOOK = 4 * 1024 * 1024
_MOST_KEPT = 16 * 1024 * 1024
_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}(\.[a-z]{1,20}){1,2}")


class WrittenFiles:
    """The files of the task that a worker has under way, where it runs."""

    def __init__(self, folder: Path) -> None:
        """Prepare.

        Args:
            folder: Where the worker writes; it is this one's alone, and need not exist.
        """
        self.folder = folder
        self._sizes: dict[str, int] = {}
        self._replaced: dict[str, int] = {}

    def begin(self) -> None:
        """A task begins: what an earlier one has written is done with."""
        self.remove()
        self.folder.mkdir(parents=True)

    def remove(self) -> None:
        """Leave nothing behind."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self._sizes.clear()
        self._replaced.clear()

    def read_new(self) -> list[Wrote]:
        """What was written since the last look; where that is very much, a line in place of its beginning."""
        if not self.folder.is_dir():
            return []
        found = []
        for path in sorted(self.folder.iterdir()):
            if path.suffix != _UNFINISHED and _NAME.fullmatch(path.name):
                is_replaced = path.suffix == f".{REPLACED_ENDING}"
                wrote = self._read_replaced(path) if is_replaced else self._read_grown(path)
                found += [] if wrote is None else [wrote]
        return found

    def _read_replaced(self, path: Path) -> Wrote | None:
        changed = path.stat().st_mtime_ns
        if self._replaced.get(path.name) == changed:
            return None
        self._replaced[path.name] = changed
        return Wrote(path.name, path.read_bytes()[:_MOST_A_LOOK], whole=True)

    def _read_grown(self, path: Path) -> Wrote | None:
        size, known = path.stat().st_size, self._sizes.get(path.name, 0)
        if size <= known:
            return None
        start, notice = known, b""
        if size - known > _MOST_A_LOOK:
            start = size - _MOST_A_LOOK
            notice = f"\n… {start - known:,} bytes were left out here …\n".encode()
        with path.open("rb") as file:
            file.seek(start)
            body = file.read(size - start)
        self._sizes[path.name] = size
        if size > _MOST_KEPT:
            # Whoever writes appends, also after this.
            with path.open("r+b") as file:
                file.truncate(0)
            self._sizes[path.name] = 0
        return Wrote(path.name, notice + body)


def keep(folder: Path, wrote: Wrote) -> None:
    """Keep what was written elsewhere as if it had been written here.

    Args:
        folder: Where.
        wrote: What came.

    Raises:
        LocationError: the other side names a file that no task writes.
    """
    if not _NAME.fullmatch(wrote.name):
        raise LocationError(f"The other machine sends a file named {wrote.name[:100]!r}, which no log has.")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / wrote.name
    if not wrote.whole:
        with path.open("ab") as file:
            file.write(wrote.body)
        return
    beside = path.with_suffix(_UNFINISHED)
    beside.write_bytes(wrote.body)
    beside.replace(path)
