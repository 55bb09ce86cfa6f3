"""Where values are stored: a folder of this machine, or any address that fsspec reaches. Files get there whole."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from headwater.errors import InvalidParameterError

_WRITING = ".writing-"


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
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = place.parent / f"{_WRITING}{uuid.uuid4().hex}"
    try:
        with beside.open("wb") as file:
            yield file
            if durable and isinstance(place, Path):
                file.flush()
                os.fsync(file.fileno())
        if isinstance(place, Path):
            beside.replace(place)
        else:
            # Object stores copy it, which is as whole as a move.
            place.fs.mv(beside.path, place.path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
