"""The page on the selection language: each of its examples means what it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import headwater as hw

PAGE = (Path(__file__).parents[2] / "docs" / "selection.md").read_text()
ROWS = re.findall(r"^\| `([^`]+)` \|((?: `[^`]+`)*) \|$", PAGE, flags=re.MULTILINE)


@hw.asset(deps=[["raw", "orders"], ["raw", "customers"]], group_name="clean", tags={"pii": "yes"}, owners=["team:data"])
def orders() -> None:
    """Orders of customers."""


@hw.asset(
    deps=[orders],
    group_name="finance",
    tags={"tier": "gold"},
    owners=["cfo@example.com"],
    partitions_def=hw.StaticPartitionsDefinition(["a"]),
)
def revenue() -> None:
    """By month."""


@hw.asset(deps=[revenue], group_name="finance", automation_condition=hw.AutomationCondition.eager())
def forecast() -> None:
    """Of revenue."""


RAW = [
    hw.AssetSpec(["raw", name], group_name="raw", kinds={"csv"}, owners=["team:partners"])
    for name in ("orders", "customers")
]
DEFS = hw.Definitions([*RAW, orders, revenue, forecast], asset_checks=[hw.AssetCheckSpec("rows", asset=orders)])


@pytest.mark.parametrize(("text", "keys"), ROWS)
def test_each_example_means_what_the_page_says(text: str, keys: str) -> None:
    """The second column of a table is what the first one means."""
    found = hw.AssetSelection.from_string(text).resolve(DEFS)

    assert re.findall(r"`([^`]+)`", keys) == sorted(key.to_user_string() for key in found)


def test_there_are_examples() -> None:
    """The tables are read."""
    assert 30 < len(ROWS)


def test_the_error_is_the_one_that_is_shown() -> None:
    """The page's error is what the language says."""
    shown = re.findall(r"```text\n(.*?)\n```", PAGE, flags=re.DOTALL)[0].replace("\n", " ")
    with pytest.raises(hw.SelectionSyntaxError) as caught:
        hw.AssetSelection.from_string("orders or grup:x")

    assert shown == str(caught.value)


def test_the_snippet_runs() -> None:
    """The Python on the page is true."""
    exec(re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)[0], {})


@pytest.mark.parametrize("text", re.findall(r"`((?:checks?|without_checks|is):?\([^`…]+\)|check:[^`]+)`", PAGE))
def test_what_the_text_names_is_in_the_language(text: str) -> None:
    """The forms that are only spoken of can be read, too."""
    assert hw.AssetSelection.from_string(text).resolve(DEFS) is not None
