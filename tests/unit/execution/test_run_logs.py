"""A run's log: read from where the last reader ended, each line once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from headwater.execution.logs.run_logs import LogLine, bound_file, log_path, output_path, read_lines, write_line
from headwater.execution.logs.sources import FolderLogs


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
    first, place = read_lines(FolderLogs(tmp_path), ["s"], None, 10)
    write(tmp_path, "two")
    second, place = read_lines(FolderLogs(tmp_path), ["s"], place, 10)

    assert [("log", "one"), ("stdout", "printed")] == [(line.stream, line.text) for line in first]
    assert ["two"] == [line.text for line in second]
    assert [] == read_lines(FolderLogs(tmp_path), ["s"], place, 10)[0]


def test_a_limit_loses_nothing(tmp_path: Path) -> None:
    """Pages of any size add up to the whole."""
    write(tmp_path, *(str(number) for number in range(7)))
    found: list[str] = []
    place = None
    while page := read_lines(FolderLogs(tmp_path), ["s"], place, 2)[0]:
        place = read_lines(FolderLogs(tmp_path), ["s"], place, 2)[1]
        found += [line.text for line in page]

    assert [str(number) for number in range(7)] == found


def test_half_a_line_waits_for_its_end(tmp_path: Path) -> None:
    """A line that is still being written is read once it is whole."""
    path = output_path(tmp_path, "s", "stderr")
    path.write_text("half")
    lines, place = read_lines(FolderLogs(tmp_path), ["s"], None, 10)
    path.write_text("half a line\n")

    assert [] == lines
    assert ["half a line"] == [line.text for line in read_lines(FolderLogs(tmp_path), ["s"], place, 10)[0]]


def test_a_foreign_place_is_refused(tmp_path: Path) -> None:
    """What no call returned is an error that shows it."""
    with pytest.raises(ValueError, match="'banana' is not"):
        read_lines(FolderLogs(tmp_path), [], "banana", 10)


@pytest.mark.parametrize("name", ["log.ndjson", "out.stdout"])
def test_a_file_that_grows_without_end_keeps_its_beginning_and_its_end(name: str, tmp_path: Path) -> None:
    """The middle is left out, which is told; each line that stays is whole, and what is appended later is there."""
    path = tmp_path / name
    lines = [f"line {number:05}" for number in range(10_000)]
    path.write_text("".join(f"{line}\n" for line in lines))
    with path.open("ab") as writer:
        bound_file(path, most=20_000)
        writer.write(b"after\n")

    kept = path.read_text().splitlines()
    assert (lines[0], "after", lines[-1]) == (kept[0], kept[-1], kept[-2])
    assert len(path.read_bytes()) < 11_000
    (marked,) = [line for line in kept if "bytes were left out" in line]
    assert set(kept) - {marked, "after"} <= set(lines)
    bound_file(tmp_path / "none")


def test_a_reader_of_a_file_that_was_cut_goes_on(tmp_path: Path) -> None:
    """It gets what is written after the cut."""
    path = output_path(tmp_path, "a", "stdout")
    path.write_text("x" * 99 + "\n" + "y\n" * 1_000)
    _, place = read_lines(FolderLogs(tmp_path), ["a"], None, 10_000)
    bound_file(path, most=400)
    _, place = read_lines(FolderLogs(tmp_path), ["a"], place, 10_000)
    with path.open("a") as file:
        file.write("after\n")
    found, _ = read_lines(FolderLogs(tmp_path), ["a"], place, 10_000)
    assert ["after"] == [line.text for line in found]
