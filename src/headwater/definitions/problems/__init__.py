"""What can be wrong with definitions as a whole: a function a kind of problem, one subject a file.

A new one is a function from `Collected` to its `Problem`s, listed here. Each finds all of its kind, so that
`headwater check` can show everything at once; loading raises the first error. Nothing here runs user code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from headwater.definitions.problems.checks import other_partitions
from headwater.definitions.problems.circles import circles
from headwater.definitions.problems.collected import Collected
from headwater.definitions.problems.conditions import conditions_of_jobs_elsewhere, idle_conditions
from headwater.definitions.problems.datasets import unclear_datasets
from headwater.definitions.problems.inputs import undefined_inputs
from headwater.definitions.problems.mappings import impossible_mappings
from headwater.definitions.problems.problem import Problem
from headwater.definitions.problems.resources import missing_resources, unused_resources
from headwater.definitions.problems.retention import unreadable_retention
from headwater.definitions.problems.stubs import misspelt_deps
from headwater.definitions.problems.targets import impossible_targets

Finder = Callable[[Collected], Iterator[Problem]]

# Found whenever definitions are loaded; errors in the order in which they are raised.
WHEN_LOADED: tuple[Finder, ...] = (
    lambda collected: iter(collected.duplicates),
    undefined_inputs,
    missing_resources,
    impossible_targets,
    impossible_mappings,
    other_partitions,
    idle_conditions,
    conditions_of_jobs_elsewhere,
    unreadable_retention,
    unclear_datasets,
    circles,
)
# Advice, which is only worth its time when somebody asks.
WHEN_ASKED: tuple[Finder, ...] = (misspelt_deps, unused_resources)


def find_problems(collected: Collected, finders: tuple[Finder, ...]) -> Iterator[Problem]:
    """Everything that some finders find, in their order."""
    for find in finders:
        yield from find(collected)
