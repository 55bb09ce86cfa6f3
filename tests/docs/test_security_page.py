"""What the page on security shows is true: its commands do what it says, and its settings are read."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from headwater.cli.main import main
from headwater.records.access.tokens import Role, Scope
from headwater.server.access.sign_in_settings import read_sign_in_settings

PAGE = (Path(__file__).parents[2] / "docs" / "security.md").read_text()
COMMANDS = [
    line for block in re.findall(r"```shell\n(.*?)```", PAGE, flags=re.DOTALL) for line in block.splitlines() if line
]
SERVES = "headwater dev"
NEEDS_EARLIER = ("token revoke", "held accept", "--anchor")
"""What names something that only a store with a past has."""


def test_each_command_does_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the order of the page, in one home; those that serve, or are about earlier things, are at least understood."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "home"))
    Path("prod.py").write_text("import headwater as hw\n\ndefs = hw.Definitions()\n")
    outcomes = {command: _outcome(command) for command in COMMANDS}

    assert dict.fromkeys(COMMANDS, 0) == outcomes


def test_the_sign_in_settings_are_read(tmp_path: Path) -> None:
    """The table gives the roles that the page says."""
    [table] = re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL)
    (tmp_path / "settings.toml").write_text(table)
    found = read_sign_in_settings(tmp_path)

    assert found is not None
    assert (Role.VIEWER, Role.ADMIN, None) == (
        found.role_of({"email": "ann@example.com", "email_verified": True}),
        found.role_of({"groups": ["data-platform"]}),
        found.role_of({"email": "ann@elsewhere.org", "email_verified": True}),
    )


def test_each_scope_is_explained() -> None:
    """The table has every scope."""
    assert [scope.value for scope in Scope] == re.findall(r"^\| `(\w+)` \|", PAGE, flags=re.MULTILINE)


def _outcome(command: str) -> int:
    words = shlex.split(command)[1:]
    if not command.startswith(SERVES) and not any(need in command for need in NEEDS_EARLIER):
        return CliRunner().invoke(main, words, input="y\n").exit_code
    group: object = main
    while isinstance(group, click.Group) and words and words[0] in group.commands:
        group = group.commands[words.pop(0)]
    assert isinstance(group, click.Command)
    with group.make_context("", words):
        return 0
