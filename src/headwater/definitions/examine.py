"""Look at definitions without running any of them: everything that is wrong or odd, at once."""

from __future__ import annotations

from headwater.definitions.build_snapshot import build_snapshot
from headwater.definitions.definitions import Definitions
from headwater.definitions.problems import WHEN_ASKED, WHEN_LOADED, find_problems
from headwater.definitions.problems.problem import Problem
from headwater.errors import HeadwaterError


def examine(defs: Definitions) -> list[Problem]:
    """All problems of definitions, errors first, each with the place where it stands.

    Example:
        >>> raw = AssetSpec("raw_orders")
        >>> [problem.code for problem in examine(Definitions([raw, AssetSpec("clean", deps=["raw_order"])]))]
        ['misspelt-dependency']
    """
    problems = list(find_problems(defs.collect(), (*WHEN_LOADED, *WHEN_ASKED)))
    if all(problem.error is None for problem in problems):
        # What only shows when everything else fits: selections of conditions and sensors, values that can't be sent.
        try:
            build_snapshot(defs)
        except HeadwaterError as error:
            problems.append(Problem(code="invalid-definition", message=str(error), error=type(error)))
    return sorted(problems, key=lambda problem: problem.error is None)
