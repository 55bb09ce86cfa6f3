"""Values in files below one folder, here or on a store that fsspec reaches: each pickled into a file of its own."""

from __future__ import annotations

import hashlib
import pickle
from typing import Any
from urllib.parse import quote

from headwater.errors import MissingInputError, StepOutputError
from headwater.execution.io.value_places import folder_at, written_whole
from headwater.keys import AssetKey

_MOST_NAME_BYTES = 200


class FileValues:
    """Stores and loads values. A value is there whole or not at all, whenever the writer dies."""

    def __init__(self, folder: Any, *, durable: bool = True) -> None:
        """Keep values below a folder, as `folder_at` takes it; `durable` waits until each is on the disk itself.

        Raises:
            InvalidParameterError: there is no way to reach such a folder.
        """
        folder_at(folder)
        self._folder = folder
        self._durable = durable

    def path(self, key: AssetKey, partition: str | None) -> Any:
        """Where a value is: a folder for each part of the key but the last; partitions in a folder of their own."""
        names = [file_name(part) for part in key.parts] or ["%none"]
        if partition is not None:
            names[-1] += "%partitions"
            names.append(file_name(partition))
        # What follows a percent sign here is no pair of hexadecimal digits, so no part of a key is written so.
        return folder_at(self._folder).joinpath(*names[:-1], f"{names[-1]}.pickle")

    def store(self, key: AssetKey, partition: str | None, value: Any) -> Any:
        """Keep a value in place of any earlier one.

        Raises:
            StepOutputError: it can't be pickled.
        """
        path = self.path(key, partition)
        with written_whole(path, durable=self._durable) as file:
            _pickle(key, value, file)
        return path

    def load(self, key: AssetKey, partition: str | None) -> Any:
        """The value that was kept last.

        Raises:
            MissingInputError: there is none.
        """
        path = self.path(key, partition)
        try:
            with path.open("rb") as file:
                return pickle.load(file)  # noqa: S301 - only what our own workers have written
        except FileNotFoundError:
            part = "" if partition is None else f", partition {partition!r}"
            raise MissingInputError(
                f"There is no stored value of {key.to_user_string()}{part} ({path}). Materialize it first. If it is "
                "external, or stores its data itself, name it in `deps` and read the data in your function."
            ) from None


def _pickle(key: AssetKey, value: Any, file: Any) -> None:
    try:
        pickle.dump(value, file, protocol=pickle.HIGHEST_PROTOCOL)
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        raise StepOutputError(
            f"The value of {key.to_user_string()} ({type(value).__name__}) can't be pickled: {error}. Return something "
            "that can, or store it in your function and return a MaterializeResult."
        ) from error


def file_name(part: str) -> str:
    """A part of a key as the name of a file: unambiguous, and not too long for any file system."""
    name = quote(part, safe=" !#$&'()+,;=@[]^_`{}~-.") or "%empty"
    if name in (".", ".."):
        name = name.replace(".", "%2E")
    if len(name) <= _MOST_NAME_BYTES:
        return name
    return f"{name[:_MOST_NAME_BYTES]}~{hashlib.sha256(part.encode()).hexdigest()[:16]}"
