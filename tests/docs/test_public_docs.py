"""Every public name explains itself."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path

import headwater as hw

NAMES = [name for name in hw.__all__ if name != "__version__"]


def doc_of(name: str) -> str:
    """What a name says of itself; not what it inherited."""
    value = getattr(hw, name)
    own = vars(value).get("__doc__") if inspect.isclass(value) else getattr(value, "__doc__", None)
    return own or ""


def test_every_public_name_says_what_it_is_for() -> None:
    """Each has a docstring of its own that begins with a sentence."""
    assert [] == [name for name in NAMES if not doc_of(name).strip().splitlines()[:1]]


def test_every_public_name_has_an_example() -> None:
    """Each but the exceptions, which are raised and not called, shows its use; the examples run in another test."""
    calls = [
        name
        for name in NAMES
        if not (inspect.isclass(getattr(hw, name)) and issubclass(getattr(hw, name), hw.HeadwaterError))
    ]
    without = {name for name in calls if ">>> " not in doc_of(name)}

    assert set() == without, "write an Example section into these docstrings"


def test_every_function_says_what_its_parameters_are() -> None:
    """Each one is named, with what it means."""
    functions = {name: getattr(hw, name) for name in NAMES if inspect.isfunction(getattr(hw, name))}
    unsaid = {
        (name, parameter)
        for name, function in functions.items()
        for parameter in inspect.signature(function).parameters
        if not re.search(rf"^\s+{parameter}: \S", doc_of(name), re.MULTILINE) and parameter != "kwargs"
    }

    assert set() == unsaid


def test_the_reference_says_what_the_docstrings_say() -> None:
    """`docs/api` is written anew whenever a docstring or the place of a public name changes."""
    script = Path(__file__).parents[2] / "scripts" / "write_api_reference.py"
    told = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True, check=False)
    assert (told.returncode, told.stderr) == (0, "")
