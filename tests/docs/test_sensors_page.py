"""What the page on sensors and schedules shows is true."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import headwater as hw
from headwater.cli.main import main

PAGE = Path(__file__).parents[2] / "docs" / "sensors-and-schedules.md"
SNIPPETS = re.findall(r"```python\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_the_snippets_run(snippet: str) -> None:
    """Each is whole definitions that load, or checks itself."""
    names: dict[str, Any] = {"__name__": "page"}
    exec(snippet, names)
    if "defs" in names:
        hw.Definitions.validate_loadable(names["defs"])


def test_each_name_is_there() -> None:
    """Every `hw.` name of the page can be had."""
    found = set(re.findall(r"hw\.(\w+)", PAGE.read_text()))
    assert set() == {name for name in found if not hasattr(hw, name)}


def test_each_command_is_there() -> None:
    """Every command of the page, with its options."""
    for group, command, rest in re.findall(r"`headwater (\w+) (\w+)([^`]*)`", PAGE.read_text()):
        found = main.commands[group].commands[command]  # type: ignore[attr-defined]
        options = {option for each in found.params for option in (*each.opts, *each.secondary_opts)}
        assert set(re.findall(r"--[\w-]+", rest)) <= options
