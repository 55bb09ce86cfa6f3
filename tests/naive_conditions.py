"""Conditions evaluated the slow way: everything anew at every step, from the whole history, key by key.

What it says is the definition: no compiled parts, no memory, no index, no sets of partitions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec

from headwater.automation.decide_conditions import ASK_AGAIN_AFTER
from headwater.definitions.conditions import AutomationCondition
from headwater.definitions.partitions import partitions_from_snapshot
from headwater.graph.asset_graph import AssetGraph
from headwater.records.events import CheckEvaluation, Event, EventKind, Materialization, RunEvent, StepEvent

EVER = float("inf")
ENDS = (EventKind.RUN_SUCCEEDED, EventKind.RUN_FAILED, EventKind.RUN_CANCELED)
Key = tuple[str, str]
"""An asset and a partition key, '' for an asset without partitions."""


class Moment(msgspec.Struct, frozen=True):
    """One step: the events of a commit, or schedules that ticked, or the beginning."""

    at: float
    now: int
    events: tuple[Event, ...] = ()
    ticks: frozenset[str] = frozenset()
    begins: bool = False


class Naive:
    """All that has happened; each question is answered from it."""

    def __init__(self, graph: AssetGraph) -> None:
        self.graph = graph
        self.moments: list[Moment] = []
        self.decided: list[tuple[int, set[Key]]] = []
        self._known: dict[Any, Any] = {}

    def step(self, moment: Moment, touched: bool = True) -> set[Key]:
        """Go on by a step, and decide."""
        self.moments.append(moment)
        k = len(self.moments) - 1
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
        if at is not None and at > attempted:
            return True
        if self.is_running(key, k):
            return False
        return not attempted or self.ended(key, k) + ASK_AGAIN_AFTER <= self.moments[k].now

    # What has happened up to a step

    def keys(self, asset: str, k: int) -> list[str]:
        """The partitions of an asset at a step."""
        snapshot, now = self.graph.node(asset).definition.partitions, self.moments[k].now
        if snapshot is None:
            return [""]
        moment = datetime.fromtimestamp(now / 1_000_000, UTC)
        definition = partitions_from_snapshot(snapshot)
        found: list[str] = self.once(("keys", now), lambda: definition.get_partition_keys(moment))
        return found

    def events(self, k: int, key: Key) -> Iterable[Event]:
        """The events about one asset and partition in a step."""
        for event in self.moments[k].events:
            payload = event.payload
            assets = payload.assets if isinstance(payload, (RunEvent, StepEvent)) else (event.asset_key,)
            if key[0] in assets and key[1] in ("", event.partition) and (key[1] or not self._is_partitioned(key[0])):
                yield event

    def _is_partitioned(self, asset: str) -> bool:
        return self.graph.node(asset).definition.partitions is not None

    def updates(self, k: int, key: Key) -> list[Event]:
        """The new versions in a step; a backdated one is none."""

        def find() -> list[Event]:
            newest = max((event.timestamp for event in self._made(k - 1, key)), default=-EVER)
            found = []
            for event in self.events(k, key):
                if event.kind is EventKind.MATERIALIZATION and event.timestamp >= newest:
                    newest = event.timestamp
                    found.append(event)
            return found if key[1] in self.keys(key[0], k) else []

        found: list[Event] = self.once(("updates", k, key), find)
        return found

    def is_missing(self, k: int, key: Key) -> bool:
        """Whether there is no version."""
        return not self._made(k, key)

    def _made(self, k: int, key: Key) -> list[Event]:
        """The versions up to a step, also those that came before the partition existed."""
        return [e for j in range(k + 1) for e in self.events(j, key) if e.kind is EventKind.MATERIALIZATION]

    def _runs(self, k: int, key: Key) -> dict[str, int]:
        runs: dict[str, int] = {}
        for j in range(k + 1):
            for event in self.events(j, key):
                if event.kind is EventKind.RUN_REQUESTED:
                    runs[event.run_id or ""] = event.seq
                elif event.kind in ENDS:
                    runs.pop(event.run_id or "", None)
        return runs

    def is_running(self, key: Key, k: int) -> bool:
        """Whether a run is to make it."""
        return bool(self._runs(k, key))

    def last_request(self, key: Key, k: int) -> int:
        """The `seq` at which the last run under way was requested."""
        return max(self._runs(k, key).values(), default=0)

    def is_awaited(self, key: Key, k: int) -> bool:
        """Whether it was decided on, and the request is not in the log yet."""
        decided = [j for j, keys in self.decided if key in keys and j < k]
        if not decided:
            return False
        later = range(decided[-1] + 1, k + 1)
        return not any(e.kind is EventKind.RUN_REQUESTED for j in later for e in self.events(j, key))

    def attempts(self, k: int, key: Key) -> list[int]:
        """Where attempts began, or were settled, in a step."""
        return [
            event.seq
            for event in self.events(k, key)
            if event.kind is EventKind.STEP_STARTED
            or (isinstance(event.payload, RunEvent) and key[0] in event.payload.settles)
        ]

    def attempted(self, key: Key, k: int) -> int:
        """Where the last attempt began."""
        return max((seq for j in range(k + 1) for seq in self.attempts(j, key)), default=0)

    def ended(self, key: Key, k: int) -> int:
        """When the last attempt ended."""
        told = [e for j in range(k + 1) for e in self.events(j, key) if e.kind is EventKind.STEP_FAILED]
        told += [e for j in range(k + 1) for e in self.updates(j, key)]
        return max((event.timestamp for event in told), default=0)

    def is_failed(self, k: int, key: Key) -> bool:
        """Whether the last attempt failed."""
        state = False
        for j in range(k + 1):
            news = self.updates(j, key)
            for event in self.events(j, key):
                settled = isinstance(event.payload, RunEvent) and key[0] in event.payload.settles
                if event.kind is EventKind.STEP_FAILED or (event.kind is EventKind.RUN_FAILED and settled):
                    state = True
                elif event in news:
                    state = False
        return state

    def check(self, k: int, key: Key) -> bool | None:
        """Whether the asset's check passed; None before its first result."""
        found = None
        for j in range(k + 1):
            for event in self.moments[j].events:
                if isinstance(event.payload, CheckEvaluation) and event.asset_key == key[0]:
                    found = event.payload.passed if key[1] in self.keys(key[0], j) else found
        return found

    def once(self, name: Any, work: Callable[[], Any]) -> Any:
        """Work something out once."""
        if name not in self._known:
            self._known[name] = work()
        return self._known[name]


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
                return any(self.holds(parts[0], *dep) for dep in self._deps(asset, key))
            case "all_deps_match":
                ups = told.graph.upstream_keys(asset)
                reads = {up: [dep for dep in self._deps(asset, key) if dep[0] == up] for up in ups}
                return all(any(self.holds(parts[0], *dep) for dep in mine) or not mine for mine in reads.values())
            case "any_deps_updated":
                cls = AutomationCondition
                return self.holds(cls.any_deps_match(cls.newly_updated() | cls.will_be_requested()), asset, key)
            case _:
                return self._operand(c, (asset, key))

    def _operand(self, c: AutomationCondition, key: Key) -> bool:
        told, k = self.told, self.k
        match c.op:
            case "missing":
                return told.is_missing(k, key)
            case "any_deps_missing":
                return any(told.is_missing(k, dep) and not self._will_be(dep) for dep in self._deps(*key))
            case "any_deps_in_progress":
                return any(self._in_progress(dep) for dep in self._deps(*key))
            case "in_progress":
                return self._in_progress(key)
            case "will_be_requested":
                return self._will_be(key)
            case "execution_failed":
                return told.is_failed(k, key)
            case "in_latest_time_window":
                return not key[1] or key[1] == told.keys(key[0], k)[-1]
            case "any_checks_match":
                return told.check(k, key) is (c.children[0].op == "check_passed")
        return self._is_new(c, key)

    def _is_new(self, c: AutomationCondition, key: Key) -> bool:
        told, k, is_now = self.told, self.k, not self.quiet
        match c.op:
            case "newly_updated":
                return is_now and bool(told.updates(k, key))
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
                return _last(self.at(c.children[0], dep) for dep in self.told.graph.upstream_keys(asset))
            case "newly_missing":
                return self.at(AutomationCondition.missing().newly_true(), asset)
            case "any_deps_updated":
                cls = AutomationCondition
                return self.at(cls.any_deps_match(cls.newly_updated() | cls.will_be_requested()), asset)
        return self._at_of_operand(c, asset, held)

    def _at_of_operand(self, c: AutomationCondition, asset: str, held: list[str]) -> float | None:
        match c.op:
            case "newly_updated":
                return _last(e.seq for key in held for e in self.told.updates(self.k, (asset, key)))
            case "newly_requested":
                return _last(seq for key in held for seq in self.told.attempts(self.k, (asset, key)))
            case "initial_evaluation" | "cron_tick_passed" | "will_be_requested":
                return self.told.moments[self.k].at
        return None

    def _deps(self, asset: str, key: str) -> list[Key]:
        """What a partition reads: the same one, or all of them where the two differ in being partitioned."""
        found: list[Key] = []
        for up in self.told.graph.upstream_keys(asset):
            keys = self.told.keys(up, self.k)
            found += [(up, each) for each in keys if each == key or not key or keys == [""]]
        return found

    def _joins(self, asset: str) -> bool:
        nodes = self.told.graph
        same = nodes.node(asset).definition.partitions == nodes.node(self.root).definition.partitions
        return same and asset != self.root

    def _will_be(self, key: Key) -> bool:
        return self.virtual and key in self.requested and self._joins(key[0])

    def _in_progress(self, key: Key) -> bool:
        would = self.virtual and key in self.requested and not self._joins(key[0])
        return self.told.is_running(key, self.k) or self.told.is_awaited(key, self.k) or would


def _last(places: Iterable[float | None]) -> float | None:
    return max((place for place in places if place is not None), default=None)


def _sinces(c: AutomationCondition) -> Iterable[AutomationCondition]:
    for part in c.children:
        yield from _sinces(part)
    if c.op == "since":
        yield c
