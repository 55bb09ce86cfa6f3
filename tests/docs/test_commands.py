"""Every command that the documentation, a message or the app names is there, with the options that it is given."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from headwater.cli import main

ROOT = Path(__file__).parents[2]
FILES = sorted(
    path
    for pattern in ("README.md", "docs/**/*.md", "examples/**/*.md", "src/headwater/**/*.py", "ui/src/**/*.ts*")
    for path in ROOT.glob(pattern)
    if "node_modules" not in path.parts
)
INLINE = re.compile(r"[`'\"]headwater ((?:[a-z][\w-]*|--?[a-z])[^`'\"\n]*)[`'\"]")
LINE = re.compile(r"^(?:\$ )?headwater ([a-z][^#|&\n]*)", re.MULTILINE)
BLOCK = re.compile(r"```(?:sh|bash|shell|console)\n(.*?)```", re.DOTALL)


def named() -> list[tuple[str, str]]:
    """Where a command is named, and its words."""
    found = set()
    for path in FILES:
        text = path.read_text()
        words = INLINE.findall(text)
        if path.suffix == ".md":
            words += [line for block in BLOCK.findall(text) for line in LINE.findall(block.replace("\\\n", " "))]
        found |= {(str(path.relative_to(ROOT)), line.strip()) for line in words}
    return sorted(found)


@pytest.mark.parametrize(("where", "line"), named())
def test_a_named_command_is_there(where: str, line: str) -> None:
    """It can be typed as it stands there."""
    command: click.Command = main
    words = line.split()
    while isinstance(command, click.Group) and words and re.fullmatch(r"[a-z][\w-]*(\|[a-z][\w-]*)*", words[0]):
        several = [command.commands.get(name) for name in words.pop(0).split("|")]
        assert None not in several, f"`headwater {line}` in {where}: there is no such command"
        command = several[0] or command
    given = {word.split("=")[0].strip("[](),.") for word in words if word.startswith("--")}
    known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}

    assert set() == given - known - {"--help", "--version"}, f"`headwater {line}` in {where}"
