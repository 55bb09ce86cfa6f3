"""What the page on connectors shows is true."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import headwater as hw

PAGE = Path(__file__).parents[2] / "docs" / "connectors.md"
SNIPPETS = re.findall(r"```python\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_the_snippets_load(snippet: str) -> None:
    """Each makes a sensor, which a deployment takes; none looks anywhere before its first tick."""
    names: dict[str, Any] = {"__name__": "page"}
    exec(snippet, names)
    sensors = [value for value in names.values() if isinstance(value, hw.SensorDefinition)]
    assert 1 == len(sensors)
    hw.Definitions.validate_loadable(names.get("defs") or hw.Definitions(sensors=sensors))


def test_each_function_is_there() -> None:
    """Every connector that the table names."""
    found = re.findall(r"`(\w+)\.((?:build|load|make)_\w+)`", PAGE.read_text())
    assert len(found) >= 5
    for module, function in found:
        assert callable(getattr(import_module(f"headwater.connectors.{module}"), function))
