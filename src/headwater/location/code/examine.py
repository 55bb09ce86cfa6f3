"""Look at user code in a process of its own and say what is wrong with its definitions.

Run as `python -m headwater.location.code.examine TARGET FILE`; the finding is written to FILE. What the user's code
prints goes to standard error.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Literal

import msgspec

from headwater.definitions.examine import examine
from headwater.definitions.problems.problem import Problem
from headwater.location.code.load import load_definitions
from headwater.location.code.tracebacks import describe, is_plumbing


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One problem, as scripts read it. `line` counts from 1; both are None where no place is known."""

    severity: Literal["error", "warning"]
    code: str
    message: str
    file: str | None = None
    line: int | None = None


class Examination(msgspec.Struct, frozen=True, kw_only=True):
    """What was found in one target, and how many assets it defines (None where it could not be loaded)."""

    target: str
    findings: tuple[Finding, ...] = ()
    assets: int | None = None

    @property
    def has_errors(self) -> bool:
        """Whether the target can't be loaded."""
        return any(finding.severity == "error" for finding in self.findings)


_examination_decoder = msgspec.json.Decoder(Examination)


def examine_apart(target: str, timeout: float) -> Examination:
    """Examine a target in a process of its own, which may print, hang and exit.

    Args:
        target: A path that ends in `.py`, or the dotted name of a module.
        timeout: Seconds after which the process is ended.
    """
    with tempfile.TemporaryDirectory(prefix="headwater-") as folder:
        answer = Path(folder) / "finding.json"
        command = [sys.executable, "-m", "headwater.location.code.examine", target, str(answer)]
        try:
            done = subprocess.run(command, stdout=sys.stderr, stdin=subprocess.DEVNULL, check=False, timeout=timeout)
        except subprocess.TimeoutExpired:
            return _gone(target, f"Loading {target} took longer than {timeout:g} seconds, so it was stopped.")
        if not answer.exists():
            return _gone(target, f"The process that loaded {target} ended with status {done.returncode}.")
        return _examination_decoder.decode(answer.read_bytes())


def _gone(target: str, message: str) -> Examination:
    mend = " Keep work out of the top level of the module: it runs with every load."
    return Examination(target=target, findings=(Finding(severity="error", code="not-loaded", message=message + mend),))


def _examine_here(target: str) -> Examination:
    try:
        defs = load_definitions(target)
        problems = examine(defs)
    except BaseException as error:  # user code may raise anything, SystemExit included
        return Examination(target=target, findings=(_from_error(error),))
    findings = tuple(_from_problem(problem) for problem in problems)
    return Examination(target=target, findings=findings, assets=len(defs.collect().specs))


def _from_problem(problem: Problem) -> Finding:
    source = problem.source
    return Finding(
        severity=problem.severity,
        code=problem.code,
        message=problem.message,
        file=None if source is None else source.file,
        line=None if source is None else source.line,
    )


def _from_error(error: BaseException) -> Finding:
    """The exception with the last line of the user's code that it came through."""
    frames = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        frames.append((error.filename, error.lineno or 1))
    own = [(file, line) for file, line in frames if not is_plumbing(file)]
    file, line = own[-1] if own else (None, None)
    return Finding(severity="error", code="not-loaded", message=describe(error).message, file=file, line=line)


def main() -> None:
    """Examine what the command line names, and write down the finding."""
    target, answer = sys.argv[1:]
    # A module is looked for where the command was called, as `python -m` does; prints must not look like findings.
    sys.path.insert(0, str(Path.cwd()))
    found = _examine_here(target)
    Path(answer).write_bytes(msgspec.json.encode(found))
    sys.stdout.flush()
    # Threads that the user's code left running would keep the process alive.
    os._exit(0)


if __name__ == "__main__":
    main()
