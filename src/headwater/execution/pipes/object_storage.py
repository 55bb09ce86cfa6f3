"""Object stores as the protocol names their places: a bucket, and a key in it."""

from __future__ import annotations

from typing import Any

from headwater.errors import PipesError


def folder_at(address: str) -> Any:
    """A folder that fsspec reaches.

    Raises:
        PipesError: fsspec is not installed, or knows no such store.
    """
    try:
        from upath import UPath  # the extra fsspec

        return UPath(address)
    except (ImportError, ValueError) as error:
        raise PipesError(
            f"The folder {address} of a Pipes session can't be reached: {error}. Install headwater[fsspec] and the "
            "package of the store, such as s3fs."
        ) from error


def bucket_of(place: Any) -> tuple[str, str]:
    """The bucket of a place in a store, and its key there; of a local file, its folder and its name."""
    if place.protocol in ("", "file", "local"):
        return str(place.parent.path), str(place.name)
    bucket, _, key = str(place.path).strip("/").partition("/")
    return bucket, key
