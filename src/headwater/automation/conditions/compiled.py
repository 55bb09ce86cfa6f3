"""Conditions made ready for evaluation: each part once, by its content, with what it reads and how far away.

Parts that mean the same are one `Node`, whatever their labels, so that what is known of one serves all conditions that
have it, and survives a change of the conditions around it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

import msgspec

from headwater.definitions.conditions.condition import CUSTOM, AutomationCondition
from headwater.errors import InvalidDefinitionError


class Fact(StrEnum):
    """What an event can change, as far as conditions tell facts apart."""

    DATA = "data"
    RUN = "run"
    """Runs that are queued or going on, and how they ended."""
    QUEUED = "queued"
    """The same, where that a run was requested can make something hold."""
    GONE = "gone"
    """The same, where that a run was requested can only make something cease to hold; conditions do not wait for it."""
    CHECK = "check"
    FRESHNESS = "freshness"
    WILL = "will"
    """What the same decision requests."""
    WINDOW = "window"
    """Which partitions exist, and which is the newest."""
    CODE = "code"


Read = tuple[int, Fact]
"""How many steps upstream, and what is read there."""

_OF_ASSET: dict[str, tuple[Fact, ...]] = {
    "missing": (Fact.DATA, Fact.WINDOW),
    "newly_updated": (Fact.DATA,),
    "data_version_changed": (Fact.DATA,),
    "newly_requested": (Fact.RUN,),
    "will_be_requested": (Fact.WILL,),
    "in_progress": (Fact.RUN, Fact.WILL, Fact.QUEUED),
    "run_in_progress": (Fact.RUN, Fact.WILL, Fact.QUEUED),
    "backfill_in_progress": (Fact.RUN, Fact.QUEUED),
    "execution_failed": (Fact.RUN, Fact.DATA),
    "code_version_changed": (Fact.CODE,),
    "initial_evaluation": (),
    "freshness_is": (Fact.FRESHNESS,),
    "executed_with_root_target": (Fact.DATA,),
    "executed_with_tags": (Fact.DATA,),
    "any_new_update_has_run_tags": (Fact.DATA,),
    "all_new_updates_have_run_tags": (Fact.DATA,),
    "in_latest_time_window": (Fact.WINDOW,),
    "cron_tick_passed": (),
    "check_passed": (Fact.CHECK,),
    "check_failed": (Fact.CHECK,),
    CUSTOM: (Fact.DATA, Fact.CHECK, Fact.FRESHNESS, Fact.WINDOW),
}
_OF_UPSTREAM: dict[str, tuple[Fact, ...]] = {CUSTOM: (Fact.DATA, Fact.CHECK)}
"""What is read of what is one step upstream: of what a user's own condition looks at, nothing is known."""
_NEW = frozenset(
    {
        "newly_updated",
        "data_version_changed",
        "newly_requested",
        "code_version_changed",
        "initial_evaluation",
        "any_new_update_has_run_tags",
        "all_new_updates_have_run_tags",
        "cron_tick_passed",
        "newly_true",
    }
)
_JOINS = frozenset({"and", "or", "not", "since", "newly_true"})
_OF_ROOTS = {"any_job_root_assets_match": "any_deps_match", "all_job_root_assets_match": "all_deps_match"}
"""What stands upstream of a job is what it begins with."""
_DEPS = frozenset({"any_deps_match", "all_deps_match"})
_CHECKS = frozenset({"any_checks_match", "all_checks_match"})
_OF_ALL = _DEPS | _CHECKS | {"not", "asset_matches", "freshness_is"}
_OPPOSITE = {Fact.QUEUED: Fact.GONE, Fact.GONE: Fact.QUEUED}
LATELY = "lately"
"""What a moment brought that a user's own condition is asked about, until it has answered."""
_MEMORY = frozenset({"since", "newly_true", LATELY})
_WILL = frozenset(op for op, facts in _OF_ASSET.items() if Fact.WILL in facts)


class Node:
    """One part of a condition. Two with the same `id` are the same object."""

    __slots__ = (
        "asks",
        "children",
        "crons",
        "fades",
        "has_new",
        "id",
        "is_rooted",
        "is_settled",
        "lasts",
        "op",
        "others",
        "params",
        "reads",
    )

    def __init__(self, op: str, params: dict[str, Any], children: tuple[Node, ...], id: str) -> None:
        self.op = op
        self.params = params
        self.children = children
        self.id = id
        self.asks: bool = op in (CUSTOM, LATELY) or any(child.asks for child in children)
        """Whether its value depends on what a user's own condition comes to."""
        self.is_rooted: bool = op in ("executed_with_root_target", LATELY) or any(child.is_rooted for child in children)
        """Whether it depends on which asset's condition it is a part of."""
        self.has_new: bool = op in _NEW or (op not in _MEMORY and any(child.has_new for child in children))
        """Whether it may hold for a moment only."""
        self.lasts: bool = _lasts(op, children)
        """Whether it may hold for longer than a moment."""
        self.fades: bool = _fades(op, children) or any(child.fades for child in children)
        """Whether it may come to hold by a moment being over."""
        self.reads = frozenset(_reads(op, children))
        self.is_settled: bool = op not in _MEMORY | _WILL and all(child.is_settled for child in children)
        """Whether it is the same with what the present decision requests as without."""
        self.others = frozenset(_others(op, params, children))
        """Assets that it names, and what it reads of each."""
        own = {(params["cron"], params["timezone"])} if op == "cron_tick_passed" else set()
        self.crons: frozenset[tuple[str, str]] = frozenset(own.union(*(child.crons for child in children)))

    @property
    def remembers(self) -> bool:
        """Whether its value depends on how it was before."""
        return self.op in _MEMORY


def _lasts(op: str, children: tuple[Node, ...]) -> bool:
    if op == "and":
        return all(child.lasts for child in children)
    if op in ("all_deps_match", "all_checks_match"):
        # Of what reads nothing upstream, or has no checks, it is always so.
        return True
    if op in ("any_deps_match", "any_checks_match", "or", "asset_matches"):
        return any(child.lasts for child in children)
    return op not in _NEW and op != "will_be_requested"


def _fades(op: str, children: tuple[Node, ...]) -> bool:
    if op == "since":
        # After a reset that is over, a trigger that simply stays true sets it again.
        return children[0].lasts and children[1].has_new
    return op == "not" and children[0].has_new


def _reads(op: str, children: tuple[Node, ...]) -> Iterable[Read]:
    for fact in _OF_ASSET.get(op, ()):
        yield 0, fact
    for fact in _OF_UPSTREAM.get(op, ()):
        yield 1, fact
    if op in _OF_ALL:
        # It may hold for a partition of which nothing was ever told.
        yield 0, Fact.WINDOW
    if op == "asset_matches":
        return
    away = 1 if op in _DEPS else 0
    for child in children:
        for steps, fact in child.reads:
            if op == "not":
                fact = _OPPOSITE.get(fact, fact)
            elif op in _MEMORY and fact in _OPPOSITE:
                yield steps + away, _OPPOSITE[fact]
            # The results of a check stand with its asset.
            yield steps + away, Fact.CHECK if op in _CHECKS and fact is Fact.DATA else fact


def _others(op: str, params: dict[str, Any], children: tuple[Node, ...]) -> Iterable[tuple[str, Fact]]:
    for child in children:
        yield from child.others
        if op == "asset_matches":
            for steps, fact in child.reads:
                if steps == 0:
                    yield params["key"], fact


class Compiler:
    """Makes nodes of conditions, each part once."""

    def __init__(self) -> None:
        self._nodes: dict[str, Node] = {}
        self._known: dict[bytes, Node] = {}

    def compile(self, condition: AutomationCondition) -> Node:
        """The node of a condition.

        Raises:
            InvalidDefinitionError: it has an operand that this release does not know.
        """
        # Ten thousand assets have few conditions, and writing one out is quicker than walking it.
        written = msgspec.json.encode(condition)
        if written not in self._known:
            node = self._compile(expand(condition))
            self._known[written] = self._held_back(node) if node.asks else node
        return self._known[written]

    def _held_back(self, node: Node) -> Node:
        """The same, but that what holds for a moment only is kept until the user's own conditions beside it answer."""
        if not node.asks:
            return self._intern(LATELY, {}, (node,)) if node.has_new else node
        children = tuple(
            child if node.op == "since" and place and not child.asks else self._held_back(child)
            for place, child in enumerate(node.children)
        )
        return self._intern(node.op, node.params, children)

    def _compile(self, condition: AutomationCondition) -> Node:
        if condition.op not in _OF_ASSET and condition.op not in _JOINS | _DEPS | _CHECKS | {
            "asset_matches",
            "any_downstream_conditions",
        }:
            raise InvalidDefinitionError(f"the condition {condition.op!r} is not known to this release.")
        children = tuple([self._compile(expand(child)) for child in condition.children])
        return self._intern(condition.op, condition.params, children)

    def _intern(self, op: str, params: dict[str, Any], children: tuple[Node, ...]) -> Node:
        content = msgspec.json.encode([op, params, [child.id for child in children]], order="deterministic")
        name = hashlib.sha256(content).hexdigest()[:16]
        if name not in self._nodes:
            self._nodes[name] = Node(op, params, children, name)
        return self._nodes[name]


def expand(condition: AutomationCondition) -> AutomationCondition:
    """An operand that stands for others, written out; every other condition as it is."""
    cls = AutomationCondition
    limits: dict[str, Any] = {name: condition.params[name] for name in ("allow", "ignore") if name in condition.params}
    if condition.op == "newly_missing":
        return cls.missing().newly_true()
    if condition.op in _OF_ROOTS:
        return cls(_OF_ROOTS[condition.op], condition.children, condition.params)
    if condition.op == "any_deps_updated":
        return cls("any_deps_match", (cls.newly_updated() | cls.will_be_requested(),), limits)
    if condition.op == "any_deps_missing":
        return cls("any_deps_match", (cls.missing() & ~cls.will_be_requested(),), limits)
    if condition.op == "any_deps_in_progress":
        return cls("any_deps_match", (cls.in_progress(),), limits)
    if condition.op == "all_deps_updated_since_cron":
        tick = cls.cron_tick_passed(condition.params["cron"], condition.params["timezone"])
        return cls("all_deps_match", (cls.newly_updated().since(tick) | cls.will_be_requested(),), limits)
    if condition.op == "all_deps_blocking_checks_passed":
        return cls("all_deps_match", (cls.all_checks_match(cls.check_passed(), blocking_only=True),), limits)
    return condition
