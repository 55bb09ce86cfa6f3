"""How far functions are, as they tell: a line of the run's log, and a small file that whoever shows it reads."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from headwater.clock import Clock
from headwater.definitions.functions.logs import ContextLog
from headwater.execution.logs.run_logs import step_file, step_file_name
from headwater.execution.logs.sources import LogSource
from headwater.location.protocol.carried_files import REPLACED_ENDING

_SECONDS_BETWEEN = 1.0
_ENDING = REPLACED_ENDING


class StepProgress(msgspec.Struct, frozen=True, kw_only=True):
    """`done` out of `total`, in the function's own unit; `told_at` is in microseconds."""

    done: float
    total: float | None = None
    text: str | None = None
    told_at: int = 0


_step_progress_decoder = msgspec.json.Decoder(StepProgress)


class ProgressReports:
    """Keeps how far a step is: at once, then at most once a second, and at the end."""

    def __init__(self, folder: Path, step: str, log: ContextLog, clock: Clock) -> None:
        """Prepare.

        Args:
            folder: The run's.
            step: The step's name.
            log: Where a line is written.
            clock: Tells the time.
        """
        self._path = _path(folder, step)
        self._log = log
        self._clock = clock
        self._told_at: float | None = None

    def __call__(self, done: float, total: float | None, text: str | None) -> None:
        """Tell of `done` out of `total`, both in the function's own unit."""
        now = self._clock.monotonic()
        is_end = total is not None and done >= total
        if self._told_at is not None and now - self._told_at < _SECONDS_BETWEEN and not is_end:
            return
        self._told_at = now
        share = f" ({done / total:.0%})" if total else ""
        of = "" if total is None else f" of {total:g}"
        self._log.info("%g%s%s%s", done, of, share, f": {text}" if text else "")
        told = StepProgress(done=done, total=total, text=text, told_at=self._clock.now())
        beside = self._path.with_suffix(".writing")
        beside.write_bytes(msgspec.json.encode(told))
        os.replace(beside, self._path)  # noqa: PTH105 - what reads it finds the old or the new one


def read_progress(source: LogSource, steps: Iterable[str]) -> dict[str, StepProgress]:
    """How far some steps of a run said that they are, where they said anything.

    Raises:
        RunLogsError: the place where that is kept can't be read.
    """
    found: dict[str, StepProgress] = {}
    known = source.files()
    for step in steps:
        told = [each for path in known.get(step_file_name(step, _ENDING), ()) for each in _read(source, path)]
        if told:
            found[step] = max(told, key=lambda each: each.told_at)
    return found


def _read(source: LogSource, path: str) -> Iterator[StepProgress]:
    with suppress(FileNotFoundError, msgspec.DecodeError), source.open(path) as file:
        yield _step_progress_decoder.decode(file.read())


def _path(folder: Path, step: str) -> Path:
    return step_file(folder, step, _ENDING)
