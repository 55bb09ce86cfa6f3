"""Headwater: one lineage of all data assets, whoever makes them, and what is downstream of them made in time.

The names for users, `import headwater as hw`, are those of `__init__.pyi` beside this file; nothing inside the package
imports them from here. Each is imported when somebody first asks for it, so that a program pays for what it uses.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

# The one name that is a folder of the package too, which would take its place if it came later.
from headwater.definitions.lazy import definitions as definitions

_STUB = __spec__.loader.get_data(f"{__file__}i").decode()  # type: ignore[union-attr]
_PLACES = {
    name: (module, known)
    for module, known, name in re.findall(r"^from (\S+) import \(?\s*(\w+) as (\w+)", _STUB, re.MULTILINE)
}
__all__ = sorted([*_PLACES, "__version__"])


def __getattr__(name: str) -> Any:
    """Import a name when somebody first asks for it; `__version__` alone takes longer than all the rest."""
    if name == "__version__":
        from importlib.metadata import version

        return version(__name__)
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, known = _PLACES[name]
    value = globals()[name] = getattr(import_module(module), known)
    return value


def __dir__() -> list[str]:
    """The public names, whether they are imported yet or not."""
    return sorted({*globals(), *__all__})
