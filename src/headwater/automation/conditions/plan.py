"""What is automated in a graph: each asset's compiled condition, and which conditions an event could concern."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable

import msgspec

from headwater.automation.conditions.checks import asset_of, check_of
from headwater.automation.conditions.compiled import Compiler, Fact, Node
from headwater.automation.conditions.jobs import job_of
from headwater.automation.conditions.switches import pauses
from headwater.definitions.conditions.condition import AutomationCondition
from headwater.errors import InvalidDefinitionError
from headwater.graph.asset_graph import AssetGraph

_OF_RUNS = ("executed_with_tags", "executed_with_root_target")


class Plan:
    """The conditions of what runs can make or look at in a graph.

    Args:
        graph: All assets.
        compiler: Makes nodes of conditions; it may know some already.
        also_external: Whether conditions of assets that others make count too, as for who only asks.
        only: Whose conditions count; None for all.
    """

    def __init__(
        self,
        graph: AssetGraph,
        compiler: Compiler,
        *,
        also_external: bool = False,
        only: Collection[str] | None = None,
    ) -> None:
        self.graph = graph
        self.refused: dict[str, str] = {}
        """Assets whose condition can't be evaluated, and why."""
        self.roots: dict[int, Node] = {}
        self.conditions: dict[int, AutomationCondition] = {}
        self._shared: dict[bytes, AutomationCondition] = {}
        self._compiler = compiler
        for number, node in enumerate(graph.nodes):
            condition = node.definition.condition
            counts = node.is_runnable or (also_external and node.kind == "external")
            if condition is not None and counts and (only is None or node.key in only):
                self._add(number, condition)
        waits = pauses(graph)
        self.pauses = {
            number: waits[key]
            for number, root in self.roots.items()
            if root.lasts and (key := asset_of(graph.nodes[number].key)) in waits
        }
        """How long a condition waits after an attempt before it asks again, in microseconds, where it does."""
        self.place = {number: place for place, number in enumerate(graph.order)}
        nodes = set(self.roots.values())
        self._furthest = max((steps for node in nodes for steps, _ in node.reads), default=0)
        self._crons: dict[tuple[str, str], list[int]] = {cron: [] for node in nodes for cron in node.crons}
        self.asks_of_runs = any(mentions(condition, *_OF_RUNS) for condition in self.conditions.values())
        """Whether a condition asks about the run that made a version."""
        self.asks_of_code = any(mentions(condition, "code_version_changed") for condition in self.conditions.values())
        self._others: dict[Fact, dict[int, list[int]]] = {}
        self._heard: dict[int, bool] = {}
        for number, root in self.roots.items():
            for cron in root.crons:
                self._crons[cron].append(number)
            for key, fact in root.others:
                if key in graph.ids:
                    self._others.setdefault(fact, {}).setdefault(graph.ids[key], []).append(number)

    def _add(self, number: int, condition: AutomationCondition) -> None:
        own = self._shared.setdefault(msgspec.json.encode(condition), condition)
        own = self._with_downstream(number, own)
        try:
            self.roots[number] = self._compiler.compile(own)
        except InvalidDefinitionError as error:
            self.refused[self.graph.nodes[number].key] = f"{self.graph.nodes[number].key}: {error}"
        else:
            self.conditions[number] = own

    def _with_downstream(self, number: int, condition: AutomationCondition) -> AutomationCondition:
        if not mentions(condition, "any_downstream_conditions"):
            return condition
        below = sorted(self.graph.descendants(self.graph.nodes[number].key))
        theirs = {
            msgspec.json.encode(other): other
            for each in below
            if check_of(self.graph.nodes[each].key) is None
            and job_of(self.graph.nodes[each].key) is None
            and (other := self.graph.nodes[each].definition.condition) is not None
            and not mentions(other, "any_downstream_conditions")
        }
        return condition.replace(
            "any_downstream_conditions",
            AutomationCondition("or", tuple(theirs.values())).with_label("any_downstream_conditions"),
        )

    @property
    def crons(self) -> Iterable[tuple[str, str]]:
        """Every (cron schedule, time zone) whose ticks a condition waits for."""
        return self._crons

    def node(self, condition: AutomationCondition) -> Node:
        """The node of a part of a condition."""
        return self._compiler.compile(condition)

    def joining(self, number: int) -> set[int]:
        """The assets whose condition could change by an asset being requested, and may be made in one run with it."""
        # One that asks users' own conditions is decided on once these have answered.
        return {below for below in self.concerned(number, Fact.WILL) - {number} if not self.roots[below].asks}

    def of_tick(self, cron: tuple[str, str]) -> list[int]:
        """The assets whose condition waits for the ticks of a schedule."""
        return self._crons.get(cron, [])

    def hears(self, key: str) -> bool:
        """Whether some condition could change with a fact of an asset, or of its checks."""
        number = self.graph.ids.get(key)
        if number is None:
            return False
        heard = self._heard.get(number)
        if heard is None:
            below = self.graph.downstream[number]
            checks = (each for each in below if check_of(self.graph.nodes[each].key) is not None)
            heard = any(self.concerned(each, fact) for each in (number, *checks) for fact in Fact)
            self._heard[number] = heard
        return heard

    def concerned(self, number: int, fact: Fact) -> set[int]:
        """The assets whose condition could change with a fact of an asset."""
        found: set[int] = set()
        reached: Iterable[int] = (number,)
        for steps in range(self._furthest + 1):
            if steps:
                reached = {down for each in reached for down in self.graph.downstream[each]}
            read = (steps, fact)
            found.update(each for each in reached if (node := self.roots.get(each)) is not None and read in node.reads)
        found.update(self._others.get(fact, {}).get(number, ()))
        return found


def mentions(condition: AutomationCondition, *ops: str) -> bool:
    """Whether a condition has one of some operands somewhere."""
    return condition.op in ops or any(mentions(child, *ops) for child in condition.children)


def condition_name(condition: AutomationCondition) -> str:
    """A name for a condition as written, labels included."""
    return hashlib.sha256(msgspec.json.encode(condition, order="deterministic")).hexdigest()[:16]
