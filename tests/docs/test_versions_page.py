"""What the page on versions shows is true."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import headwater as hw

PAGE = Path(__file__).parents[2] / "docs" / "versions.md"
SNIPPETS = re.findall(r"```python\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)


def test_the_snippets_run() -> None:
    """The first is whole definitions; the second goes on with them, and checks itself."""
    names: dict[str, Any] = {"__name__": "page"}
    exec(SNIPPETS[0], names)
    hw.Definitions.validate_loadable(names["defs"])
    exec(SNIPPETS[1], names)


def test_each_name_is_there() -> None:
    """Every `hw.` name of the page can be had."""
    found = set(re.findall(r"hw\.(\w+)", PAGE.read_text()))
    assert set() == {name for name in found if not hasattr(hw, name)}
