"""Rules of retention in metadata that nobody could follow."""

from __future__ import annotations

from collections.abc import Iterator

from headwater.definitions.metadata.infer import to_wire
from headwater.definitions.metadata.retention import RETENTION, read_retention
from headwater.definitions.problems.collected import Collected
from headwater.definitions.problems.problem import Problem
from headwater.errors import InvalidDefinitionError


def unreadable_retention(collected: Collected) -> Iterator[Problem]:
    """A rule that can't be read would be no rule, and what it was to keep would be dropped."""
    for key, spec in collected.specs.items():
        if RETENTION not in spec.metadata:
            continue
        told = to_wire({RETENTION: spec.metadata[RETENTION]})
        try:
            read_retention(told[RETENTION].value, key.to_user_string())
        except InvalidDefinitionError as error:
            yield Problem(
                code="unreadable-retention", message=str(error), source=spec.source, error=InvalidDefinitionError
            )
