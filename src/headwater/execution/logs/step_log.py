"""The log of a step, inside its worker: `context.log`, Python's logging and captured output, into the run's files."""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from headwater.clock import Clock
from headwater.environment import redact
from headwater.execution.logs.run_logs import LogLine, log_path, output_path, write_line


class StepLog(logging.Handler):
    """Writes structured lines; is both what `context.log` is made of and where libraries' logging goes."""

    def __init__(self, descriptor: int, step: str, clock: Clock) -> None:
        super().__init__(logging.INFO)
        self._descriptor = descriptor
        self._step = step
        self._clock = clock

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        try:
            text = record.getMessage()
        except (TypeError, ValueError) as error:
            text = f"{record.msg} {record.args!r} ({error})"
        if record.exc_info and record.exc_info[0] is not None:
            text += "\n" + "".join(traceback.format_exception(*record.exc_info))
        line = LogLine(
            timestamp=self._clock.now(), step=self._step, stream="log", level=record.levelname, text=redact(text)
        )
        write_line(self._descriptor, line)


@contextmanager
def step_log(folder: Path, step: str, clock: Clock) -> Iterator[logging.Logger]:
    """Send everything that a step says to its run's folder; gives what `context.log` is."""
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(log_path(folder), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    handler = StepLog(descriptor, step, clock)
    root, own = logging.getLogger(), logging.getLogger("headwater.context")
    own.setLevel(logging.DEBUG)
    handler.setLevel(logging.DEBUG)
    root.addHandler(handler)
    try:
        with captured(1, output_path(folder, step, "stdout")), captured(2, output_path(folder, step, "stderr")):
            yield own
    finally:
        root.removeHandler(handler)
        os.close(descriptor)


@contextmanager
def captured(number: int, path: Path) -> Iterator[None]:
    """Send a standard stream, also that of child processes, straight to a file."""
    stream = sys.stdout if number == 1 else sys.stderr
    stream.flush()
    kept = os.dup(number)
    target = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(target, number)
    os.close(target)
    try:
        yield
    finally:
        stream.flush()
        os.dup2(kept, number)
        os.close(kept)
