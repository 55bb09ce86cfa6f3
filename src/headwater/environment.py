"""Environment variables that a definition names: read at the moment of use, and kept out of all that is shown."""

from __future__ import annotations

import os

_SHORTEST = 6
_secrets: dict[str, str] = {}


def read_secret(name: str) -> str | None:
    """The value of a variable, which `redact` hides from now on; None where it is not set."""
    value = os.environ.get(name)
    # A short value, such as a port or `prod`, stands in too many harmless texts.
    if value is not None and len(value) >= _SHORTEST:
        _secrets[value] = name
    return value


def knows_secrets() -> bool:
    """Whether this process has read any value that is to be hidden."""
    return bool(_secrets)


def redact(text: str) -> str:
    """The text with the value of each variable that was read replaced by the variable's name."""
    for value in sorted(_secrets, key=len, reverse=True):
        if value in text:
            text = text.replace(value, f"<{_secrets[value]}>")
    return text
