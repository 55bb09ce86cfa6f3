"""Import user code and find its definitions."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from headwater.definitions.definitions import Definitions
from headwater.definitions.lazy import LazyDefinitions
from headwater.errors import LocationError


def load_definitions(target: str) -> Definitions:
    """The `Definitions` of a Python file or module, made now if a function marked with `@definitions` makes them.

    Args:
        target: A path that ends in `.py`, or the dotted name of a module.

    Raises:
        LocationError: the target does not exist, or has no `Definitions`, or several.
        Exception: whatever the user's code raises as it is imported.
    """
    module = _import_file(Path(target)) if target.endswith(".py") else _import_module(target)
    found = {name: value for name, value in vars(module).items() if isinstance(value, (Definitions, LazyDefinitions))}
    distinct = {id(value): value for value in found.values()}
    if not distinct:
        raise LocationError(
            f"{target} holds no Definitions. Add a line such as `defs = hw.Definitions(assets=[...])` at its top level."
        )
    if len(distinct) > 1:
        raise LocationError(
            f"{target} holds several Definitions ({', '.join(sorted(found))}). Keep one, or join them with "
            "`hw.Definitions.merge(...)`."
        )
    only = next(iter(distinct.values()))
    return only() if isinstance(only, LazyDefinitions) else only


def _import_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise LocationError(f"There is no file {path}. Pass the path of the Python file that holds your Definitions.")
    path = path.resolve()
    # The file's own folder comes first, so that it can import its neighbours as it could when run.
    if sys.path[0] != str(path.parent):
        sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise LocationError(f"{path} can't be imported as Python.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def _import_module(name: str) -> ModuleType:
    try:
        found = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        found = None
    if found is None:
        raise LocationError(
            f"There is no module {name!r}. Pass the path of a Python file, or install the package that holds it."
        )
    return importlib.import_module(name)
