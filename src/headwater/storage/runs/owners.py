"""Names under which processes hold runs, for how long, and whether one of them is surely gone."""

from __future__ import annotations

import os
import socket
import uuid

LEASE_MICROSECONDS = 30_000_000
"""For so long a run is held by whoever said so; then others take it over, unless it is said again."""


_alive_here: set[str] = set()
"""Owners that end with this process, and not before."""


def new_owner(*, ends_with_process: bool = False) -> str:
    """A name for this process: its host, its process, and something that no other one has.

    Args:
        ends_with_process: Whether the owner is surely there as long as this process is.
    """
    owner = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
    if ends_with_process:
        _alive_here.add(owner)
    return owner


def is_surely_gone(owner: str | None, myself: str) -> bool:
    """Whether an owner's process was on this host and is no more. Of other hosts only the lease can tell."""
    if owner is None or owner == myself or owner in _alive_here:
        return False
    host, pid, _ = owner.rsplit(":", 2)
    if host != socket.gethostname():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, ValueError):
        return False
    # The number is in use: by the owner, or by a newcomer, which its lease will show.
    return int(pid) == os.getpid()
