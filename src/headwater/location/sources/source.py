"""Where a code location comes from: what to load, with which interpreter, where, or at whose address."""

from __future__ import annotations

import sys
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from headwater.errors import SettingsError


class LocationSource(msgspec.Struct, frozen=True, kw_only=True):
    """One code location. Either `target` is loaded here, or `address` names a host that has loaded it."""

    name: str
    target: str = ""
    """A path that ends in `.py`, or the dotted name of a module."""
    python: str = sys.executable
    """The interpreter, whose environment must have Headwater too."""
    working_directory: str | None = None
    env: dict[str, str] = {}
    """Environment variables, besides those of the engine."""

    address: str | None = None
    """`tls://host:port`, where another machine serves it."""
    ca: str | None = None
    """The certificate of the authority that signed that machine's; None for the system's."""
    token_file: str | None = None
    """The file with what that machine wants to be shown."""

    @property
    def shown(self) -> str:
        """What messages call it."""
        return self.address or self.target


def source_of(target: str) -> LocationSource:
    """The location of a Python file or module, in this interpreter."""
    return LocationSource(name=location_name(target), target=target)


def location_name(target: str) -> str:
    """What a location is called: its module, or its file without the ending (for `definitions.py`, the folder)."""
    if not target.endswith(".py"):
        return target
    path = Path(target).resolve()
    return path.parent.name if path.stem in ("definitions", "defs", "__init__") else path.stem


def parse_address(address: str, *, lowest_port: int = 1) -> tuple[str, int]:
    """Host and port of `tls://host:port`; to listen, port 0 stands for any that is free.

    Raises:
        SettingsError: it is something else.
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not address.startswith("tls://") or not host or port is None or port < lowest_port:
        raise SettingsError(f"{address!r} is not the address of a location; write tls://HOST:PORT.")
    return host, port
