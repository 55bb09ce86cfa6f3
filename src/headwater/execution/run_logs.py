"""The logs of runs: written by workers straight to files, so that they outlive a worker that dies; read from anywhere.

A run has a folder with one file of structured lines, and the captured output of each step.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

import msgspec

Stream = Literal["log", "stdout", "stderr"]
_LOG = "log.ndjson"
_MOST_CHARACTERS = 16_000


class LogLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a run's log. `timestamp` is in microseconds; captured output has none."""

    timestamp: int | None
    step: str
    stream: Stream
    level: str
    text: str


def log_path(folder: Path) -> Path:
    """Where the structured lines of a run are."""
    return folder / _LOG


def output_path(folder: Path, step: str, stream: Stream) -> Path:
    """Where the captured output of a step is. Step names may hold anything, file names may not."""
    return step_file(folder, step, stream)


def step_file(folder: Path, step: str, ending: str) -> Path:
    """Where something of a step is kept beside the run's log."""
    return folder / f"{hashlib.sha256(step.encode()).hexdigest()[:20]}.{ending}"


def write_line(descriptor: int, line: LogLine) -> None:
    """Append a structured line, whole."""
    kept = msgspec.structs.replace(line, text=line.text[:_MOST_CHARACTERS])
    os.write(descriptor, msgspec.json.encode(kept) + b"\n")


def read_lines(folder: Path, steps: Iterable[str], after: str | None, limit: int) -> tuple[list[LogLine], str]:
    """The lines of a run that a reader has not seen.

    Args:
        folder: The run's.
        steps: Names of its steps.
        after: What the last call returned, None to begin.
        limit: How many lines at most.

    Returns:
        The lines, and what to pass as `after` to read on.

    Raises:
        ValueError: `after` is not what a call returned.
    """
    places = _decode_places(after)
    lines: list[LogLine] = []
    files: list[tuple[Path, str, Stream]] = [(log_path(folder), "", "log")]
    streams: tuple[Stream, ...] = ("stdout", "stderr")
    files += [(output_path(folder, step, stream), step, stream) for step in steps for stream in streams]
    for path, step, stream in files:
        for raw, place in _whole_lines(path, places.get(path.name, 0)):
            if len(lines) == limit:
                break
            places[path.name] = place
            lines.append(_decode_line(raw) if stream == "log" else _captured(step, stream, raw))
    return lines, json.dumps(places, separators=(",", ":"))


def _decode_places(after: str | None) -> dict[str, int]:
    if not after:
        return {}
    try:
        return msgspec.json.decode(after, type=dict[str, int])
    except msgspec.DecodeError as error:
        raise ValueError(f"{after!r} is not the `next` of an earlier answer.") from error


def _whole_lines(path: Path, start: int) -> Iterator[tuple[bytes, int]]:
    """Complete lines from a place on, each with the place after it."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        file.seek(max(0, start))
        place = start
        for raw in file:
            if not raw.endswith(b"\n"):
                return
            place += len(raw)
            yield raw[:-1], place


def _decode_line(raw: bytes) -> LogLine:
    try:
        return msgspec.json.decode(raw, type=LogLine)
    except msgspec.DecodeError:
        # A worker was killed in the middle of a line.
        return _captured("", "log", raw)


def _captured(step: str, stream: Stream, raw: bytes) -> LogLine:
    text = raw[:_MOST_CHARACTERS].decode("utf-8", errors="replace")
    level = "ERROR" if stream == "stderr" else "INFO"
    return LogLine(timestamp=None, step=step, stream=stream, level=level, text=text)
