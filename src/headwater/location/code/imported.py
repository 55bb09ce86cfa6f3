"""Which modules of this process are the user's own, so that they can be watched, and loaded anew."""

from __future__ import annotations

import importlib
import linecache
import sys
import sysconfig
from pathlib import Path
from types import ModuleType

_PACKAGE = str(Path(__file__).resolve().parents[2])
_INSTALLED = tuple(
    str(Path(sysconfig.get_path(name)).resolve()) for name in ("stdlib", "platstdlib", "purelib", "platlib")
)


def own_files() -> list[str]:
    """The files of the modules that are neither installed, nor Python's, nor ours; sorted."""
    return sorted({place for module in _own_modules().values() for place in _places(module) if place.endswith(".py")})


def forget_own_modules() -> None:
    """Let the next import of the user's modules read their files; what they import from elsewhere stays loaded."""
    for name in _own_modules():
        del sys.modules[name]
    importlib.invalidate_caches()
    linecache.checkcache()


def _own_modules() -> dict[str, ModuleType]:
    return {
        name: module
        for name, module in list(sys.modules.items())
        if name != "__main__" and (places := _places(module)) and not any(map(_is_installed, places))
    }


def _places(module: ModuleType) -> list[str]:
    """Where a module's code is: its file, or the folders of a package that has none."""
    file = getattr(module, "__file__", None)
    if isinstance(file, str):
        return [str(Path(file).resolve())]
    spec = getattr(module, "__spec__", None)
    folders = None if spec is None else spec.submodule_search_locations
    return [str(Path(folder).resolve()) for folder in folders or ()]


def _is_installed(place: str) -> bool:
    return place.startswith((_PACKAGE, *_INSTALLED)) or "site-packages" in place or "dist-packages" in place
