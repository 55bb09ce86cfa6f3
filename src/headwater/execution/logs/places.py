"""Where a deployment keeps the logs of its runs: in a folder of its own, or at any place that fsspec reaches.

Workers always write to a folder of their own machine, whatever happens to them or to the network. Where logs are kept
elsewhere, whoever started the workers carries what is new there while they write, and the rest when the run has ended.
"""

from __future__ import annotations

import os
import shutil
import threading
import tomllib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from headwater.clock import MICROSECONDS, Clock, SystemClock
from headwater.errors import SettingsError
from headwater.execution.logs.sources import FolderLogs, KeptLogs, LogSource, kept_place, put, remove

SETTINGS_FILE = "settings.toml"
ADDRESS = "HEADWATER_RUN_LOGS"
_WRITER = ".writer"
_WRITING = ".writing"
_MOST_SHARE = 0.1
"""For how much of the time a run's log may be on its way; what is large or far away is carried less often."""


class RunLogs:
    """The logs of the runs of a deployment."""

    def __init__(self, folder: Path, address: str | None = None, clock: Clock | None = None) -> None:
        """Prepare.

        Args:
            folder: Where workers write, a folder for each run.
            address: Where logs are kept, such as `s3://bucket/logs`; None for that folder.
            clock: Tells the time.
        """
        self.folder = folder
        self.address = address
        self._clock = clock or SystemClock()
        self._carried: dict[str, _Carried] = {}
        self._lock = threading.Lock()

    def folder_of(self, run_id: str) -> Path:
        """Where the workers of a run write."""
        return self.folder / run_id

    def source(self, run_id: str) -> LogSource:
        """Where the log of a run is read.

        Raises:
            RunLogsError: the place where logs are kept can't be reached.
        """
        return FolderLogs(self.folder_of(run_id)) if self.address is None else KeptLogs(self._place / run_id)

    def carry(self, run_id: str) -> None:
        """Carry what is new of a run's log to where it is kept, unless that was done just now.

        Raises:
            RunLogsError: the place can't be reached; what is new is carried the next time.
        """
        if self.address is None:
            return
        run = self._run(run_id)
        with run.lock:
            if self._clock.monotonic() >= run.not_before:
                self._carry(run_id, run)

    def end(self, run_id: str) -> None:
        """Carry the rest of a run's log, after which nothing of it is left here.

        Raises:
            RunLogsError: the place can't be reached; everything is still here.
        """
        if self.address is None:
            return
        run = self._run(run_id)
        with run.lock:
            self._carry(run_id, run)
            shutil.rmtree(self.folder_of(run_id), ignore_errors=True)
        with self._lock:
            self._carried.pop(run_id, None)

    def left_here(self) -> list[str]:
        """The runs whose logs are still here though they are kept elsewhere."""
        if self.address is None or not self.folder.is_dir():
            return []
        return sorted(path.name for path in self.folder.iterdir())

    def forget(self, run_id: str) -> None:
        """Remove the log of a run, wherever it is.

        Raises:
            RunLogsError: it can't be removed from where it is kept.
        """
        shutil.rmtree(self.folder_of(run_id), ignore_errors=True)
        if self.address is not None:
            remove(self._place / run_id)

    @cached_property
    def _place(self) -> Any:
        return kept_place(self.address or "")

    def _run(self, run_id: str) -> _Carried:
        with self._lock:
            return self._carried.setdefault(run_id, _Carried())

    def _carry(self, run_id: str, run: _Carried) -> None:
        folder, began = self.folder_of(run_id), self._clock.monotonic()
        if not folder.is_dir():
            return
        for path in sorted(folder.iterdir()):
            if path.name == _WRITER or path.suffix == _WRITING:
                continue
            try:
                status, body = path.stat(), None
                now = (status.st_size, status.st_mtime_ns)
                if status.st_size and run.files.get(path.name) != now:
                    body = path.read_bytes()
            except FileNotFoundError:
                continue
            if body is not None:
                put(self._place / run_id, f"{self._writer(folder)}.{path.name}", body)
                run.files[path.name] = now
        ended = self._clock.monotonic()
        run.not_before = ended + (ended - began) / _MOST_SHARE

    def _writer(self, folder: Path) -> str:
        """What tells this folder from others of the same run, on other machines or of an earlier attempt, in order."""
        path = folder / _WRITER
        if not path.exists():
            path.write_text(f"{self._clock.now() // MICROSECONDS:08x}{os.urandom(3).hex()}")
        return path.read_text()


class _Carried:
    """What of a run was carried, by the size and time of each file; and when to look again."""

    def __init__(self) -> None:
        self.files: dict[str, tuple[int, int]] = {}
        self.not_before = 0.0
        self.lock = threading.Lock()


class _LogSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    address: str | None = None


def read_run_logs(home: Path, environment: Mapping[str, str]) -> RunLogs:
    """The logs of a deployment's runs: `address` in [logs] of its settings; `HEADWATER_RUN_LOGS` goes before it.

    Args:
        home: The deployment's folder.
        environment: The variables.

    Raises:
        SettingsError: there is no such setting.
    """
    path = home / SETTINGS_FILE
    try:
        table = tomllib.loads(path.read_text()).get("logs", {}) if path.exists() else {}
        settings = msgspec.convert(table, _LogSettings)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise SettingsError(f"[logs] in {path}: {error}. It has one setting, address.") from error
    return RunLogs(home / "logs" / "runs", environment.get(ADDRESS) or settings.address)
