"""A run's log: read from where the last reader ended, each line once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from headwater.execution.run_logs import LogLine, log_path, output_path, read_lines, write_line


def write(folder: Path, *texts: str) -> None:
    """Append structured lines."""
    descriptor = os.open(log_path(folder), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for text in texts:
        write_line(descriptor, LogLine(timestamp=1, step="s", stream="log", level="INFO", text=text))
    os.close(descriptor)


def test_a_reader_goes_on_where_it_was(tmp_path: Path) -> None:
    """Reading again gives only what is new, of each stream."""
    write(tmp_path, "one")
    output_path(tmp_path, "s", "stdout").write_text("printed\n")
    first, place = read_lines(tmp_path, ["s"], None, 10)
    write(tmp_path, "two")
    second, place = read_lines(tmp_path, ["s"], place, 10)

    assert [("log", "one"), ("stdout", "printed")] == [(line.stream, line.text) for line in first]
    assert ["two"] == [line.text for line in second]
    assert [] == read_lines(tmp_path, ["s"], place, 10)[0]


def test_a_limit_loses_nothing(tmp_path: Path) -> None:
    """Pages of any size add up to the whole."""
    write(tmp_path, *(str(number) for number in range(7)))
    found: list[str] = []
    place = None
    while page := read_lines(tmp_path, ["s"], place, 2)[0]:
        place = read_lines(tmp_path, ["s"], place, 2)[1]
        found += [line.text for line in page]

    assert [str(number) for number in range(7)] == found


def test_half_a_line_waits_for_its_end(tmp_path: Path) -> None:
    """A line that is still being written is read once it is whole."""
    path = output_path(tmp_path, "s", "stderr")
    path.write_text("half")
    lines, place = read_lines(tmp_path, ["s"], None, 10)
    path.write_text("half a line\n")

    assert [] == lines
    assert ["half a line"] == [line.text for line in read_lines(tmp_path, ["s"], place, 10)[0]]


def test_a_foreign_place_is_refused(tmp_path: Path) -> None:
    """What no call returned is an error that shows it."""
    with pytest.raises(ValueError, match="'banana' is not"):
        read_lines(tmp_path, [], "banana", 10)
