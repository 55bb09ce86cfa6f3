"""Looks at processes, for tests that kill them."""

from __future__ import annotations

from pathlib import Path


def children_of(pid: int) -> list[int]:
    """The direct children of a process."""
    listed = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for path in listed for child in path.read_text().split()]


def descendants(pid: int) -> list[int]:
    """The children of a process, theirs, and so on."""
    return [each for child in children_of(pid) for each in (child, *descendants(child))]


def command_line(pid: int) -> bytes:
    """What a process was started with; nothing of one that is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""
