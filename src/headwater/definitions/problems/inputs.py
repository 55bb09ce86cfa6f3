"""Functions that take the value of an asset that is not defined."""

from __future__ import annotations

from collections.abc import Iterator

from headwater.definitions.problems.collected import Collected
from headwater.definitions.problems.problem import Problem
from headwater.definitions.problems.suggest import Suggestions
from headwater.definitions.source import describe_source
from headwater.errors import InvalidDefinitionError


def undefined_inputs(collected: Collected) -> Iterator[Problem]:
    """A value can't be loaded of what nobody defined."""
    specs = collected.specs
    missing = [(maker, entry) for maker in collected.makers for entry in maker.inputs if entry.key not in specs]
    suggestions = Suggestions(specs if missing else ())
    for maker, entry in missing:
        yield Problem(
            code="undefined-input",
            message=(
                f"{maker.titled} ({describe_source(maker.source)}) takes the value of {entry.key!r} as its parameter "
                f"{entry.name!r}, but no such asset is defined.{suggestions.question(entry.key)} Define it, or map the "
                f"parameter with ins={{{entry.name!r}: AssetIn(key=...)}}; if you only mean to depend on it, name it "
                "in deps; if it is a resource, add it to Definitions(resources={...})."
            ),
            source=maker.source,
            error=InvalidDefinitionError,
        )
