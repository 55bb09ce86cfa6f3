"""Patterns of paths below a folder or prefix, as `Path.glob` takes them: `*` within a name, `**` over folders."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import PurePosixPath

import headwater as hw


def check_pattern(name: str, pattern: str) -> None:
    """Go on only with a pattern that something can match.

    Args:
        name: The sensor's, for the message.
        pattern: As the user wrote it.

    Raises:
        InvalidParameterError: it is empty, absolute, or asks for hidden files.
    """
    parts = PurePosixPath(pattern).parts
    if not parts or PurePosixPath(pattern).is_absolute() or any(part.startswith(".") for part in parts):
        raise hw.InvalidParameterError(
            f"pattern of the sensor {name!r} is {pattern!r}, which nothing that is watched matches: write a path below "
            "it, such as '*.csv' or '**/*.parquet'; hidden files are left out."
        )


def fits(path: str, pattern: str) -> bool:
    """Whether a path below what is watched matches; one with a hidden file or folder in it never does.

    Example:
        >>> [fits(path, "daily/**/*.csv") for path in ("daily/a.csv", "daily/7/a.csv", "daily/.old/a.csv", "a.csv")]
        [True, True, False, False]
    """
    parts = PurePosixPath(path).parts
    return not any(part.startswith(".") for part in parts) and _fit(parts, PurePosixPath(pattern).parts)


def _fit(parts: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    if not pattern:
        return not parts
    first, rest = pattern[0], pattern[1:]
    if first == "**":
        return any(_fit(parts[start:], rest or ("*",)) for start in range(len(parts)))
    return bool(parts) and fits_part(first)(parts[0]) is not None and _fit(parts[1:], rest)


@lru_cache
def fits_part(pattern: str) -> Callable[[str], re.Match[str] | None]:
    """What matches a single name against a pattern without slashes."""
    return re.compile(fnmatch.translate(pattern)).match
