"""The value of every part of a condition, as a tree beside the condition as it was written."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from headwater.automation.conditions.compiled import Node, expand
from headwater.automation.conditions.evaluate import Evaluation
from headwater.automation.conditions.plan import condition_name
from headwater.automation.conditions.world import Look, Target
from headwater.definitions.conditions.condition import CUSTOM, AutomationCondition

_MOST_DEPS = 20
_OF_DEPS = ("any_deps_match", "all_deps_match")
_SHOWN = ("and", "or", "not", "since", "newly_true")


class Explained(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
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
    note: str | None = None
    """Of a user's own condition, why it has not answered."""


_NOTHING = Explained()


class Part(msgspec.Struct, frozen=True):
    """One part of a condition as it was written, and the node whose value it has."""

    node: Node
    has_deps: bool
    is_custom: bool
    parts: tuple[Part, ...] = ()


def parts_of(condition: AutomationCondition, compile: Callable[[AutomationCondition], Node]) -> Part:
    """The parts of a condition, down to the operands that its author wrote."""
    written_out = expand(condition)
    shown = condition.children if written_out is condition and condition.op in _SHOWN else ()
    parts = tuple(parts_of(child, compile) for child in shown)
    return Part(compile(condition), written_out.op in _OF_DEPS, written_out.op == CUSTOM, parts)


class Outlines:
    """The parts and the name of each condition, worked out once. Conditions are told apart by identity."""

    def __init__(self, compile: Callable[[AutomationCondition], Node]) -> None:
        self._compile = compile
        self._known: dict[int, tuple[AutomationCondition, Part, str]] = {}

    def parts(self, condition: AutomationCondition) -> Part:
        """Its parts."""
        return self._of(condition)[1]

    def name(self, condition: AutomationCondition) -> str:
        """Its name as written."""
        return self._of(condition)[2]

    def _of(self, condition: AutomationCondition) -> tuple[AutomationCondition, Part, str]:
        known = self._known.get(id(condition))
        if known is None:
            known = condition, parts_of(condition, self._compile), condition_name(condition)
            self._known[id(condition)] = known
        return known


def explain(evaluation: Evaluation, part: Part, owner: int, *, virtual: bool) -> Explained:
    """The tree of an asset's condition; `virtual`: with what the same decision requests."""
    look = Look.VIRTUAL if virtual else Look.FIRM
    return _explain(evaluation, part, (owner, ""), look, owner in evaluation.started)


def _explain(evaluation: Evaluation, part: Part, target: Target, look: Look, started: bool) -> Explained:
    truth = evaluation.value(part.node, target, target[0], look, started)
    if part.is_custom:
        return Explained(truth.holds.ranges(), truth.at, note=evaluation.unanswered(part.node, target))
    if not part.parts and not truth.holds and truth.at is None:
        # Most parts that do not hold have nothing more to say.
        return _NOTHING
    parts = tuple([_explain(evaluation, each, target, look, started) for each in part.parts]) if part.parts else ()
    deps: tuple[tuple[str, float | None], ...] = ()
    if part.has_deps and truth.holds:
        found = evaluation.explain_deps(part.node, target, target[0], look, started)
        deps = tuple([(key, of_dep.at) for key, of_dep in found[:_MOST_DEPS]])
    return Explained(truth.holds.ranges(), truth.at, deps, parts)
