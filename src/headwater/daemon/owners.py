"""Names under which engines hold runs, and whether one of them is surely gone."""

from __future__ import annotations

import os
import socket
import uuid


def new_owner() -> str:
    """A name for this engine: its host, its process, and something that no other one has."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


def is_surely_gone(owner: str | None, myself: str) -> bool:
    """Whether an owner's process was on this host and is no more. Of other hosts only the lease can tell."""
    if owner is None or owner == myself:
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
