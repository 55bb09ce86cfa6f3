"""What the page on resources and runs shows is true."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import headwater as hw

PAGE = Path(__file__).parents[2] / "docs" / "resources-and-runs.md"
SNIPPETS = re.findall(r"```python\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)


def test_the_snippets_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first is whole definitions, whose asset can be made; the second checks itself."""
    monkeypatch.setenv("WAREHOUSE_PASSWORD", "from the environment")
    names: dict[str, Any] = {"__name__": "page"}
    exec(SNIPPETS[0], names)
    hw.Definitions.validate_loadable(names["defs"])
    made = hw.materialize([names["orders"]], resources=names["defs"].resources)
    assert [1, 2, 3] == made.asset_value("orders")
    exec(SNIPPETS[1], {"__name__": "page"})


def test_each_name_is_there() -> None:
    """Every `hw.` name of the page can be had."""
    found = set(re.findall(r"hw\.(\w+)", PAGE.read_text()))
    assert set() == {name for name in found if not hasattr(hw, name)}
