"""The release that runs."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version


@cache
def package_version() -> str:
    """The installed package's version."""
    try:
        return version("headwater")
    except PackageNotFoundError:
        return "0+unknown"
