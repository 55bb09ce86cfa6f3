"""What the pages on assets, partitions, checks and OpenLineage show is true."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

import headwater as hw

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("assets.md", "partitions.md", "checks.md", "openlineage.md")
MANIFEST = Path(__file__).parents[1] / "data" / "dbt" / "manifest_v12.json"


@pytest.mark.parametrize("page", PAGES)
def test_the_snippets_run(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One after another, as somebody who reads on would try them; they check themselves."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "target").mkdir()
    shutil.copy(MANIFEST, tmp_path / "target" / "manifest.json")
    names: dict[str, Any] = {"__name__": "page"}
    for snippet in re.findall(r"```python\n(.*?)```", (DOCS / page).read_text(), flags=re.DOTALL):
        exec(snippet, names)

    hw.Definitions.validate_loadable(names["defs"])


@pytest.mark.parametrize("page", PAGES)
def test_each_name_is_there(page: str) -> None:
    """Every `hw.` name, and every definition, mapping and builder, can be had."""
    text = (DOCS / page).read_text()
    found = {*re.findall(r"hw\.(\w+)", text), *re.findall(r"`(build_\w+|\w+Mapping|\w+Definition|\w+Policy)`", text)}

    assert set() == {name for name in found if not hasattr(hw, name)}


def test_a_blocking_check_stops_what_is_downstream() -> None:
    """The first definitions of the page on checks do what it says."""
    names: dict[str, Any] = {"__name__": "page"}
    exec(re.findall(r"```python\n(.*?)```", (DOCS / "checks.md").read_text(), flags=re.DOTALL)[0], names)
    (result,) = [names["amounts_are_positive"]()]

    assert (False, hw.AssetCheckSeverity.ERROR) == (result.passed, result.severity)
    assert names["amounts_are_positive"].spec.blocking
