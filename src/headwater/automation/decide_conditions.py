"""Which assets to make after each commit and as time passes: conditions evaluated where they could have changed alone.

What is decided depends on the log, on the moments at which it was written, and on nothing else: a commit's events are
one step, and so is each moment at which a schedule ticks or a window of time closes.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from headwater.automation.attempts import keep_attempts
from headwater.automation.checks import CheckNodes
from headwater.automation.compiled import Compiler, Fact
from headwater.automation.decisions import Automated, Evaluated, Keys, Outcome, Request, joined
from headwater.automation.evaluate import Evaluation
from headwater.automation.explain import Explained, Outlines, explain
from headwater.automation.happened import Happened
from headwater.automation.memory import Generations, Memory, Unit
from headwater.automation.plan import Plan
from headwater.automation.state import NONE, AssetState, RunFacts, Space, Spaces, together
from headwater.automation.timers import Timers
from headwater.automation.world import News, Truth, World
from headwater.clock import MICROSECONDS, to_datetime
from headwater.definitions.partitions import DynamicKeys, Ordinals
from headwater.graph.asset_graph import AssetGraph
from headwater.graph.partition_links import PartitionLinks
from headwater.records.backfills import Rests
from headwater.records.events import Event

ASK_AGAIN_AFTER = 30 * MICROSECONDS
"""How long a condition that simply stays true waits after an attempt before it asks again."""


class Conditions:
    """The conditions of a graph at one place of the log. `commit` and `pass_time` move them on.

    Args:
        graph: All assets.
        seq: The place in the log.
        now: The moment, in microseconds.
        memory: What was remembered up to there.
        automated: By asset key, what was kept of those whose condition was in force already.
        dynamic: The keys of dynamic partitions.
        also_external: Whether conditions of assets that others make count too.
        only: Whose conditions count; None for all.
    """

    def __init__(
        self,
        graph: AssetGraph,
        *,
        seq: int = 0,
        now: int,
        memory: Mapping[Unit, Generations] | None = None,
        automated: Mapping[str, Automated] | None = None,
        dynamic: DynamicKeys | None = None,
        also_external: bool = False,
        only: Collection[str] | None = None,
    ) -> None:
        self.seq = seq
        self.now = now
        self.memory = Memory(memory)
        self.automated = dict(automated or {})
        self.awaited: dict[str, dict[int, Ordinals]] = {}
        """What was decided, by run, until the run's request is seen in the log."""
        self._also_external = also_external
        self._only = only
        self.dynamic = dynamic or DynamicKeys()
        self.all_spaces = Spaces(now, self.dynamic)
        self._runs: dict[str, RunFacts] = {}
        self._outcomes: dict[int, Ordinals] = {}
        self._timers = Timers()
        self._compiler = Compiler()
        self._other: set[int] | None = None
        self._use(graph)

    def _use(self, graph: AssetGraph) -> None:
        self.graph = graph
        self.plan = Plan(graph, self._compiler, also_external=self._also_external, only=self._only)
        self.spaces: list[Space] = [self.all_spaces.of(node.definition.partitions) for node in graph.nodes]
        self.states = {number: AssetState() for number in range(len(graph.nodes))}
        self.checks = CheckNodes(graph)
        self._links = self._link()
        self._outcomes.clear()
        self._outlines = Outlines(self.plan.node)
        self._timers.follow(self.plan.crons, self.now)
        self._timers.window_end = self.all_spaces.next_end()

    def _link(self) -> PartitionLinks:
        return PartitionLinks(self.graph, to_datetime(self.now), self.dynamic)

    def use_graph(self, graph: AssetGraph) -> set[str]:
        """Go on with other definitions; `begin` then looks at what is other.

        Returns:
            The assets whose state is not known, to be read and put into `states` before.
        """
        former, states, spaces, asked = self.graph, self.states, self.spaces, self._timers.asked
        self._timers.asked = []
        self._use(graph)
        unknown: set[str] = set()
        self._other = set()
        for number, node in enumerate(graph.nodes):
            before = former.ids.get(node.key)
            # Where the partitions are others, what is known of the former ones says nothing.
            if before is None or spaces[before] is not self.spaces[number]:
                unknown.add(node.key)
                self._other.add(number)
                continue
            self.states[number] = states[before]
            if node is not former.nodes[before] and node != former.nodes[before]:
                self._other.add(number)
        for moment, number in asked:
            if (owner := graph.ids.get(former.nodes[number].key)) in self.plan.roots:
                self._timers.ask(moment, owner)
        return unknown

    def begin(self) -> Outcome:
        """Look at what is other than it was: conditions that come into force begin, and what holds is requested.

        The first time, everything is looked at.
        """
        started: set[int] = set()
        happened = self._happened()
        for number in self.plan.roots:
            node = self.graph.nodes[number]
            kept = self.automated.get(node.key)
            mine = Automated(self.plan.roots[number].id, node.definition.code_version)
            if kept is None or kept.condition != mine.condition:
                started.add(number)
            elif kept.code_version != mine.code_version:
                happened.tell_code(number)
            if kept != mine:
                self.automated[node.key] = mine
        known = {self.graph.nodes[number].key for number in self.plan.roots} | self._note_code(happened)
        gone = self.automated.keys() - known
        if gone:
            self.memory.drop([unit for unit, _ in self.memory.items() if unit[0] in gone])
            self.automated = {key: row for key, row in self.automated.items() if key not in gone}
        owners = set(self.plan.roots) if self._other is None else started | self._concerned(happened)
        if self._other is not None:
            owners |= {owner for number in self._other for owner in self.plan.concerned(number, Fact.DATA)}
            owners |= self._other & self.plan.roots.keys()
        self._other = set()
        return self._decide(happened, owners, at=self.seq + 0.5, started=frozenset(started))

    def _note_code(self, happened: Happened) -> set[str]:
        """Note the code version of assets without a condition, where a condition asks for that of others."""
        if not self.plan.asks_of_code:
            return set()
        noted: set[str] = set()
        for number, node in enumerate(self.graph.nodes):
            if number in self.plan.roots or node.definition.code_version is None:
                continue
            kept, mine = self.automated.get(node.key), Automated("", node.definition.code_version)
            if kept is not None and kept.code_version != mine.code_version:
                happened.tell_code(number)
            self.automated[node.key] = mine
            noted.add(node.key)
        return noted

    def commit(
        self, events: Sequence[Event], reread: Mapping[str, AssetState] | None = None, rests: Rests | None = None
    ) -> Outcome:
        """Take in the events of one commit, and decide.

        Args:
            events: In their order.
            reread: The state of the assets that corrections among them are about, as it is after these.
            rests: What the backfills that begin with them are to make.
        """
        earlier = self.pass_time(events[0].recorded_at)
        happened = self._happened()
        for event in events:
            happened.note(event, reread or {}, rests or {})
        self.seq = events[-1].seq
        for number in happened.tried:
            keep_attempts(self.graph.nodes[number].key, self.states[number], self.memory)
        for run_id in happened.arrived:
            self.awaited.pop(run_id, None)
        return joined(earlier, self._decide(happened, self._concerned(happened), at=float(self.seq)))

    def _concerned(self, happened: Happened) -> set[int]:
        found = {owner for number, fact in happened.facts for owner in self.plan.concerned(number, fact)}
        return found | (happened.ended & self.plan.roots.keys())

    def due(self) -> int | None:
        """The next moment at which time alone could change something, in microseconds."""
        return self._timers.next()

    def pass_time(self, now: int) -> Outcome:
        """Move on to a moment; everything that became due is one step, however long it was due."""
        self.now = max(self.now, now)
        due = self.due()
        if due is None or due > self.now:
            return Outcome()
        found = self._timers.pop(self.now)
        owners = set(found.asked).union(*(self.plan.of_tick(cron) for cron in found.ticked))
        if found.has_window_ended:
            owners |= self._close_windows()
        return self._decide(self._happened(), owners, at=self.seq + 0.5, ticked=found.ticked)

    def use_dynamic(self, dynamic: DynamicKeys) -> Outcome:
        """Go on with other dynamic partitions."""
        self.dynamic = self.all_spaces.dynamic = dynamic
        return self._decide(self._happened(), self._close_windows(), at=self.seq + 0.5)

    def _close_windows(self) -> set[int]:
        changed = self.all_spaces.move(self.now)
        self._timers.window_end = self.all_spaces.next_end()
        self._links = self._link()
        owners: set[int] = set()
        for number, space in enumerate(self.spaces):
            if space not in changed:
                continue
            places = changed[space]
            if places is not None:
                self.states[number].renumber(places)
                self.memory.renumber({self.graph.nodes[number].key}, places)
            self.states[number].take_in(space.all, space.number)
            owners |= self.plan.concerned(number, Fact.WINDOW)
        return owners

    def _happened(self) -> Happened:
        return Happened(self.graph, self.spaces, self.states, self._runs, self.checks, self.awaited)

    def _decide(
        self,
        happened: Happened,
        owners: Collection[int],
        *,
        at: float,
        ticked: frozenset[tuple[str, str]] = frozenset(),
        started: frozenset[int] = frozenset(),
    ) -> Outcome:
        awaited = together(self.awaited.values())
        self._keys = Keys()
        requested: dict[int, Ordinals] = {}
        evaluation = self._look(happened.news, ticked, at, requested, awaited, started)
        is_momentary = bool(happened.news or ticked or started)
        waiting = [(self.plan.place[owner], owner) for owner in owners]
        heapq.heapify(waiting)
        queued, joining = set(owners), set[int]()
        requests: list[Request] = []
        evaluated: list[Evaluated] = []
        while waiting:
            _, owner = heapq.heappop(waiting)
            moves = self.memory.moves
            truth = evaluation.firm(owner) if owner in owners else None
            if self.plan.roots[owner].fades and (is_momentary or self.memory.moves > moves):
                self._timers.ask(self.now, owner)
            if owner in joining:
                truth = evaluation.virtual(owner)
            assert truth is not None
            wanted = self._wanted(owner, truth, awaited.get(owner, NONE)) if truth.holds else NONE
            if wanted:
                requested[owner] = wanted
                requests.append(self._request(owner, wanted, requested, ticked))
                for below in self.plan.concerned(owner, Fact.WILL) - {owner}:
                    joining.add(below)
                    if below not in queued:
                        queued.add(below)
                        heapq.heappush(waiting, (self.plan.place[below], below))
            if wanted or self._is_another(owner, truth.holds):
                evaluated.append(self._evaluated(evaluation, owner, wanted, joining))
        return Outcome(requests=tuple(requests), evaluated=tuple(evaluated))

    def _wanted(self, owner: int, truth: Truth, awaited: Ordinals) -> Ordinals:
        """What to request of what a condition holds for.

        A run that has not begun will read whatever there is by then, so nothing is requested beside it. Something
        that has happened since the last attempt is a reason at once. What simply stays true waits for the attempt that
        is under way to end, and for a while after it.
        """
        state = self.states[owner]
        candidates = truth.holds - awaited
        if not (state.runs or state.attempted or state.ended):
            return candidates
        candidates -= state.waiting()
        running = state.running()
        wanted: list[int] = []
        for place in candidates:
            attempted = state.attempted.get(place, 0)
            if truth.at is not None and truth.at > attempted:
                wanted.append(place)
            elif place not in running:
                again = state.ended.get(place, 0) + ASK_AGAIN_AFTER if attempted else 0
                if again <= self.now:
                    wanted.append(place)
                else:
                    self._timers.ask(again, owner)
        return Ordinals(wanted)

    def _is_another(self, owner: int, holds: Ordinals) -> bool:
        before = self._outcomes.get(owner, NONE)
        if holds == before:
            return False
        self._outcomes[owner] = holds
        gone = before - holds
        # That it holds no more because a run began is what was wanted.
        return bool(holds - before) or not gone <= self.states[owner].running()

    def _request(
        self, owner: int, wanted: Ordinals, requested: Mapping[int, Ordinals], ticked: Collection[tuple[str, str]]
    ) -> Request:
        state, space = self.states[owner], self.spaces[owner]
        attempted = min((state.attempted.get(place, 0) for place in wanted), default=0)
        because: dict[str, int] = {}
        for up in self.graph.upstream[owner]:
            if up in requested or self.states[up].updated_seq > attempted:
                because[self.graph.nodes[up].key] = 0 if up in requested else self.states[up].updated_seq
        crons = sorted(cron for cron, _ in self.plan.roots[owner].crons)
        return Request(
            asset_key=self.graph.nodes[owner].key,
            partitions=self._keys.of(space, wanted),
            because_of=because,
            schedule=crons[0] if crons else None,
        )

    def _evaluated(self, evaluation: Evaluation, owner: int, wanted: Ordinals, joining: set[int]) -> Evaluated:
        condition, space = self.plan.conditions[owner], self.spaces[owner]
        tree = explain(evaluation, self._outlines.parts(condition), owner, virtual=owner in joining)
        return Evaluated(
            asset_key=self.graph.nodes[owner].key,
            seq=self.seq,
            now=self.now,
            condition=self._outlines.name(condition),
            tree=tree,
            requested=self._keys.of(space, wanted),
        )

    def know_run(self, facts: RunFacts) -> None:
        """Note what conditions may ask about a run that is under way."""
        self._runs[facts.run_id] = facts

    def await_run(
        self,
        run_id: str,
        assets: Iterable[str],
        partitions: Collection[str | None],
        checks: Collection[tuple[str, str]] = (),
    ) -> None:
        """Note that a run was requested for a decision, until its request is seen in the log."""
        mine: dict[int, Ordinals] = {}
        for number in self.checks.carried_out(assets, checks):
            mine[number] = self.spaces[number].numbers(key for key in partitions if key is not None)
            for owner in self.plan.concerned(number, Fact.QUEUED):
                self._timers.ask(self.now, owner)
        self.awaited[run_id] = mine

    def explain(self, key: str) -> Explained:
        """How an asset's condition stands between two events."""
        owner = self.graph.ids[key]
        return explain(self._quiet(), self._outlines.parts(self.plan.conditions[owner]), owner, virtual=False)

    def written(self, evaluated: Iterable[Evaluated]) -> dict[str, str]:
        """The conditions that evaluations are about, as JSON, by name."""
        found: dict[str, str] = {}
        for each in evaluated:
            number = self.graph.ids.get(each.asset_key)
            if each.condition not in found and number in self.plan.conditions:
                condition = self.plan.conditions[number]
                if self._outlines.name(condition) == each.condition:
                    found[each.condition] = msgspec.json.encode(condition).decode()
        return found

    def _quiet(self) -> Evaluation:
        """A look between two events, which moves no memory on."""
        return self._look({}, frozenset(), float(self.seq), {}, {}, frozenset(), Memory(dict(self.memory.items())))

    def _look(
        self,
        news: Mapping[int, News],
        ticked: frozenset[tuple[str, str]],
        at: float,
        requested: Mapping[int, Ordinals],
        awaited: Mapping[int, Ordinals],
        started: frozenset[int],
        memory: Memory | None = None,
    ) -> Evaluation:
        return Evaluation(
            World(
                graph=self.graph,
                plan=self.plan,
                states=self.states,
                spaces=self.spaces,
                memory=self.memory if memory is None else memory,
                links=self._links,
                news=news,
                ticks=ticked,
                at=at,
                requested=requested,
                awaited=awaited,
                started=started,
            )
        )
