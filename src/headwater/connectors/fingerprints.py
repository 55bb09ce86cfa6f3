"""Which files of a listing are new: one pure decision for every connector that looks at files.

A file is told apart by its name, size and modification time. What a sensor has reported is kept with its ticks, so
that events and memory, which commit together, never disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from headwater.connectors.errors import CorruptCursorError

_UNFINISHED = (".part", ".partial", ".tmp", ".filepart", ".crdownload")


def is_unfinished(name: str) -> bool:
    """Whether a name ends as programs let it end while they are still writing the file."""
    return name.lower().endswith(_UNFINISHED)


class FileState(msgspec.Struct, frozen=True, kw_only=True):
    """A file as a listing shows it.

    Args:
        name: Its path below the folder that is watched.
        size: Bytes.
        modified: When it was last written, in seconds since the epoch, by the clock of whoever keeps it.
    """

    name: str
    size: int
    modified: float

    @property
    def version(self) -> str:
        """A name for the contents, as far as a listing can tell."""
        return f"{self.name}:{self.size}:{self.modified:.6f}"


class Mark(msgspec.Struct, frozen=True, array_like=True):
    """A file's fingerprint, and since when something is so of it, in seconds since the epoch."""

    modified: float
    size: int
    since: float | None = None

    def is_of(self, file: FileState) -> bool:
        """Whether the file still looks like this."""
        return self.modified == file.modified and self.size == file.size


class Memory(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a sensor remembers between ticks.

    Args:
        reported: What was reported; `since` tells when a file was first found gone.
        waiting: What seems to be still written; `since` tells when it was first seen in this state.
    """

    reported: dict[str, Mark] = {}
    waiting: dict[str, Mark] = {}

    def to_cursor(self) -> str:
        """The memory as text; equal memories give equal text."""
        return _encoder.encode(self).decode()


_encoder = msgspec.json.Encoder(order="sorted")
_decoder = msgspec.json.Decoder(Memory, strict=True)


def read_memory(cursor: str | None, sensor: str) -> Memory:
    """What a cursor holds; nothing for a sensor's first tick.

    Args:
        cursor: The text that `Memory.to_cursor` gave.
        sensor: The sensor's name, for the error.

    Raises:
        CorruptCursorError: it is other text.
    """
    if cursor is None:
        return Memory()
    try:
        return _decoder.decode(cursor)
    except msgspec.DecodeError as error:
        raise CorruptCursorError(
            f"The cursor of sensor {sensor!r} is not one that this sensor wrote ({error}): {cursor[:80]!r}. Set the "
            "cursor back to its last good value, or clear it to have every file reported once more."
        ) from error


def find_new(
    memory: Memory,
    listing: Iterable[FileState],
    *,
    now: float,
    settle_seconds: float = 0.0,
    forget_seconds: float = 86_400.0,
    limit: int | None = None,
) -> tuple[list[FileState], Memory]:
    """The files to report, oldest first, and what to remember once they are.

    Each state of a file is reported once, whatever the order and number of the listings; a state that lasted shorter
    than the time between two listings can't be seen.

    Args:
        memory: What was remembered after the listing before.
        listing: Every file that is there now.
        now: Our own clock, in seconds since the epoch.
        settle_seconds: How long a file must have looked the same. Its age counts where both clocks agree; whatever
            seems younger, or comes from the future, is watched for that long.
        forget_seconds: How long a file that is gone is remembered, so that a folder that is empty for a while (an
            unmounted disk) does not make everything new.
        limit: At most so many files; the rest is for the next call. None for all.
    """
    files = {file.name: file for file in listing if not is_unfinished(file.name)}
    changed = [file for file in files.values() if not _is_known(memory.reported, file)]
    new: list[FileState] = []
    waiting: dict[str, Mark] = {}
    for file in sorted(changed, key=lambda file: (file.modified, file.name)):
        since = _seen_since(memory.waiting, file, now)
        if not _is_settled(file, since, now, settle_seconds):
            waiting[file.name] = Mark(file.modified, file.size, since)
        elif limit is None or len(new) < limit:
            new.append(file)
    reported = dict(_still_remembered(memory.reported, files, now, forget_seconds))
    reported.update({file.name: Mark(file.modified, file.size) for file in new})
    return new, Memory(reported, waiting)


def _is_known(marks: dict[str, Mark], file: FileState) -> bool:
    return file.name in marks and marks[file.name].is_of(file)


def _seen_since(waiting: dict[str, Mark], file: FileState, now: float) -> float:
    since = waiting[file.name].since if _is_known(waiting, file) else None
    # A clock that was set back must not make a file wait until it has caught up.
    return now if since is None else min(since, now)


def _is_settled(file: FileState, since: float, now: float, settle_seconds: float) -> bool:
    return now - file.modified >= settle_seconds or now - since >= settle_seconds


def _still_remembered(
    reported: dict[str, Mark], files: dict[str, FileState], now: float, forget_seconds: float
) -> Iterator[tuple[str, Mark]]:
    for name, mark in reported.items():
        if name in files:
            yield name, Mark(mark.modified, mark.size)
            continue
        gone_since = now if mark.since is None else min(mark.since, now)
        if now - gone_since < forget_seconds:
            yield name, Mark(mark.modified, mark.size, gone_since)
