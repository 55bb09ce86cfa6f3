"""The value of every part of a condition, as a tree beside the condition as it was written."""

from __future__ import annotations

import msgspec

from headwater.automation.compiled import expand
from headwater.automation.evaluate import Evaluation
from headwater.automation.world import Look, Target, Truth
from headwater.definitions.conditions import AutomationCondition

_MOST_DEPS = 20


class Explained(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """The value of one part, and of its parts in their order.

    Kept by the thousand, so it is written as a list and leaves out what the condition itself says.
    """

    holds: tuple[tuple[int, int], ...] = ()
    """The partitions for which it holds, as half-open ranges of their numbers."""
    at: float | None = None
    """The place in the log of what made it hold."""
    deps: tuple[tuple[str, float | None], ...] = ()
    """The upstream assets for which it holds, each with the place in the log of what made it so."""
    parts: tuple[Explained, ...] = ()


def explain(evaluation: Evaluation, condition: AutomationCondition, owner: int, *, virtual: bool) -> Explained:
    """The tree of an asset's condition; `virtual`: with what the same decision requests."""
    look = Look.VIRTUAL if virtual else Look.FIRM
    return _explain(evaluation, condition, (owner, ""), owner, look)


def _explain(
    evaluation: Evaluation, condition: AutomationCondition, target: Target, owner: int, look: Look
) -> Explained:
    node = evaluation.node(condition)
    started = owner in evaluation.started
    truth: Truth = evaluation.value(node, target, owner, look, started and look is Look.FIRM)
    written_out = expand(condition)
    deps: list[tuple[str, float | None]] = []
    parts: tuple[Explained, ...] = ()
    if written_out.op in ("any_deps_match", "all_deps_match"):
        for key, of_dep in evaluation.explain_deps(node, target, owner, look, started):
            if of_dep.holds:
                deps.append((key, of_dep.at))
    elif written_out is condition and condition.op in ("and", "or", "not", "since", "newly_true"):
        parts = tuple(_explain(evaluation, child, target, owner, look) for child in condition.children)
    return Explained(tuple(truth.holds.ranges()), truth.at, tuple(deps[:_MOST_DEPS]), parts)
