"""`headwater init` and `headwater scaffold`: what they write runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a folder, with nothing of the tests' own settings."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "HEADWATER"))}
    return subprocess.run(
        [sys.executable, "-m", *command], capture_output=True, text=True, check=False, cwd=folder, env=environment
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that was just started."""
    done = run(tmp_path, "headwater.cli", "init", "corner-shop")
    assert "cd corner-shop && headwater dev" in done.stdout, done.stderr
    return tmp_path / "corner-shop"


def test_a_new_project_has_no_mistakes_and_its_tests_pass(project: Path) -> None:
    """`headwater check --strict` and `pytest` succeed, and the asset can be made."""
    assert 0 == run(project, "headwater.cli", "check", "--strict").returncode
    tested = run(project, "pytest", "-q", "-p", "no:asyncio", "-p", "no:cacheprovider")
    assert "3 passed" in tested.stdout, tested.stdout
    made = run(project, "headwater.cli", "materialize", "order_totals", "-f", "definitions.py")
    assert 0 == made.returncode, made.stderr
    assert "ada,17" in (project / "totals.csv").read_text()


def test_each_scaffolded_definition_is_found_without_mistakes(project: Path) -> None:
    """Every kind is added as a file that loads, and that works where it can be run."""
    for kind in ("asset", "external", "sensor", "resource"):
        assert 0 == run(project, "headwater.cli", "scaffold", kind, f"my_{kind}").returncode
    added = run(project, "headwater.cli", "scaffold", "check", "my_check", "--asset", "my_asset")
    assert "corner_shop/my_check.py" in added.stdout
    checked = run(project, "headwater.cli", "check")
    # The resource is new, so nothing can need it yet.
    assert "0 errors, 1 warning, 4 assets" in checked.stdout, checked.stdout
    assert "unused-resource" in checked.stdout
    made = run(project, "headwater.cli", "materialize", "my_asset", "-f", "definitions.py")
    assert 0 == made.returncode, made.stderr
    ticked = run(project, "headwater.cli", "sensor", "tick", "my_sensor", "-f", "definitions.py")
    assert "my_sensor.csv is not there yet" in ticked.stdout + ticked.stderr


def test_nothing_is_overwritten(project: Path) -> None:
    """A file that exists, a bad name and a folder without a project are refused, and nothing is written."""
    before = (project / "definitions.py").read_text()
    (project / "corner_shop" / "taken.py").write_text("x = 1\n")
    for folder, words, said in (
        (project.parent, ["init", "corner-shop"], "exists already"),
        (project, ["scaffold", "asset", "taken"], "exists already"),
        (project, ["scaffold", "asset", "9lives"], "begins with a letter"),
        (project, ["scaffold", "asset", "class"], "begins with a letter"),
        (project.parent, ["scaffold", "asset", "lost"], "no definitions.py"),
    ):
        done = run(folder, "headwater.cli", *words)
        assert 1 == done.returncode
        assert said in done.stderr
    assert before == (project / "definitions.py").read_text()
    assert "x = 1\n" == (project / "corner_shop" / "taken.py").read_text()


def test_the_next_command_can_be_copied(tmp_path: Path) -> None:
    """A folder whose name has a space is named so that a shell takes it as one word."""
    assert "cd 'corner shop' && headwater dev" in run(tmp_path, "headwater.cli", "init", "corner shop").stdout
