"""`headwater check`: what is wrong with definitions, without running them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from headwater.cli.homes import DEFAULT_FILE, absolute, json_option
from headwater.cli.printing import count, print_json

if TYPE_CHECKING:
    from headwater.location.code.examine import Examination, Finding


@click.command()
@click.argument("targets", nargs=-1)
@click.option("--file", "-f", "files", multiple=True, help="Python file with definitions; may be repeated.")
@click.option("--module", "-m", "modules", multiple=True, help="Module with definitions; may be repeated.")
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
@click.option("--timeout", type=float, default=300.0, show_default=True, help="Seconds that loading may take.")
@json_option
def check(
    targets: tuple[str, ...],
    files: tuple[str, ...],
    modules: tuple[str, ...],
    strict: bool,
    timeout: float,
    as_json: bool,
) -> None:
    """List everything that is wrong with definitions, with file and line.

    TARGETS are Python files (or modules) that hold `Definitions`. They are loaded in a process of their own, and
    nothing of them is run. The exit status is 1 where there are errors.
    """
    from headwater.location.code.examine import examine_apart

    named = [absolute(target) for target in (*targets, *files, *modules)] or _default_target()
    examinations = [examine_apart(target, timeout) for target in named]
    if as_json:
        print_json(examinations)
    else:
        for examination in examinations:
            _print(examination)
    bad = any(each.has_errors or (strict and each.findings) for each in examinations)
    raise click.exceptions.Exit(1 if bad else 0)


def _default_target() -> list[str]:
    """The file that a project made by `headwater init` has."""
    if Path(DEFAULT_FILE).is_file():
        return [absolute(DEFAULT_FILE)]
    raise click.UsageError("Name the Python file that holds your definitions: headwater check definitions.py")


def _print(examination: Examination) -> None:
    for finding in examination.findings:
        colour = "red" if finding.severity == "error" else "yellow"
        label = click.style(finding.severity, fg=colour, bold=True)
        click.echo(f"{_place(finding, examination.target)}: {label}: {finding.message} [{finding.code}]")
    errors = sum(finding.severity == "error" for finding in examination.findings)
    warnings = len(examination.findings) - errors
    counted = [count(errors, "error"), count(warnings, "warning")]
    assets = "" if examination.assets is None else f", {count(examination.assets, 'asset')}"
    click.echo(f"{_short(examination.target)}: {', '.join(counted)}{assets}")


def _place(finding: Finding, target: str) -> str:
    return _short(target) if finding.file is None else f"{_short(finding.file)}:{finding.line}"


def _short(path: str) -> str:
    """A path from here where that is shorter; both are links in terminals and editors."""
    here = Path.cwd()
    return str(Path(path).relative_to(here)) if Path(path).is_relative_to(here) else path
