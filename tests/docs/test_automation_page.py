"""What the page on automation shows is true."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import headwater as hw

PAGE = Path(__file__).parents[2] / "docs" / "automation.md"
SNIPPETS = re.findall(r"```python\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)


def test_the_snippets_run() -> None:
    """The first is whole definitions; the second goes on with them and checks itself."""
    names: dict[str, Any] = {"__name__": "page"}
    for snippet in SNIPPETS:
        exec(snippet, names)
    hw.Definitions.validate_loadable(names["defs"])


def test_each_condition_is_there() -> None:
    """Every operand that the page names can be had."""
    operators = {"since", "newly_true", "without", "replace", "allow", "ignore"}
    named = set(re.findall(r"`\.?(\w+)(?:\([^`]*\))?`", PAGE.read_text()))
    conditions = {
        name for name in named if name.startswith(("newly_", "any_", "all_", "in_", "on_", "check_", "freshness_f"))
    }
    assert conditions | operators <= set(dir(hw.AutomationCondition))
