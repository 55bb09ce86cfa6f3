"""The package's front door: its names, and what opening it costs."""

from __future__ import annotations

import subprocess
import sys

import headwater
from headwater import errors

# Everything that only servers, stores and workers need.
HEAVY = {"sqlalchemy", "litestar", "uvicorn", "alembic", "httpx2", "rich", "structlog", "click", "cloudpickle", "lark"}


def test_every_name_is_there() -> None:
    """What `__all__` lists can be had, sorted, and documented."""
    assert sorted(headwater.__all__) == headwater.__all__
    missing = [name for name in headwater.__all__ if name != "__version__" and not getattr(headwater, name).__doc__]
    assert [] == missing


def test_every_error_is_public() -> None:
    """Users can catch each error by a name of the package."""
    own = {name for name, value in vars(errors).items() if isinstance(value, type)}
    assert own <= set(headwater.__all__)


def test_import_takes_the_definitions_layer_only() -> None:
    """Importing the package loads no database, no server and no other layer."""
    code = "import sys, headwater; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert set() == HEAVY & set(loaded)
    layers = {name.split(".")[1] for name in loaded if name.startswith("headwater.")}
    assert {"definitions", "environment", "errors", "keys", "clock"} >= layers
