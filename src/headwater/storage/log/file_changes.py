"""Whether another process may have written to a SQLite file, without asking the database for what."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

from headwater.storage.database.driver import execute


class FileChanges:
    """Compares the file and its write-ahead log with how they were at the last look; costs two system calls.

    What this process commits is not news where its writer says so: after what is written while nothing happens, such
    as ticks. Appends of events, whose cost counts, it leaves to be looked at.
    """

    def __init__(self, path: str) -> None:
        self._paths = (path, f"{path}-wal")
        self._seen: list[tuple[int, int]] = []
        self._version: int | None = None

    def __call__(self) -> bool:
        """Whether something changed since the last call. Two commits within one tick of the disk's clock may be one."""
        now = [_look(path) for path in self._paths]
        changed, self._seen = now != self._seen, now
        return changed

    def note_own(self, connection: Connection) -> None:
        """Take how the file is now for seen, unless another process has committed too; called after a commit.

        Args:
            connection: The one that has committed.
        """
        # Looked at first: whatever comes between the two is seen by the second, and then the next look finds it.
        now = [_look(path) for path in self._paths]
        # SQLite counts it up for what other connections commit, and for nothing else.
        try:
            version = execute(connection, "PRAGMA data_version", ()).fetchone()[0]
        except OperationalError:
            # What was committed stays so; the next look asks the database.
            return
        is_alone, self._version = version == self._version, version
        if is_alone:
            self._seen = now


def _look(path: str) -> tuple[int, int]:
    try:
        found: os.stat_result = Path(path).stat()
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)
