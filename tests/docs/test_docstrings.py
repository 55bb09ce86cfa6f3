"""The examples in docstrings are true."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

import headwater as hw

SOURCE = Path(__file__).parents[2] / "src"
MODULES = sorted(
    ".".join(path.relative_to(SOURCE).with_suffix("").parts)
    for path in (SOURCE / "headwater").rglob("*.py")
    if ">>> " in path.read_text()
)


@pytest.mark.parametrize("name", MODULES)
def test_each_example_shows_what_happens(name: str) -> None:
    """What stands below a line of an example is what the line gives."""
    module = importlib.import_module(name)
    names = {public: getattr(hw, public) for public in hw.__all__}
    failed, tried = doctest.testmod(module, extraglobs={**names, **vars(module)}, optionflags=doctest.ELLIPSIS)

    assert 0 == failed
    assert tried or "+SKIP" in Path(str(module.__file__)).read_text()
