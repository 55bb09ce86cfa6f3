"""The package's front door: its names, and what opening it costs."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import headwater
from headwater import errors

# Everything that only servers, stores and workers need.
HEAVY = {"sqlalchemy", "litestar", "uvicorn", "alembic", "httpx2", "rich", "structlog", "click", "cloudpickle", "lark"}


def test_every_name_is_there() -> None:
    """What `__all__` lists can be had, sorted, and documented."""
    assert sorted(headwater.__all__) == headwater.__all__
    missing = [name for name in headwater.__all__ if name != "__version__" and not getattr(headwater, name).__doc__]
    assert [] == missing


def test_type_checkers_and_python_find_the_same_names() -> None:
    """Whatever type checkers read in the stub can be had from the package, and is the same thing."""
    tree = ast.parse(Path(headwater.__file__).with_suffix(".pyi").read_text())
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    seen = {(each.asname, f"{node.module}", each.name) for node in imports for each in node.names}
    assert {f"{name}" for name, _, _ in seen} | {"__version__"} == set(headwater.__all__) <= {*dir(headwater)}
    assert [] == [
        name
        for name, module, known in seen
        if getattr(headwater, f"{name}") is not getattr(import_module(module), known)
    ]


def test_a_name_that_is_also_a_folder_stays_what_it_is() -> None:
    """`hw.definitions` decorates, whatever of the folder of that name was imported before."""
    code = "import headwater as hw; hw.asset; import headwater.definitions.labels; print(callable(hw.definitions))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told == "True\n"


def test_importing_the_package_imports_no_definitions_yet() -> None:
    """What a program does not ask for costs it nothing."""
    code = "import sys, headwater; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert set() == {"msgspec", "headwater.definitions.assets.specs", "headwater.definitions.definitions"} & set(loaded)


def test_every_error_is_public() -> None:
    """Users can catch each error by a name of the package."""
    own = {name for name, value in vars(errors).items() if isinstance(value, type)}
    assert own <= set(headwater.__all__)


def test_import_takes_the_definitions_layer_only() -> None:
    """Importing the package, and what nearly everybody takes from it, loads no database, server or other layer."""
    code = "import sys; from headwater import AssetSpec, Definitions, asset, sensor; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert set() == HEAVY & set(loaded)
    layers = {name.split(".")[1] for name in loaded if name.startswith("headwater.")}
    assert {"definitions", "environment", "errors", "keys", "clock"} >= layers
