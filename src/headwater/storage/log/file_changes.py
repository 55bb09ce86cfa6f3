"""Whether another process may have written to a SQLite file, without asking the database."""

from __future__ import annotations

import os
from pathlib import Path


class FileChanges:
    """Compares the file and its write-ahead log with how they were at the last look; costs two system calls."""

    def __init__(self, path: str) -> None:
        self._paths = (path, f"{path}-wal")
        self._seen: list[tuple[int, int]] = []

    def __call__(self) -> bool:
        """Whether something changed since the last call. Two commits within one tick of the disk's clock may be one."""
        now = [_look(path) for path in self._paths]
        changed, self._seen = now != self._seen, now
        return changed


def _look(path: str) -> tuple[int, int]:
    try:
        found: os.stat_result = Path(path).stat()
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)
