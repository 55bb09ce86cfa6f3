"""What the page on Pipes shows is true."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import headwater as hw

PAGE = Path(__file__).parents[2] / "docs" / "pipes.md"
FILES = dict(re.findall(r'```\w+ title="([\w.]+)"\n(.*?)```', PAGE.read_text(), flags=re.DOTALL))


@pytest.fixture
def defs(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> hw.Definitions:
    """The definitions of a file of the page, with all its files in the folder."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "page"}
    exec(FILES[request.param], names)
    found: hw.Definitions = names["defs"]
    return found


def made(defs: hw.Definitions, **options: Any) -> list[hw.AssetMaterialization]:
    """What comes of them."""
    result = hw.materialize(list(defs.assets), resources=defs.resources, **options)
    return [event.materialization for event in result.get_asset_materialization_events() if event.materialization]


@pytest.mark.parametrize("defs", ["definitions.py"], indirect=True)
def test_the_python_script_reports(defs: hw.Definitions) -> None:
    """Its metadata is on the materialization."""
    (orders,) = made(defs, partition_key="2026-01-02")
    assert {"rows": 3, "source": "https://example.com"} == {name: each.value for name, each in orders.metadata.items()}


@pytest.mark.parametrize("defs", ["shell_definitions.py"], indirect=True)
def test_the_shell_script_reports(defs: hw.Definitions, capfd: pytest.CaptureFixture[str]) -> None:
    """Its messages are found among what it prints, and the rest is shown."""
    (counted,) = made(defs)
    assert {"rows": 3} == {name: each.value for name, each in counted.metadata.items()}
    assert "counting\n" == capfd.readouterr().out


@pytest.mark.parametrize("defs", ["cluster_definitions.py"], indirect=True)
def test_a_job_elsewhere_is_waited_for(defs: hw.Definitions) -> None:
    """What says nothing counts as made."""
    assert ["trained"] == [each.asset_key.to_user_string() for each in made(defs)]


def test_each_name_is_there() -> None:
    """Every `hw.` name of the page can be had, and every class of Pipes that it mentions."""
    text = PAGE.read_text()
    found = {*re.findall(r"hw\.(\w+)", text), *re.findall(r"`(Pipes\w+)`", text)}
    theirs = {"PipesS3ContextLoader", "PipesS3MessageWriter"}
    assert set() == {name for name in found - theirs if not hasattr(hw, name)}
