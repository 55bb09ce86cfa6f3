"""`headwater check`, as a person and CI use it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROJECTS = Path(__file__).parents[1] / "projects"
MISTAKEN = PROJECTS / "mistaken.py"


def check(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    command = [sys.executable, "-m", "headwater.cli", "check", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)


def findings(*arguments: str, cwd: Path | None = None) -> list[dict[str, Any]]:
    """What it finds, as JSON."""
    return list(json.loads(check(*arguments, "--json", cwd=cwd).stdout)[0]["findings"])


def line_of(text: str) -> int:
    """Where a piece of the mistaken project stands."""
    return next(n for n, line in enumerate(MISTAKEN.read_text().splitlines(), 1) if text in line)


def test_every_mistake_is_listed_at_once_where_it_stands() -> None:
    """One call lists each error and warning with the line of the user's file, and exits with 1."""
    found = {each["code"]: each for each in findings(str(MISTAKEN))}
    places = {
        "duplicate-asset": ("error", "AGAIN ="),
        "undefined-input": ("error", "def summary"),
        "circle": ("error", "def left"),
        "missing-resource": ("error", "def stored"),
        "external-target": ("error", "def watch"),
        "misspelt-dependency": ("warning", "def cleaned"),
        "idle-condition": ("warning", "idle ="),
        "partition-mapping": ("error", "def shifted"),
        "check-partitions": ("error", "def each_day"),
        "external-circle": ("warning", "here, there ="),
        "unused-resource": ("warning", "defs = hw.Definitions("),
    }

    assert set(places) == set(found)
    for code, (severity, text) in places.items():
        assert (severity, str(MISTAKEN)) == (found[code]["severity"], found[code]["file"])
        # A decorated function stands where its decorator does.
        assert found[code]["line"] in (line_of(text), line_of(text) - 1), code
    assert "AssetKey(['raw_orders'])" in found["misspelt-dependency"]["message"]
    assert "'warehose'" in found["missing-resource"]["message"]


def test_people_get_a_line_each_and_a_sum() -> None:
    """The text begins each line with file:line; what the code prints is not among it."""
    done = check(MISTAKEN.name, cwd=PROJECTS)
    lines = done.stdout.splitlines()

    assert 1 == done.returncode
    assert f"mistaken.py:{line_of('AGAIN =')}: error: Asset 'raw_orders' is defined twice" in done.stdout
    assert "mistaken.py: 7 errors, 4 warnings, 10 assets" == lines[-1]
    assert 12 == len(lines)
    assert "loading" in done.stderr


def test_nothing_wrong_is_success(tmp_path: Path) -> None:
    """A good file exits with 0, by path, as a module, and as the `definitions.py` of the folder."""
    good = tmp_path / "definitions.py"
    good.write_text("import headwater as hw\ndefs = hw.Definitions([hw.AssetSpec('a')])\n")
    for arguments in ([str(good)], ["-m", "definitions"], []):
        done = check(*arguments, cwd=tmp_path)
        assert (0, True) == (done.returncode, "0 errors, 0 warnings, 1 asset" in done.stdout), done


def test_warnings_fail_only_where_they_are_asked_to(tmp_path: Path) -> None:
    """A warning exits with 0, and with 1 under --strict."""
    (tmp_path / "definitions.py").write_text(
        "import headwater as hw\ndefs = hw.Definitions([hw.AssetSpec('orders'), hw.AssetSpec('b', deps=['order'])])\n"
    )
    assert 0 == check(cwd=tmp_path).returncode
    assert 1 == check("--strict", cwd=tmp_path).returncode


@pytest.mark.parametrize(
    ("code", "said", "line"),
    [
        ("import headwater as hw\nhw.AssetSpec('a', owners=['nobody'])\n", "'nobody'", 2),
        ("def f(:\n", "SyntaxError", 1),
        ("x = 1\n\nraise SystemExit(3)\n", "SystemExit", 3),
        ("x = 1\n1 / 0\n", "ZeroDivisionError", 2),
        ("x = 1\n", "holds no Definitions", None),
        ("import os\nos._exit(7)\n", "status 7", None),
        ("import threading\nthreading.Event().wait()\n", "took longer than 1 seconds", None),
    ],
)
def test_code_that_does_not_load(tmp_path: Path, code: str, said: str, line: int | None) -> None:
    """Whatever keeps a file from being loaded is a finding, with the last line of the user's that it came through."""
    (tmp_path / "definitions.py").write_text(code)
    timeout = ["--timeout", "1"] if "wait()" in code else []
    (found,) = findings(*timeout, cwd=tmp_path)

    assert ("error", "not-loaded", line) == (found["severity"], found["code"], found["line"])
    assert said in found["message"]
    assert line is None or found["file"] == str(tmp_path / "definitions.py")
