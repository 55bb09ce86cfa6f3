"""What a writer that was killed leaves behind is gone with the next write, and never read."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from headwater.execution.io import value_places
from headwater.execution.io.value_places import folder_at, written_whole

_WRITER = """
import sys, time
from pathlib import Path
from headwater.execution.io.value_places import written_whole
with written_whole(Path(sys.argv[1])) as file:
    file.write(b"half")
    file.flush()
    print("writing", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that is writing a file."""
    command = [sys.executable, "-c", _WRITER, str(tmp_path / "value")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert "writing\n" == process.stdout.readline()
        yield process
        process.kill()


def write(place: Path, body: bytes) -> None:
    """Write a file, as a process does that has looked nowhere yet; what is there is old."""
    value_places._looked_at.clear()
    for left in place.parent.glob(".writing-*"):
        os.utime(left, (0, 0))
    with written_whole(place) as file:
        file.write(body)


def test_what_a_killed_writer_left_is_removed(writer: subprocess.Popen[str], tmp_path: Path) -> None:
    """By whoever writes next in the same folder, be it another file."""
    writer.kill()
    writer.wait()
    assert 1 == len(list(tmp_path.iterdir()))

    write(tmp_path / "other", b"whole")

    assert ["other"] == [each.name for each in tmp_path.iterdir()]


def test_what_is_being_written_is_left_alone(writer: subprocess.Popen[str], tmp_path: Path) -> None:
    """However old it looks: the last to end wins, whole."""
    write(tmp_path / "value", b"whole")
    assert b"whole" == (tmp_path / "value").read_bytes()

    writer.communicate("")

    assert 0 == writer.returncode
    assert (b"half", ["value"]) == ((tmp_path / "value").read_bytes(), [each.name for each in tmp_path.iterdir()])


def test_what_is_old_in_a_store_is_removed() -> None:
    """Now and then, by those who write in the same folder: files and whole folders, but nothing of the last day."""
    folder = folder_at(f"memory://left/{uuid.uuid4().hex}")
    for name in (".writing-old", ".writing-folder/part", ".writing-new", "value"):
        with (folder / name).open("wb") as file:
            file.write(b"half")
    for name in (".writing-old", ".writing-folder/part", "value"):
        folder.fs.store[(folder / name).path].modified = datetime(2020, 1, 1, tzinfo=UTC)

    for _ in range(20 * value_places._WRITES_BETWEEN_LOOKS):
        with written_whole(folder / "other") as file:
            file.write(b"whole")

    assert [".writing-new", "other", "value"] == sorted(each.name for each in folder.iterdir())


def test_writers_of_one_folder_do_not_trip_over_each_other(tmp_path: Path) -> None:
    """Each looks for what was left while the others come and go."""

    def write_many(writer: int) -> None:
        for number in range(50):
            value_places._looked_at.clear()
            with written_whole(tmp_path / f"{writer}-{number}") as file:
                file.write(b"whole")

    with ThreadPoolExecutor(8) as writers:
        list(writers.map(write_many, range(8)))

    assert 8 * 50 == len(list(tmp_path.iterdir()))
