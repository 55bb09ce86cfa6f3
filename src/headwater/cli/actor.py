"""Who gives a command, for the audit log."""

from __future__ import annotations

import getpass


def actor() -> str:
    """The user of this machine."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):
        # A container may run as a user that has no name.
        return "cli"
