"""The value of conditions at one place of the log: for which partitions of an asset each part holds, and since when.

Each part is looked at in one of three ways. *Firm* takes what has happened, and moves memories on. *Virtual* adds what
the same decision requests, of which nothing is remembered: a run may yet fail. *Quiet* leaves out whatever holds for
the moment only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from headwater.automation.checks import check_of
from headwater.automation.compiled import Node
from headwater.automation.memory import Generations, Unit, holding
from headwater.automation.state import NONE, OWN, AssetState, CheckState, RunFacts, Space
from headwater.automation.world import NOWHERE, Look, News, Target, Truth, World, last, of_places
from headwater.definitions.partitions import Ordinals

_EVER = float("inf")
_NO_NEWS = News()
_NO_CHECK = CheckState()


class Evaluation:
    """One look at the world; each part of a condition is worked out once."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._known: dict[tuple[object, ...], Truth] = {}
        self._latest: dict[tuple[Space, float | None], Ordinals] = {}

    def firm(self, root: int) -> Truth:
        """Whether an asset's condition holds by what has happened; its memories are moved on."""
        return self._of(root, Look.FIRM)

    def virtual(self, root: int) -> Truth:
        """Whether it holds if what the decision requests so far is made."""
        return self._of(root, Look.VIRTUAL)

    def _of(self, root: int, look: Look) -> Truth:
        return self.value(self._world.plan.roots[root], (root, ""), root, look, root in self._world.started)

    @property
    def started(self) -> frozenset[int]:
        """The assets whose condition comes into force."""
        return self._world.started

    def explain_deps(
        self, node: Node, target: Target, root: int, look: Look, started: bool
    ) -> Iterable[tuple[str, Truth]]:
        """By upstream asset, the truth of what a part of a condition asks of each."""
        nodes = self._world.graph.nodes
        return [(nodes[dep].key, truth) for dep, truth in self._of_deps(node, target, root, look, started)]

    def value(self, node: Node, target: Target, root: int, look: Look, started: bool) -> Truth:
        """The value of a part of the condition of `root` for a target; `started`: that part comes into force."""
        # What remembers begins with its own first evaluation, whoever asks, and moves on once in a step.
        started = started and not node.remembers
        if look is Look.VIRTUAL and node.is_settled:
            look = Look.FIRM
        key = (node, *target, root if look is Look.VIRTUAL or node.is_rooted else -1, look, started)
        known = self._known.get(key)
        if known is None:
            known = _RULES[node.op](self, node, target, root, look, started)
            self._known[key] = known
        return known

    # What joins others

    def _and(self, node: Node, target: Target, root: int, look: Look, started: bool) -> Truth:
        # Every term is looked at, whatever the others are: memories must not miss anything.
        truths = [self.value(child, target, root, look, started) for child in node.children]
        holds = truths[0].holds
        for truth in truths[1:]:
            if not holds:
                return NOWHERE
            holds &= truth.holds
        if not holds:
            return NOWHERE
        covers = [truth.covers for truth in truths if truth.covers is not None]
        limited = tuple((at, numbers & holds) for each in covers for at, numbers in each)
        return Truth(holds, last(truth.at for truth in truths), limited if covers else None)

    def _or(self, node: Node, target: Target, root: int, look: Look, started: bool) -> Truth:
        truths = [self.value(child, target, root, look, started) for child in node.children]
        found = [truth for truth in truths if truth.holds]
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
        return Truth(self._all(target) - self.value(node.children[0], target, root, look, started).holds)

    def _since(self, node: Node, target: Target, root: int, look: Look, started: bool) -> Truth:
        unit = self._unit(node, target, root)
        memory = self._world.memory
        if look is Look.FIRM:
            started = unit not in memory
            trigger = self.value(node.children[0], target, root, look, started)
            reset = self.value(node.children[1], target, root, look, started)
            memory.put(unit, _moved_on(memory.get(unit), trigger, reset, self._world.at))
        generations = memory.get(unit)
        holds = holding(generations)
        if look is Look.VIRTUAL:
            would = self.value(node.children[0], target, root, look, started).holds
            would -= self.value(node.children[0], target, root, Look.FIRM, started).holds
            if would:
                return Truth(holds | would, self._world.at)
        return Truth(holds, last(at for at, _ in generations if at > 0))

    def _newly_true(self, node: Node, target: Target, root: int, look: Look, started: bool) -> Truth:
        if look is Look.QUIET:
            return NOWHERE
        unit = self._unit(node, target, root)
        child, memory = node.children[0], self._world.memory
        if look is Look.VIRTUAL:
            would = self.value(child, target, root, look, started).holds
            firm = self.value(child, target, root, Look.FIRM, started).holds
            known = self.value(node, target, root, Look.FIRM, started)
            return Truth(known.holds | would, self._world.at) if (would := would - firm) else known
        started = unit not in memory
        now = self.value(child, target, root, look, started)
        before = holding(memory.get(unit))
        lasting = self.value(child, target, root, Look.QUIET, False).holds if child.has_new else now.holds
        memory.put(unit, ((0.0, lasting),))
        became = now.holds - before
        return Truth(became, self._world.at if now.at is None else now.at) if became else NOWHERE

    # What looks at others

    def _any_deps_match(self, node: Node, target: Target, root: int, look: Look, started: bool) -> Truth:
        holds, places = NONE, []
        for dep, truth in self._of_deps(node, target, root, look, started):
            if truth.holds and (mine := self._concerned(dep, truth.holds, target)):
                holds |= mine
                places.append(truth.at)
        return Truth(holds, last(places)) if holds else NOWHERE

    def _all_deps_match(self, node: Node, target: Target, root: int, look: Look, started: bool) -> Truth:
        holds, places = self._all(target), []
        for dep, truth in self._of_deps(node, target, root, look, started):
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

    def _of_deps(self, node: Node, target: Target, root: int, look: Look, started: bool) -> Iterable[tuple[int, Truth]]:
        child = node.children[0]
        return [(dep, self.value(child, (dep, ""), root, look, started)) for dep in self.deps(node, target)]

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

    # Operands

    def _missing(self, node: Node, target: Target, *_context: object) -> Truth:
        if target[1]:
            check = self._check(target)
            return Truth(self._all(target) - check.passed - check.failed)
        return Truth(self._all(target) - self._state(target).made)

    def _newly_updated(self, node: Node, target: Target, root: int, look: Look, started: bool) -> Truth:
        news = self._world.news.get(target[0])
        if news is None or look is Look.QUIET:
            return NOWHERE
        if target[1]:
            return of_places(news.checks.get(target[1], ()))
        # An update handles what its step has read, not what came while it was being made.
        return of_places([(seq, numbers) for seq, numbers, _ in news.updated])._replace(
            covers=tuple(news.covered) if news.updated else None
        )

    def _data_version_changed(self, node: Node, target: Target, root: int, look: Look, started: bool) -> Truth:
        news = self._world.news.get(target[0])
        return NOWHERE if news is None or look is Look.QUIET else of_places(news.other_version)

    def _newly_requested(self, node: Node, target: Target, root: int, look: Look, started: bool) -> Truth:
        news = self._world.news.get(target[0])
        if news is None or look is Look.QUIET:
            return NOWHERE
        return of_places(news.attempted)._replace(covers=tuple(news.attempted) if news.attempted else None)

    def _will_be_requested(self, node: Node, target: Target, root: int, look: Look, started: bool) -> Truth:
        if look is not Look.VIRTUAL or not self._joins(target[0], root):
            return NOWHERE
        return Truth(self._world.requested.get(target[0], NONE), self._world.at)

    def _in_progress(self, node: Node, target: Target, root: int, look: Look, started: bool) -> Truth:
        of_backfills = None if node.op == "in_progress" else node.op == "backfill_in_progress"
        state = self._state(target)
        found = state.running(of_backfills=of_backfills)
        if of_backfills is not False and state.backfills:
            found |= state.to_backfill()
        if not of_backfills:
            found |= self._world.awaited.get(target[0], NONE)
            if look is Look.VIRTUAL and not self._joins(target[0], root):
                found |= self._world.requested.get(target[0], NONE)
        return Truth(found)

    def _joins(self, number: int, root: int) -> bool:
        """Whether what is requested of an asset is made in one run with the same partition of `root`."""
        nodes, spaces = self._world.graph.nodes, self._world.spaces
        return (
            number != root
            and nodes[number].location == nodes[root].location
            and spaces[number] is spaces[root]
            and self._world.links.mapping(nodes[number].key, nodes[root].key) is None
            # A check alone is never carried out in the run that makes what it judges: that does so by itself.
            and check_of(nodes[root].key) is None
        )

    def _execution_failed(self, node: Node, target: Target, *_context: object) -> Truth:
        return NOWHERE if target[1] else Truth(self._state(target).failed)

    def _code_version_changed(self, node: Node, target: Target, root: int, look: Look, started: bool) -> Truth:
        news = self._world.news.get(target[0], _NO_NEWS)
        return Truth(self._all(target), self._world.at) if news.code_changed and look is not Look.QUIET else NOWHERE

    def _initial_evaluation(self, node: Node, target: Target, root: int, look: Look, started: bool) -> Truth:
        return Truth(self._all(target), self._world.at) if started and look is not Look.QUIET else NOWHERE

    def _freshness_is(self, node: Node, target: Target, *_context: object) -> Truth:
        return Truth(self._all(target)) if self._state(target).freshness == node.params["state"] else NOWHERE

    def _executed_with_root_target(self, node: Node, target: Target, root: int, *_context: object) -> Truth:
        key = self._world.graph.nodes[root].key
        made_by = self._state(target).made_by
        return Truth(Ordinals(number for number, run in made_by.items() if key in run.assets))

    def _executed_with_tags(self, node: Node, target: Target, *_context: object) -> Truth:
        made_by = self._state(target).made_by
        return Truth(Ordinals(number for number, run in made_by.items() if _has_tags(run, node)))

    def _new_updates_have_tags(self, node: Node, target: Target, root: int, look: Look, started: bool) -> Truth:
        news = self._world.news.get(target[0])
        if news is None or look is Look.QUIET:
            return NOWHERE
        with_tags = [(seq, numbers) for seq, numbers, run in news.updated if run is not None and _has_tags(run, node)]
        others = [(seq, numbers) for seq, numbers, run in news.updated if run is None or not _has_tags(run, node)]
        truth = of_places(with_tags)
        if node.op == "all_new_updates_have_run_tags":
            truth = truth._replace(holds=truth.holds - of_places(others).holds)
        return truth

    def _in_latest_time_window(self, node: Node, target: Target, *_context: object) -> Truth:
        space, lookback = self._world.spaces[target[0]], node.params.get("lookback_seconds")
        if (space, lookback) not in self._latest:
            self._latest[(space, lookback)] = space.latest(lookback)
        return Truth(self._latest[(space, lookback)])

    def _cron_tick_passed(self, node: Node, target: Target, root: int, look: Look, started: bool) -> Truth:
        ticked = (node.params["cron"], node.params["timezone"]) in self._world.ticks
        return Truth(self._all(target), self._world.at) if ticked and look is not Look.QUIET else NOWHERE

    def _check_is(self, node: Node, target: Target, *_context: object) -> Truth:
        check = self._check(target)
        return Truth(check.passed if node.op == "check_passed" else check.failed)

    def _all(self, target: Target) -> Ordinals:
        return self._world.spaces[target[0]].all

    def _state(self, target: Target) -> AssetState:
        return self._world.states[target[0]]

    def _check(self, target: Target) -> CheckState:
        return self._state(target).checks.get(target[1] or OWN, _NO_CHECK)

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


def _has_tags(run: RunFacts, node: Node) -> bool:
    keys, values = node.params.get("tag_keys") or (), node.params.get("tag_values") or {}
    return all(key in run.tags for key in keys) and all(run.tags.get(key) == value for key, value in values.items())


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
    "missing": Evaluation._missing,
    "newly_updated": Evaluation._newly_updated,
    "data_version_changed": Evaluation._data_version_changed,
    "newly_requested": Evaluation._newly_requested,
    "will_be_requested": Evaluation._will_be_requested,
    "in_progress": Evaluation._in_progress,
    "run_in_progress": Evaluation._in_progress,
    "backfill_in_progress": Evaluation._in_progress,
    "execution_failed": Evaluation._execution_failed,
    "code_version_changed": Evaluation._code_version_changed,
    "initial_evaluation": Evaluation._initial_evaluation,
    "freshness_is": Evaluation._freshness_is,
    "executed_with_root_target": Evaluation._executed_with_root_target,
    "executed_with_tags": Evaluation._executed_with_tags,
    "any_new_update_has_run_tags": Evaluation._new_updates_have_tags,
    "all_new_updates_have_run_tags": Evaluation._new_updates_have_tags,
    "in_latest_time_window": Evaluation._in_latest_time_window,
    "cron_tick_passed": Evaluation._cron_tick_passed,
    "check_passed": Evaluation._check_is,
    "check_failed": Evaluation._check_is,
}
