"""See to it that one engine alone works on a store that can't be shared."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from headwater.errors import SettingsError
from headwater.storage.store import Store

_FILE = "engine.lock"


@contextmanager
def only_engine(store: Store, home: Path) -> Iterator[None]:
    """Hold a deployment's folder while an engine works on it, where its store is SQLite; the kernel lets go of it.

    Raises:
        SettingsError: another engine works there.
    """
    if store.is_shared:
        yield
        return
    with (home / _FILE).open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            pid = file.read().strip()
            process = f" (process {pid})" if pid else ""
            raise SettingsError(
                f"Another engine works in {home} already{process}. Stop it first, choose another folder with "
                "--home, or put the store on PostgreSQL, where any number of engines share the "
                "work: HEADWATER_DATABASE_URL=postgresql://…"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
