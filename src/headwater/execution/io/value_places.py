"""Where values are stored: a folder of this machine, or any address that fsspec reaches. Files get there whole."""

from __future__ import annotations

import fcntl
import logging
import os
import random
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from headwater.clock import MICROSECONDS, SystemClock
from headwater.errors import InvalidParameterError

_WRITING = ".writing-"
_FORMER = ".former"
_SURELY_CLAIMED_SECONDS = 60
"""After that long, whoever is at work has claimed what it writes."""
_SURELY_GONE_SECONDS = 24 * 3_600
"""A store has no claims; nobody writes one value for so long."""
_WRITES_BETWEEN_LOOKS = 50
"""Of a store's folder, on average: to list one may take a while."""
_MOST_LOOKED_AT = 1_000
_looked_at: set[Path] = set()
"""The folders in which this process has looked for what was left."""
# Python's own, since the workers that write values have no other use for structlog, which takes 9 MB.
_log = logging.getLogger(__name__)


def folder_at(address: Any) -> Any:
    """A folder: a `Path` of this machine, or a `UPath` of a store that is not connected to yet.

    Whoever is forked later must not share a connection, so ask for it again in every process.

    Args:
        address: A path, an address such as `s3://bucket/folder`, or a `UPath` with the options of its store.

    Raises:
        InvalidParameterError: fsspec is not installed, or knows no such store.
    """
    text = str(address)
    if "://" not in text:
        return Path(text)
    try:
        import fsspec  # the extra fsspec
        from upath import UPath

        place = UPath(text, **getattr(address, "storage_options", {}))
        # The store's own package is imported only now.
        fsspec.get_filesystem_class(place.protocol)
    except (ImportError, ValueError) as error:
        raise InvalidParameterError(
            f"Values can't be stored at {text!r}: {error}. Install headwater[fsspec] and the package of the store, "
            "such as s3fs."
        ) from error
    return Path(place.path) if place.protocol in ("file", "local") else place


@contextmanager
def written_whole(place: Any, *, durable: bool = False) -> Iterator[BinaryIO]:
    """A file to write into, which takes the place of an earlier one at the end: no reader ever meets half of it.

    Args:
        place: Where it goes, in a folder of `folder_at`.
        durable: Whether to wait until a file of this machine is on the disk itself.
    """
    with put_whole(place) as beside, beside.open("wb") as file:
        yield file
        if durable and isinstance(place, Path):
            file.flush()
            os.fsync(file.fileno())


@contextmanager
def put_whole(place: Any) -> Iterator[Any]:
    """Where to write a file, or make a folder, that takes its place at the end, once all of it is there.

    It has the ending of its place. What is left by somebody who was killed is removed by the next who writes beside it.

    Args:
        place: Where it goes, in a folder of `folder_at`.
    """
    with (_put_here if isinstance(place, Path) else _put_elsewhere)(place) as beside:
        yield beside


@contextmanager
def _put_here(place: Path) -> Iterator[Path]:
    folder = place.parent / f"{_WRITING}{uuid.uuid4().hex}"
    folder.mkdir(parents=True)
    claim = os.open(folder, os.O_RDONLY)
    try:
        # Whoever dies lets go of it.
        fcntl.flock(claim, fcntl.LOCK_EX)
        _remove_left_over(place.parent)
        beside = folder / place.name
        yield beside
        if place.is_dir():
            # No folder takes the place of one that has something in it: for a moment there is none.
            place.rename(folder / _FORMER)
        beside.replace(place)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(claim)


@contextmanager
def _put_elsewhere(place: Any) -> Iterator[Any]:
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = place.parent / f"{_WRITING}{uuid.uuid4().hex}{place.suffix}"
    try:
        yield beside
        if place.is_dir():
            place.fs.rm(place.path, recursive=True)
        # Object stores copy it, which is as whole as a move.
        place.fs.mv(beside.path, place.path, recursive=beside.is_dir())
    except BaseException:
        if place.fs.exists(beside.path):
            place.fs.rm(beside.path, recursive=True)
        raise
    # By chance, since the processes that write are often new ones.
    if random.randrange(_WRITES_BETWEEN_LOOKS) == 0:
        _remove_old_left_over(place.parent)


def _remove_old_left_over(folder: Any) -> None:
    """Remove what writers began long ago in a folder of a store, and never ended."""
    begun_before = SystemClock().now() // MICROSECONDS - _SURELY_GONE_SECONDS
    try:
        folder.fs.invalidate_cache(folder.path)
        for path in folder.fs.ls(folder.path, detail=False):
            if path.rstrip("/").rpartition("/")[2].startswith(_WRITING):
                written = [folder.fs.modified(each) for each in folder.fs.find(path)]
                if written and max(map(_seconds, written)) < begun_before:
                    folder.fs.rm(path, recursive=True)
    except Exception as error:  # whatever a store raises: what was to be written is there
        _log.warning("what was left in %s could not be looked for: %s", folder, error)


def _seconds(moment: datetime) -> float:
    """Since the epoch; stores that name no zone mean UTC."""
    return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()


def _remove_left_over(folder: Path) -> None:
    """Remove what writers left in a folder who are gone; looked for once by a process, which is forked for little."""
    if folder in _looked_at:
        return
    if len(_looked_at) >= _MOST_LOOKED_AT:
        _looked_at.clear()
    _looked_at.add(folder)
    begun_before = SystemClock().now() // MICROSECONDS - _SURELY_CLAIMED_SECONDS
    for entry in os.scandir(folder):
        if entry.name.startswith(_WRITING):
            _remove_if_left_over(Path(entry.path), begun_before)


def _remove_if_left_over(writing: Path, begun_before: float) -> None:
    # Whoever writes it may end at any moment, and then it is gone.
    with suppress(OSError):
        claim = os.open(writing, os.O_RDONLY)
        try:
            if os.fstat(claim).st_mtime < begun_before:
                fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(writing, ignore_errors=True)
        finally:
            os.close(claim)
