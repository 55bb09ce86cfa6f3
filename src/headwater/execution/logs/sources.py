"""Where the files of a run's log are read: a folder of this machine, or any place that fsspec reaches.

In a kept place each file's name begins with who wrote it, so that two machines never write one file.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

from headwater.errors import RunLogsError, SettingsError

_WRITING = ".writing-"


class LogSource(Protocol):
    """The files of one run's log, by the names that they have in a run's folder."""

    def files(self) -> Mapping[str, list[str]]:
        """The paths of what there is, by name; several where several machines wrote."""

    def size(self, path: str) -> int:
        """The bytes of a file; 0 if there is none."""

    def open(self, path: str) -> BinaryIO:
        """Read a file.

        Raises:
            FileNotFoundError: there is none.
        """


class FolderLogs:
    """A run's log in a folder of this machine."""

    def __init__(self, folder: Path) -> None:
        """Prepare; the folder need not exist."""
        self._folder = folder

    def files(self) -> Mapping[str, list[str]]:
        """As `LogSource.files`."""
        try:
            return {path.name: [path.name] for path in self._folder.iterdir()}
        except FileNotFoundError:
            return {}

    def size(self, path: str) -> int:
        """As `LogSource.size`."""
        try:
            return (self._folder / path).stat().st_size
        except FileNotFoundError:
            return 0

    def open(self, path: str) -> BinaryIO:
        """As `LogSource.open`."""
        return (self._folder / path).open("rb")


class KeptLogs:
    """A run's log in a place that fsspec reaches, as it was when this was made."""

    def __init__(self, place: Any) -> None:
        """Look what there is; `kept_place` gives the place.

        Raises:
            RunLogsError: the place can't be read.
        """
        self._place = place
        with telling_of(place):
            self._sizes = {name: size for name, size in _listed(place) if not name.startswith(_WRITING)}

    def files(self) -> Mapping[str, list[str]]:
        """As `LogSource.files`."""
        found: dict[str, list[str]] = {}
        for path in sorted(self._sizes):
            found.setdefault(path.partition(".")[2], []).append(path)
        return found

    def size(self, path: str) -> int:
        """As `LogSource.size`."""
        return self._sizes.get(path, 0)

    def open(self, path: str) -> BinaryIO:
        """As `LogSource.open`."""
        with telling_of(self._place):
            return cast("BinaryIO", (self._place / path).open("rb"))


@contextmanager
def telling_of(place: Any) -> Iterator[None]:
    """Say of which place it was that an error came, whatever the store behind it raises.

    Raises:
        FileNotFoundError: a file is missing, which is for the caller to judge.
        RunLogsError: something else went wrong.
    """
    try:
        yield
    except FileNotFoundError:
        raise
    except Exception as error:
        raise RunLogsError(
            f"The logs of runs at {place} can't be reached: {error or type(error).__name__}. See `address` in [logs] "
            "of settings.toml, and the credentials that the server has for it."
        ) from error


def kept_place(address: str) -> Any:
    """A place where logs are kept.

    Raises:
        SettingsError: fsspec is not installed, or knows no such store.
    """
    try:
        from upath import UPath  # the extra fsspec

        place = UPath(address)
        # The store's own package is imported only now.
        _ = place.fs
        return place
    except (ImportError, ValueError) as error:
        raise SettingsError(
            f"Logs can't be kept at {address!r}: {error}. Install headwater[fsspec] and the package of the store, such "
            "as s3fs."
        ) from error


def put(place: Any, name: str, body: bytes) -> None:
    """Put a file in place of an earlier one, whole: no reader meets half of it.

    Raises:
        RunLogsError: the place did not take it.
    """
    with telling_of(place):
        fs, beside, target = place.fs, place / f"{_WRITING}{uuid.uuid4().hex}", place / name
        fs.makedirs(place.path, exist_ok=True)
        fs.pipe_file(beside.path, body)
        fs.mv(beside.path, target.path)


def remove(place: Any) -> None:
    """Remove a folder with all that is in it, if it is there.

    Raises:
        RunLogsError: it can't be removed.
    """
    with telling_of(place):
        place.fs.invalidate_cache()
        if place.fs.exists(place.path):
            place.fs.rm(place.path, recursive=True)


def _listed(place: Any) -> Iterator[tuple[str, int]]:
    """What a folder has, with sizes, as the store knows it now."""
    place.fs.invalidate_cache()
    try:
        for entry in place.fs.ls(place.path, detail=True):
            if entry["type"] == "file":
                yield entry["name"].rpartition("/")[2], entry["size"]
    except FileNotFoundError:
        return
