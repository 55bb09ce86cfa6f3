"""Look at definitions without running any of them: everything that is wrong or odd, at once."""

from __future__ import annotations

from headwater.definitions.build_snapshot import build_snapshot, wrong_conditions, wrong_parts
from headwater.definitions.definitions import Definitions, taken_as_they_are
from headwater.definitions.problems import WHEN_ASKED, WHEN_LOADED, find_problems
from headwater.definitions.problems.problem import Problem
from headwater.definitions.snapshot import SourceRef
from headwater.errors import HeadwaterError


def _problem(error: HeadwaterError, source: SourceRef | None) -> Problem:
    return Problem(code="invalid-definition", message=str(error), source=source, error=type(error))


def examine(defs: Definitions) -> list[Problem]:
    """All problems of definitions, errors first, each with the place where it stands.

    Example:
        >>> raw = AssetSpec("raw_orders")
        >>> [problem.code for problem in examine(Definitions([raw, AssetSpec("clean", deps=["raw_order"])]))]
        ['misspelt-dependency']
    """
    problems = list(find_problems(defs.collect(), (*WHEN_LOADED, *WHEN_ASKED)))
    errors = [problem for problem in problems if problem.error is not None]
    known = {problem.source for problem in errors}
    resolved = taken_as_they_are(defs) if errors else defs
    found = [
        *wrong_conditions(resolved),
        # Of sensors, schedules and jobs that are known to be wrong, no more need be said.
        *((error, source) for error, source in wrong_parts(resolved) if source is None or source not in known),
    ]
    problems += (_problem(error, source) for error, source in found)
    if not errors and not found:
        # What only shows when everything else fits: values that can't be sent.
        try:
            build_snapshot(defs)
        except HeadwaterError as error:
            problems.append(_problem(error, None))
    return sorted(problems, key=lambda problem: problem.error is None)
