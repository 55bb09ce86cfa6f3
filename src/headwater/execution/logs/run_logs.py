"""The files of a run's log: written by workers straight to disk, so that they outlive a worker that dies.

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

from headwater.execution.logs.sources import LogSource

Stream = Literal["log", "stdout", "stderr"]
_LOG = "log.ndjson"
_MOST_CHARACTERS = 16_000
MOST_BYTES = 16 * 1024 * 1024
"""Up to how many bytes of each output of a step, and of the run's own lines, are kept whole."""


class LogLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a run's log. `timestamp` is in microseconds; captured output has none."""

    timestamp: int | None
    step: str
    stream: Stream
    level: str
    text: str


_log_line_decoder = msgspec.json.Decoder(LogLine)


def log_path(folder: Path) -> Path:
    """Where the structured lines of a run are."""
    return folder / _LOG


def output_path(folder: Path, step: str, stream: Stream) -> Path:
    """Where the captured output of a step is. Step names may hold anything, file names may not."""
    return step_file(folder, step, stream)


def step_file(folder: Path, step: str, ending: str) -> Path:
    """Where something of a step is kept beside the run's log."""
    return folder / step_file_name(step, ending)


def step_file_name(step: str, ending: str) -> str:
    """The name of a file of a step."""
    return f"{hashlib.sha256(step.encode()).hexdigest()[:20]}.{ending}"


def bound_file(path: Path, most: int = MOST_BYTES) -> None:
    """Keep a file of a log that is still appended to from growing without end: its beginning and its end stay.

    What is left out is told in its place. A reader that was in the middle goes on at the end.

    Args:
        path: The file; it need not exist.
        most: Up to how many bytes it is left alone; a quarter of that stays at either end.
    """
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        return
    if size <= most:
        return
    kept = most // 4
    with path.open("r+b") as file:
        head = file.read(kept).rpartition(b"\n")[0]
        file.seek(size - kept)
        tail = file.read().partition(b"\n")[2]
        # Whoever writes appends, also after this.
        file.truncate(len(head))
    text = f"… {size - len(head) - len(tail):,} bytes were left out here …"
    if path.name == _LOG:
        marker = msgspec.json.encode(LogLine(timestamp=None, step="", stream="log", level="WARNING", text=text))
    else:
        marker = text.encode()
    with path.open("ab") as file:
        file.write(b"\n" + marker + b"\n" + tail)


def bound_step(folder: Path, step: str) -> None:
    """Keep what a step prints, and the run's log, from growing without end."""
    for path in (log_path(folder), output_path(folder, step, "stdout"), output_path(folder, step, "stderr")):
        bound_file(path)


def write_line(descriptor: int, line: LogLine) -> None:
    """Append a structured line, whole."""
    kept = msgspec.structs.replace(line, text=line.text[:_MOST_CHARACTERS])
    os.write(descriptor, msgspec.json.encode(kept) + b"\n")


def read_lines(source: LogSource, steps: Iterable[str], after: str | None, limit: int) -> tuple[list[LogLine], str]:
    """The lines of a run that a reader has not seen.

    Args:
        source: Where the run's files are.
        steps: Names of its steps.
        after: What the last call returned, None to begin.
        limit: How many lines at most.

    Returns:
        The lines, and what to pass as `after` to read on.

    Raises:
        ValueError: `after` is not what a call returned.
        RunLogsError: the place where they are kept can't be read.
    """
    places = _decode_places(after)
    lines: list[LogLine] = []
    known = source.files()
    files: list[tuple[str, str, Stream]] = [(path, "", "log") for path in known.get(_LOG, ())]
    streams: tuple[Stream, ...] = ("stdout", "stderr")
    files += [
        (path, step, stream)
        for step in steps
        for stream in streams
        for path in known.get(step_file_name(step, stream), ())
    ]
    for path, step, stream in files:
        size = source.size(path)
        if places.get(path, 0) > size:
            # It was cut since; what it has now is its beginning and its end, and what is new comes after that.
            places[path] = size
        if places.get(path, 0) == size:
            continue
        for raw, place in _whole_lines(source, path, places.get(path, 0)):
            if len(lines) == limit:
                break
            places[path] = place
            lines.append(_decode_line(raw) if stream == "log" else _captured(step, stream, raw))
    return lines, json.dumps(places, separators=(",", ":"))


def _decode_places(after: str | None) -> dict[str, int]:
    if not after:
        return {}
    try:
        return msgspec.json.decode(after, type=dict[str, int])
    except msgspec.DecodeError as error:
        raise ValueError(f"{after!r} is not the `next` of an earlier answer.") from error


def _whole_lines(source: LogSource, path: str, start: int) -> Iterator[tuple[bytes, int]]:
    """Complete lines from a place on, each with the place after it."""
    try:
        file = source.open(path)
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
        return _log_line_decoder.decode(raw)
    except msgspec.DecodeError:
        # A worker was killed in the middle of a line.
        return _captured("", "log", raw)


def _captured(step: str, stream: Stream, raw: bytes) -> LogLine:
    text = raw[:_MOST_CHARACTERS].decode("utf-8", errors="replace")
    level = "ERROR" if stream == "stderr" else "INFO"
    return LogLine(timestamp=None, step=step, stream=stream, level=level, text=text)
