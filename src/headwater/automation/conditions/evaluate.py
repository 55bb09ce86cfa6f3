"""The value of conditions at one place of the log: for which partitions of an asset each part holds, and since when.

Each part is looked at in one of several ways. *Firm* takes what has happened, and moves memories on. *Virtual* adds
what the same decision requests, of which nothing is remembered: a run may yet fail. *Quiet* leaves out what holds for
the moment only. *Possible* and *certain* are the bounds between which a condition with users' own ones in it can come:
only where these differ is user code asked. What an operand means is in `operand_rules`.
"""

from __future__ import annotations

from collections.abc import Callable

from headwater.automation.conditions.compiled import LATELY, Node
from headwater.automation.conditions.memory import ANSWER, Generations, Unit, holding
from headwater.automation.conditions.operand_rules import OPERANDS
from headwater.automation.conditions.state import NONE
from headwater.automation.conditions.world import NOWHERE, Look, Target, Truth, World, last, of_places
from headwater.definitions.conditions.condition import CUSTOM
from headwater.definitions.partitions import Ordinals

_EVER = float("inf")
# Named once: reading a member of an enumeration takes as long as much else that is done here.
_FIRM, _VIRTUAL, _QUIET, _POSSIBLE, _CERTAIN = Look
_OPPOSITE = {_POSSIBLE: _CERTAIN, _CERTAIN: _POSSIBLE}


class Evaluation:
    """One look at the world; each part of a condition is worked out once."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._known: dict[tuple[object, ...], Truth] = {}
        self.asked: dict[int, dict[Unit, Node]] = {}
        """Users' own conditions, by the asset whose condition has them: those that it may depend on."""

    def firm(self, root: int) -> Truth:
        """Whether an asset's condition holds by what has happened; its memories are moved on."""
        return self._of(root, _FIRM)

    def virtual(self, root: int) -> Truth:
        """Whether it holds if what the decision requests so far is made."""
        return self._of(root, _VIRTUAL)

    def _of(self, root: int, look: Look) -> Truth:
        return self.value(self._world.plan.roots[root], (root, ""), root, look, root in self._world.started)

    @property
    def started(self) -> frozenset[int]:
        """The assets whose condition comes into force."""
        return self._world.started

    def explain_deps(self, node: Node, target: Target, root: int, look: Look, started: bool) -> list[tuple[str, Truth]]:
        """Of the upstream assets for which what a part of a condition asks of each holds, its truth."""
        nodes, child = self._world.graph.nodes, node.children[0]
        found = [(nodes[dep].key, self.value(child, (dep, ""), root, look, started)) for dep in self.deps(node, target)]
        return [(key, truth) for key, truth in found if truth.holds]

    def value(self, node: Node, target: Target, root: int, look: Look, started: bool) -> Truth:
        """The value of a part of the condition of `root` for a target; `started`: that part comes into force."""
        # What remembers begins with its own first evaluation, whoever asks, and moves on once in a step.
        if started and node.remembers:
            started = False
        is_of_root = node.is_rooted
        if look is _VIRTUAL:
            if node.is_settled:
                look = _FIRM
            else:
                is_of_root = True
        elif look >= _POSSIBLE:
            if node.asks:
                is_of_root = True
            else:
                look = _FIRM
        # Of names and numbers alone, so that the garbage collector need not look at it.
        key = (node.id, target, root if is_of_root else -1, look, started)
        known = self._known.get(key)
        if known is None:
            operand = OPERANDS.get(node.op)
            if operand is not None:
                known = operand(self._world, node, target, root, look, started)
            else:
                known = _RULES[node.op](self, node, target, root, look, started)
            self._known[key] = known
        return known

    # What joins others

    def _and(self, node: Node, target: Target, root: int, look: Look, started: bool) -> Truth:
        # Every term is looked at, whatever the others are: memories must not miss anything.
        truths = [self.value(child, target, root, look, started) for child in node.children]
        holds, at = truths[0].holds, truths[0].at
        for truth in truths[1:]:
            holds &= truth.holds
            if truth.at is not None and (at is None or truth.at > at):
                at = truth.at
        if not holds:
            return NOWHERE
        covers = [truth.covers for truth in truths if truth.covers is not None]
        if not covers:
            return Truth(holds, at)
        return Truth(holds, at, tuple((known, numbers & holds) for each in covers for known, numbers in each))

    def _or(self, node: Node, target: Target, root: int, look: Look, started: bool) -> Truth:
        found: list[Truth] = []
        for child in node.children:
            truth = self.value(child, target, root, look, started)
            if truth.holds:
                found.append(truth)
        if not found:
            return NOWHERE
        if len(found) == 1:
            return found[0]
        holds = found[0].holds
        for truth in found[1:]:
            holds |= truth.holds
        covers: tuple[tuple[float, Ordinals], ...] | None = None
        if any(truth.covers is not None for truth in found):
            covers = tuple(
                part for truth in found for part in ([(_EVER, truth.holds)] if truth.covers is None else truth.covers)
            )
        return Truth(holds, last(truth.at for truth in found), covers)

    def _not(self, node: Node, target: Target, root: int, look: Look, started: bool) -> Truth:
        return Truth(
            self._all(target) - self.value(node.children[0], target, root, _OPPOSITE.get(look, look), started).holds
        )

    def _since(self, node: Node, target: Target, root: int, look: Look, started: bool) -> Truth:
        unit = self._unit(node, target, root)
        memory = self._world.memory
        if look is _FIRM:
            started = unit not in memory
            trigger = self.value(node.children[0], target, root, look, started)
            reset = self.value(node.children[1], target, root, look, started)
            memory.put(unit, _moved_on(memory.get(unit), trigger, reset, self._world.at))
        generations = memory.get(unit)
        holds = holding(generations)
        if look is _CERTAIN:
            return NOWHERE
        if look is _POSSIBLE:
            return Truth(holds | self.value(node.children[0], target, root, look, started).holds)
        if look is _VIRTUAL:
            would = self.value(node.children[0], target, root, look, started).holds
            would -= self.value(node.children[0], target, root, _FIRM, started).holds
            if would:
                return Truth(holds | would, self._world.at)
        return Truth(holds, last(at for at, _ in generations if at > 0))

    def _newly_true(self, node: Node, target: Target, root: int, look: Look, started: bool) -> Truth:
        if look in (_QUIET, _CERTAIN):
            return NOWHERE
        if look is _POSSIBLE:
            return self.value(node.children[0], target, root, look, started)
        unit = self._unit(node, target, root)
        child, memory = node.children[0], self._world.memory
        if look is _VIRTUAL:
            would = self.value(child, target, root, look, started).holds
            firm = self.value(child, target, root, _FIRM, started).holds
            known = self.value(node, target, root, _FIRM, started)
            return Truth(known.holds | would, self._world.at) if (would := would - firm) else known
        started = unit not in memory
        now = self.value(child, target, root, look, started)
        before = holding(memory.get(unit))
        lasting = self.value(child, target, root, _QUIET, False).holds if child.has_new else now.holds
        memory.put(unit, ((0.0, lasting),))
        became = now.holds - before
        return Truth(became, self._world.at if now.at is None else now.at) if became else NOWHERE

    # What looks at others

    def _any_deps_match(self, node: Node, target: Target, root: int, look: Look, started: bool) -> Truth:
        holds, places, child = NONE, [], node.children[0]
        for dep in self.deps(node, target):
            truth = self.value(child, (dep, ""), root, look, started)
            if truth.holds and (mine := self._concerned(dep, truth.holds, target)):
                holds |= mine
                places.append(truth.at)
        return Truth(holds, last(places)) if holds else NOWHERE

    def _all_deps_match(self, node: Node, target: Target, root: int, look: Look, started: bool) -> Truth:
        holds, places, child = self._all(target), [], node.children[0]
        for dep in self.deps(node, target):
            truth = self.value(child, (dep, ""), root, look, started)
            reading = self._concerned(dep, self._all((dep, "")), target)
            # A partition that reads nothing of an asset does not wait for it.
            holds &= self._concerned(dep, truth.holds, target) | (self._all(target) - reading)
            if truth.holds:
                places.append(truth.at)
        return Truth(holds, last(places)) if holds else NOWHERE

    def deps(self, node: Node, target: Target) -> list[int]:
        """The assets that one is made from, as far as a part of a condition looks at them."""
        if target[1]:
            return [target[0]]
        graph = self._world.graph
        upstream: list[int] = graph.upstream[target[0]]
        definition, location = graph.nodes[target[0]].definition, graph.nodes[target[0]].location
        if definition.op is not None and not definition.can_subset:
            # What one function makes together is made together: it never waits for itself.
            upstream = [
                up
                for up in upstream
                if (graph.nodes[up].definition.op, graph.nodes[up].location) != (definition.op, location)
            ]
        if (allowed := node.params.get("allow")) is not None:
            upstream = [up for up in upstream if up in graph.selected(allowed)]
        if (ignored := node.params.get("ignore")) is not None:
            upstream = [up for up in upstream if up not in graph.selected(ignored)]
        return upstream

    def _asset_matches(self, node: Node, target: Target, root: int, look: Look, started: bool) -> Truth:
        other = self._world.graph.ids.get(node.params["key"])
        if other is None:
            return NOWHERE
        truth = self.value(node.children[0], (other, ""), root, look, started)
        if not truth.holds:
            return NOWHERE
        graph, number = self._world.graph, target[0]
        if other in graph.upstream[number]:
            return Truth(self._concerned(other, truth.holds, target), truth.at)
        if number in graph.upstream[other]:
            keys = graph.nodes[other].key, graph.nodes[number].key
            return Truth(self._world.links.read(keys[0], truth.holds, keys[1]).numbers, truth.at)
        same = self._world.spaces[other] is self._world.spaces[number]
        return Truth(truth.holds if same else self._all(target), truth.at)

    def _checks(self, node: Node, target: Target) -> list[Target]:
        known = self._world.graph.checks.get(self._world.graph.nodes[target[0]].key, ())
        return [(target[0], check.name) for check in known if check.blocking or not node.params.get("blocking_only")]

    def _any_checks_match(self, node: Node, target: Target, root: int, look: Look, started: bool) -> Truth:
        truths = [self.value(node.children[0], each, root, look, started) for each in self._checks(node, target)]
        holds = NONE
        for truth in truths:
            holds |= truth.holds
        return Truth(holds, last(truth.at for truth in truths if truth.holds))

    def _all_checks_match(self, node: Node, target: Target, root: int, look: Look, started: bool) -> Truth:
        truths = [self.value(node.children[0], each, root, look, started) for each in self._checks(node, target)]
        holds = self._all(target)
        for truth in truths:
            holds &= truth.holds
        return Truth(holds, last(truth.at for truth in truths if truth.holds)) if holds else NOWHERE

    # Of users' own conditions

    def _custom(self, node: Node, target: Target, root: int, look: Look, started: bool) -> Truth:
        unit = self._unit(node, target, root)
        if look >= _POSSIBLE:
            self.asked.setdefault(root, {})[unit] = node
            return Truth(self._all(target)) if look is _POSSIBLE else NOWHERE
        return Truth(self._world.memory.answer(unit).holds)

    def unanswered(self, node: Node, target: Target) -> str | None:
        """Why a user's own condition has not answered; None where it has."""
        answer = self._world.memory.answer(self._unit(node, target, target[0]))
        return answer.error or ("none has come yet" if answer.at is None else None)

    def _lately(self, node: Node, target: Target, root: int, look: Look, started: bool) -> Truth:
        unit, memory = self._unit(node, target, root), self._world.memory
        if look is not _FIRM:
            return Truth(holding(memory.get(unit)), last(at for at, _ in memory.get(unit)))
        told = memory.get(unit)
        if (now := self.value(node.children[0], target, root, _FIRM, started)).holds:
            told = (*told, (self._world.at if now.at is None else abs(now.at), now.holds))
        answered = self._world.answered.get(root)
        memory.put(unit, told if answered is None else tuple(each for each in told if each[0] > answered))
        # Before the answer nothing is decided, and what came after the question is not part of it.
        return NOWHERE if answered is None else of_places([each for each in told if each[0] <= answered])

    def possible(self, root: int) -> Ordinals:
        """Where an asset's condition holds or could, whatever users' own conditions come to: they are in `asked` then.

        Where it could not, what came lately has found no answer, and is over.
        """
        found = self._of(root, _POSSIBLE).holds
        self._let_go(self._world.plan.roots[root], root, found)
        return found

    def _let_go(self, node: Node, root: int, possible: Ordinals) -> None:
        for child in node.children:
            if child.asks:
                self._let_go(child, root, possible)
        if node.op == LATELY and not possible:
            memory = self._world.memory
            for unit in memory.units(node.id, self._world.graph.nodes[root].key):
                memory.put(unit, ())

    def _all(self, target: Target) -> Ordinals:
        return self._world.spaces[target[0]].all

    def _concerned(self, dep: int, numbers: Ordinals, target: Target) -> Ordinals:
        """The partitions of a target that read some of an asset's."""
        below, spaces, nodes = target[0], self._world.spaces, self._world.graph.nodes
        if dep == below:
            return numbers
        if spaces[dep] is spaces[below] and not nodes[below].definition.mappings:
            return numbers
        return self._world.links.concerned(nodes[dep].key, numbers, nodes[below].key)

    def _unit(self, node: Node, target: Target, root: int) -> Unit:
        nodes = self._world.graph.nodes
        name = f"{node.id}@{nodes[root].key}" if node.is_rooted else node.id
        if node.op == CUSTOM:
            name = ANSWER + name
        return nodes[target[0]].key, target[1], name


def _moved_on(generations: Generations, trigger: Truth, reset: Truth, at: float) -> Generations:
    """What a `since` remembers after a place in the log. Where both hold at once, the reset is the later one."""
    if trigger.holds:
        # What simply is so is no news: it is told apart by a negative place.
        place = -at if trigger.at is None else trigger.at
        generations = (
            *((held, numbers - trigger.holds) for held, numbers in generations),
            (place, trigger.holds),
        )
    if reset.holds:
        for known, handled in ((_EVER, reset.holds),) if reset.covers is None else reset.covers:
            generations = tuple(
                (held, numbers - handled if abs(held) <= known else numbers) for held, numbers in generations
            )
    return tuple((held, numbers) for held, numbers in generations if numbers)


_Rule = Callable[[Evaluation, Node, Target, int, Look, bool], Truth]
_RULES: dict[str, _Rule] = {
    "and": Evaluation._and,
    "or": Evaluation._or,
    "not": Evaluation._not,
    "since": Evaluation._since,
    "newly_true": Evaluation._newly_true,
    "any_deps_match": Evaluation._any_deps_match,
    "all_deps_match": Evaluation._all_deps_match,
    "asset_matches": Evaluation._asset_matches,
    "any_checks_match": Evaluation._any_checks_match,
    "all_checks_match": Evaluation._all_checks_match,
    CUSTOM: Evaluation._custom,
    LATELY: Evaluation._lately,
}
