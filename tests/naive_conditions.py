"""Conditions evaluated the slow way: everything anew at every step, from the whole history, key by key.

What it says is the definition: no compiled parts, no memory, no index, no sets of partitions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
from naive_history import EVER, History, Key, Moment

from headwater.automation.conditions.checks import check_of
from headwater.automation.conditions.decide_step import ASK_AGAIN_AFTER
from headwater.clock import MICROSECONDS
from headwater.definitions.conditions.condition import AutomationCondition
from headwater.records.log.events import (
    Materialization,
)


class Naive(History):
    """Decides at each step on everything."""

    def step(self, moment: Moment, touched: bool = True) -> set[Key]:
        """Go on by a step, and decide."""
        k = self.add(moment)
        self._remember(k)
        requested: set[Key] = set()
        if touched:
            for number in self.graph.order:
                node = self.graph.nodes[number]
                if node.definition.condition is not None and node.kind == "native":
                    requested |= self._wanted(node.key, node.definition.condition, k, requested)
        self.decided.append((k, requested))
        return requested

    def _remember(self, k: int) -> None:
        """Work out each `since` of this step, so that later ones need not go back to the start."""
        conditions = [node.definition.condition for node in self.graph.nodes if node.definition.condition is not None]
        parts = {msgspec.json.encode(part): part for each in conditions for part in _sinces(each)}
        ask = Ask(self, k, "", frozenset())
        for asset in self.graph.ids:
            for key in self.keys(asset, k):
                for part in parts.values():
                    ask.place(part, asset, key)

    def _wanted(self, asset: str, condition: AutomationCondition, k: int, requested: set[Key]) -> set[Key]:
        ask = Ask(self, k, asset, frozenset(requested), virtual=bool(requested))
        held = {key for key in self.keys(asset, k) if ask.holds(condition, asset, key)}
        at = ask.at(condition, asset)
        return {(asset, key) for key in held if self._is_due((asset, key), at, k)}

    def _is_due(self, key: Key, at: float | None, k: int) -> bool:
        attempted, requested = self.attempted(key, k), self.last_request(key, k)
        if self.is_awaited(key, k) or (self.is_running(key, k) and attempted < requested):
            return False
        is_news, pause = at is not None and at > attempted, self._pause(key[0])
        if is_news and not pause:
            return True
        if self.is_running(key, k):
            return False
        wait = pause if is_news else max(pause, ASK_AGAIN_AFTER)
        return not attempted or self.ended(key, k) + wait <= self.moments[k].now

    def _pause(self, asset: str) -> int:
        """How long the switches for an asset let its condition wait after an attempt, in microseconds."""
        switches = [sensor for sensor, _ in self.graph.sensors.values() if asset in (sensor.targets or ())]
        return max((round(switch.minimum_interval * MICROSECONDS) for switch in switches), default=0)


class Ask:
    """Questions about one step, for the condition of one asset."""

    def __init__(
        self, told: Naive, k: int, root: str, requested: frozenset[Key], *, virtual: bool = False, quiet: bool = False
    ) -> None:
        self.told, self.k, self.root, self.requested = told, k, root, requested
        self.virtual, self.quiet = virtual, quiet

    def other(self, k: int, *, quiet: bool = False) -> Ask:
        """The same question at a step, by what has happened alone."""
        return Ask(self.told, k, self.root, frozenset(), quiet=quiet)

    def holds(self, c: AutomationCondition, asset: str, key: str) -> bool:
        """Whether a condition holds for a partition."""
        name = ("holds", self.k, self.root if self.virtual else "", self.requested, self.virtual, self.quiet)
        return bool(self.told.once((*name, msgspec.json.encode(c), asset, key), lambda: self._holds(c, asset, key)))

    def _holds(self, c: AutomationCondition, asset: str, key: str) -> bool:
        told, k, parts = self.told, self.k, c.children
        if key not in told.keys(asset, k):
            return False
        match c.op:
            case "and":
                return all(self.holds(part, asset, key) for part in parts)
            case "or":
                return any(self.holds(part, asset, key) for part in parts)
            case "not":
                return not self.holds(parts[0], asset, key)
            case "since":
                return self.place(c, asset, key) is not None or self._would(parts[0], asset, key)
            case "newly_true":
                return self._is_newly_true(parts[0], asset, key)
            case "newly_missing":
                return self.holds(AutomationCondition.missing().newly_true(), asset, key)
            case "any_deps_match":
                return any(self.holds(parts[0], *dep) for dep in self._deps(c, asset, key))
            case "all_deps_match":
                ups = self._ups(c, asset)
                reads = {up: [dep for dep in self._deps(c, asset, key) if dep[0] == up] for up in ups}
                return all(any(self.holds(parts[0], *dep) for dep in mine) or not mine for mine in reads.values())
            case "any_deps_updated":
                return self.holds(_updated(c), asset, key)
            case "asset_matches":
                return any(self.holds(parts[0], *other) for other in self._others(c, asset, key))
            case _:
                return self._operand(c, (asset, key))

    def _operand(self, c: AutomationCondition, key: Key) -> bool:
        told, k = self.told, self.k
        match c.op:
            case "missing":
                return told.is_missing(k, key)
            case "any_deps_missing":
                return any(told.is_missing(k, dep) and not self._will_be(dep) for dep in self._deps(c, *key))
            case "any_deps_in_progress":
                return any(self._in_progress(dep) for dep in self._deps(c, *key))
            case "freshness_is":
                return bool(told.freshness(k, key[0]) == c.params["state"])
            case "in_latest_time_window":
                return not told.is_by_time(key[0]) or key[1] == told.keys(key[0], k)[-1]
            case "any_checks_match":
                return told.check(k, key) is (c.children[0].op == "check_passed")
        return self._of_runs(c, key)

    def _of_runs(self, c: AutomationCondition, key: Key) -> bool:
        told, k = self.told, self.k
        match c.op:
            case "in_progress":
                return self._in_progress(key)
            case "run_in_progress":
                return told.is_running(key, k, of_backfills=False) or self._is_asked_for(key)
            case "backfill_in_progress":
                return told.is_running(key, k, of_backfills=True) or told.to_backfill(key, k)
            case "will_be_requested":
                return self._will_be(key)
            case "execution_failed":
                return told.is_failed(k, key)
            case "executed_with_tags":
                version = told.version(k, key)
                return version is not None and _has_tags(told.tags(version.run_id), c)
        return self._is_new(c, key)

    def _is_new(self, c: AutomationCondition, key: Key) -> bool:
        told, k, is_now = self.told, self.k, not self.quiet
        match c.op:
            case "newly_updated":
                return is_now and bool(told.updates(k, key))
            case "data_version_changed":
                return is_now and any(is_other for _, is_other in told.news(k, key))
            case "any_new_update_has_run_tags":
                return is_now and any(_has_tags(told.tags(e.run_id), c) for e in told.updates(k, key))
            case "all_new_updates_have_run_tags":
                new = told.updates(k, key)
                return is_now and bool(new) and all(_has_tags(told.tags(event.run_id), c) for event in new)
            case "code_version_changed":
                return is_now and key[0] in told.moments[k].code
            case "newly_requested":
                return is_now and bool(told.attempts(k, key))
            case "initial_evaluation":
                return is_now and told.moments[k].begins
            case "cron_tick_passed":
                return is_now and c.params["cron"] in told.moments[k].ticks
        raise AssertionError(c.op)

    def _is_newly_true(self, part: AutomationCondition, asset: str, key: str) -> bool:
        firm = self.other(self.k)
        before = self.k > 0 and self.other(self.k - 1, quiet=True).holds(part, asset, key)
        now = not self.quiet and firm.holds(part, asset, key) and not before
        return now or self._would(part, asset, key)

    def _would(self, part: AutomationCondition, asset: str, key: str) -> bool:
        return self.virtual and self.holds(part, asset, key) and not self.other(self.k).holds(part, asset, key)

    def place(self, c: AutomationCondition, asset: str, key: str) -> float | None:
        """Where the trigger of a `since` last held without a reset after it."""

        def find() -> float | None:
            before = self.other(self.k - 1).place(c, asset, key) if self.k else None
            firm, (trigger, reset) = self.other(self.k), c.children
            if firm.holds(trigger, asset, key):
                at = firm.at(trigger, asset)
                before = -self.told.moments[self.k].at if at is None else at
            for known in firm.covers(reset, asset, key) if firm.holds(reset, asset, key) else ():
                if before is not None and abs(before) <= known:
                    before = None
            return before

        found: float | None = self.told.once(("place", self.k, msgspec.json.encode(c), asset, key), find)
        return found

    def covers(self, c: AutomationCondition, asset: str, key: str) -> list[float]:
        """Up to which places of the log a reset that holds knows what it handles."""
        if c.op == "or":
            held = [part for part in c.children if self.holds(part, asset, key)]
            return [known for part in held for known in self.covers(part, asset, key)]
        if c.op == "and":
            limited = [self.covers(part, asset, key) for part in c.children]
            return [known for mine in limited for known in mine if known != EVER] or [EVER]
        if c.op == "newly_requested":
            return [float(seq) for seq in self.told.attempts(self.k, (asset, key))]
        if c.op == "newly_updated":
            return [
                event.payload.read_seq
                if isinstance(event.payload, Materialization) and event.payload.read_seq is not None
                else event.seq
                for event in self.told.updates(self.k, (asset, key))
            ]
        return [EVER]

    def at(self, c: AutomationCondition, asset: str) -> float | None:
        """The place in the log of what made it hold in any partition; None for what simply is so."""
        held = [key for key in self.told.keys(asset, self.k) if self.holds(c, asset, key)]
        if not held:
            return None
        here = self.told.moments[self.k].at
        match c.op:
            case "and" | "or":
                return _last(self.at(part, asset) for part in c.children)
            case "since":
                if any(self._would(c.children[0], asset, key) for key in held):
                    return here
                places = [self.place(c, asset, key) for key in self.told.keys(asset, self.k)]
                return _last(place for place in places if place is not None and place > 0)
            case "newly_true":
                firm = self.other(self.k).at(c.children[0], asset)
                return here if firm is None or any(self._would(c.children[0], asset, key) for key in held) else firm
            case "any_deps_match" | "all_deps_match":
                held_by = [up for up in self._ups(c, asset) if c.op == "all_deps_match" or self._matters(c, asset, up)]
                return _last(self.at(c.children[0], up) for up in held_by)
            case "asset_matches":
                return self.at(c.children[0], c.params["key"])
            case "newly_missing":
                return self.at(AutomationCondition.missing().newly_true(), asset)
            case "any_deps_updated":
                return self.at(_updated(c), asset)
        return self._at_of_operand(c, asset, held)

    def _at_of_operand(self, c: AutomationCondition, asset: str, held: list[str]) -> float | None:
        match c.op:
            case "newly_updated":
                return _last(e.seq for key in held for e in self.told.updates(self.k, (asset, key)))
            case "newly_requested":
                return _last(seq for key in held for seq in self.told.attempts(self.k, (asset, key)))
            case "data_version_changed":
                return _last(e.seq for key in held for e, other in self.told.news(self.k, (asset, key)) if other)
            case "any_new_update_has_run_tags" | "all_new_updates_have_run_tags":
                new = [e for key in self.told.keys(asset, self.k) for e in self.told.updates(self.k, (asset, key))]
                return _last(event.seq for event in new if _has_tags(self.told.tags(event.run_id), c))
            case "initial_evaluation" | "cron_tick_passed" | "will_be_requested" | "code_version_changed":
                return self.told.moments[self.k].at
        return None

    def _ups(self, c: AutomationCondition, asset: str) -> list[str]:
        """What is upstream, as far as a condition looks at it."""
        graph = self.told.graph
        allowed = {graph.nodes[each].key for each in graph.select(c.params.get("allow", "*"))}
        ignored = {graph.nodes[each].key for each in graph.select(c.params["ignore"])} if "ignore" in c.params else ()
        return [up for up in graph.upstream_keys(asset) if up in allowed and up not in ignored]

    def _deps(self, c: AutomationCondition, asset: str, key: str) -> list[Key]:
        """What a partition reads."""
        links = self.told.links(self.k)
        return [(up, each) for up in self._ups(c, asset) for each in links.keys_read(asset, key, up)]

    def _matters(self, c: AutomationCondition, asset: str, up: str) -> bool:
        """Whether what holds of an upstream asset holds of something that is read."""
        read = [dep for key in self.told.keys(asset, self.k) for dep in self._deps(c, asset, key) if dep[0] == up]
        return any(self.holds(c.children[0], *dep) for dep in read)

    def _others(self, c: AutomationCondition, asset: str, key: str) -> list[Key]:
        """The partitions of a named asset that go with one."""
        other, graph, links = c.params["key"], self.told.graph, self.told.links(self.k)
        theirs = self.told.keys(other, self.k)
        if other in graph.upstream_keys(asset):
            return [(other, each) for each in links.keys_read(asset, key, other)]
        if asset in graph.upstream_keys(other):
            return [(other, each) for each in theirs if key in links.keys_read(other, each, asset)]
        same = graph.node(other).definition.partitions == graph.node(asset).definition.partitions
        return [(other, each) for each in theirs if each == key or not same]

    def _joins(self, asset: str) -> bool:
        nodes = self.told.graph
        if check_of(self.root) is not None:
            # What carries out a check alone makes nothing.
            return False
        same = nodes.node(asset).definition.partitions == nodes.node(self.root).definition.partitions
        return same and asset != self.root and asset not in nodes.node(self.root).definition.mappings

    def _will_be(self, key: Key) -> bool:
        return self.virtual and key in self.requested and self._joins(key[0])

    def _in_progress(self, key: Key) -> bool:
        told, k = self.told, self.k
        return told.is_running(key, k) or told.to_backfill(key, k) or self._is_asked_for(key)

    def _is_asked_for(self, key: Key) -> bool:
        would = self.virtual and key in self.requested and not self._joins(key[0])
        return self.told.is_awaited(key, self.k) or would


def _last(places: Iterable[float | None]) -> float | None:
    return max((place for place in places if place is not None), default=None)


def _updated(c: AutomationCondition) -> AutomationCondition:
    """`any_deps_updated`, written out."""
    cls = AutomationCondition
    return cls("any_deps_match", (cls.newly_updated() | cls.will_be_requested(),), c.params)


def _has_tags(tags: Mapping[str, str] | None, c: AutomationCondition) -> bool:
    wanted = c.params.get("tag_values") or {}
    keys = c.params.get("tag_keys") or ()
    return tags is not None and all(key in tags for key in keys) and wanted.items() <= tags.items()


def _sinces(c: AutomationCondition) -> Iterable[AutomationCondition]:
    for part in c.children:
        yield from _sinces(part)
    if c.op == "since":
        yield c
