"""Dependencies that nobody defined and that look like a misspelt key."""

from __future__ import annotations

from collections.abc import Iterator

from headwater.definitions.problems.collected import Collected
from headwater.definitions.problems.problem import Problem
from headwater.definitions.problems.suggest import Suggestions, ask
from headwater.definitions.snapshot import SourceRef
from headwater.definitions.source import describe_source
from headwater.keys import AssetKey


def misspelt_deps(collected: Collected) -> Iterator[Problem]:
    """A key that is not defined becomes a stub, which is meant unless it is nearly one that is defined."""
    # The value of one that is not defined is an error of its own.
    stubs = collected.stubs - {entry.key for maker in collected.makers for entry in maker.inputs}
    suggestions = Suggestions(collected.specs if stubs else ())
    questions = {key: ask(suggestions.surely_meant(key)) for key in stubs}
    for who, source, key in _mentions(collected):
        if questions.get(key):
            yield Problem(
                code="misspelt-dependency",
                message=(
                    f"{who} ({describe_source(source)}) depends on {key.to_user_string()!r}, which is not defined, "
                    f"so it is shown as a stub.{questions[key]} If it is another asset, define it with "
                    f"AssetSpec({_argument(key)})."
                ),
                source=source,
            )


def _mentions(collected: Collected) -> Iterator[tuple[str, SourceRef | None, AssetKey]]:
    for spec in collected.specs.values():
        for dep in spec.deps:
            yield f"Asset {spec.key.to_user_string()!r}", spec.source, dep.asset_key
    for check in collected.check_specs.values():
        for key in (check.asset_key, *(dep.asset_key for dep in check.additional_deps)):
            yield f"Check {check.name!r}", check.source, key


def _argument(key: AssetKey) -> str:
    return repr(key.parts[0] if len(key.parts) == 1 else key.path)
