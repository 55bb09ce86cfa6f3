"""Which assets to make after each commit and as time passes: conditions evaluated where they could have changed alone.

What is decided depends on the log, on the moments at which it was written, and on nothing else but what users' own
conditions answer: a commit's events are one step, and so is each moment at which a schedule ticks or a window of time
closes, and each answer. How a step is decided is in `decide_step`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from headwater.automation.conditions.attempts import keep_attempts
from headwater.automation.conditions.checks import CheckNodes
from headwater.automation.conditions.compiled import Compiler, Fact
from headwater.automation.conditions.decide_step import ASK_AGAIN_AFTER, Step
from headwater.automation.conditions.decisions import Automated, Evaluated, Outcome, Question, joined
from headwater.automation.conditions.evaluate import Evaluation
from headwater.automation.conditions.explain import Explained, Outlines, explain
from headwater.automation.conditions.happened import Happened
from headwater.automation.conditions.jobs import JobNodes
from headwater.automation.conditions.memory import Answer, Generations, Memory, Unit
from headwater.automation.conditions.plan import Plan
from headwater.automation.conditions.state import AssetState, RunFacts, Space, Spaces, together
from headwater.automation.conditions.timers import Timers
from headwater.automation.conditions.world import News, World
from headwater.clock import to_datetime
from headwater.definitions.partitions import DynamicKeys, Ordinals
from headwater.graph.asset_graph import AssetGraph
from headwater.graph.partition_links import PartitionLinks
from headwater.records.log.events import Event
from headwater.records.runs.backfills import Rests


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
        memory: Mapping[Unit, Generations | Answer] | None = None,
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
        self.questions: dict[int, Question] = {}
        """By asset, what users' own conditions are to be asked before it can be decided on."""
        self._use(graph)

    def _use(self, graph: AssetGraph) -> None:
        self.graph = graph
        self.plan = Plan(graph, self._compiler, also_external=self._also_external, only=self._only)
        self.spaces: list[Space] = [self.all_spaces.of(node.definition.partitions) for node in graph.nodes]
        self.states = {number: AssetState() for number in range(len(graph.nodes))}
        self.checks = CheckNodes(graph)
        self.jobs = JobNodes(graph)
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
        for number in self.questions:
            asked.append((self.now, number))
        self.questions = {}
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
            self.memory.drop(gone)
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
                self.states[number].renumber(places, space.former)
                self.memory.renumber({self.graph.nodes[number].key}, places)
            self.states[number].take_in(space.all, space.number)
            owners |= self.plan.concerned(number, Fact.WINDOW)
        return owners

    def _happened(self) -> Happened:
        return Happened(self.graph, self.spaces, self.states, self._runs, self.checks, self.jobs, self.awaited)

    def _decide(
        self,
        happened: Happened,
        owners: Collection[int],
        *,
        at: float,
        ticked: frozenset[tuple[str, str]] = frozenset(),
        started: frozenset[int] = frozenset(),
        answered: Mapping[int, float] | None = None,
    ) -> Outcome:
        requested: dict[int, Ordinals] = {}
        awaited = together(self.awaited.values())
        world = self._world(happened.news, ticked, at, requested, awaited, started, answered or {}, self.memory)
        step = Step(world, requested, self._timers, self._outcomes, self._outlines, seq=self.seq, now=self.now)
        outcome = step.decide(owners)
        self.questions.update(step.questions)
        return outcome

    def answer(self, question: Question, answers: Mapping[Unit, Answer]) -> Outcome:
        """Take in what users' own conditions came to, and decide what had to wait for it.

        Where one could not be evaluated, nothing is decided, and they are asked again after a while.
        """
        owner = self.graph.ids.get(question.asset_key)
        if owner is None or owner not in self.plan.roots:
            return Outcome()
        for unit, answer in answers.items():
            self.memory.put_answer(unit, answer)
        if any(answer.error is not None for answer in answers.values()):
            self._timers.ask(self.now + ASK_AGAIN_AFTER, owner)
            return Outcome()
        return self._decide(self._happened(), {owner}, at=self.seq + 0.5, answered={owner: question.at})

    def take_questions(self) -> list[Question]:
        """What users' own conditions are to be asked now; each is told once."""
        questions, self.questions = list(self.questions.values()), {}
        return questions

    def know_run(self, facts: RunFacts) -> None:
        """Note what conditions may ask about a run that is under way."""
        self._runs[facts.run_id] = facts

    def await_run(
        self,
        run_id: str,
        assets: Iterable[str],
        partitions: Collection[str | None],
        checks: Collection[tuple[str, str]] = (),
        job: str | None = None,
    ) -> None:
        """Note that a run was requested for a decision, until its request is seen in the log."""
        mine: dict[int, Ordinals] = {}
        for number in (*self.checks.carried_out(assets, checks), *self.jobs.of_run(job)):
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
        memory = Memory(dict(self.memory.items()))
        return Evaluation(self._world({}, frozenset(), float(self.seq), {}, {}, frozenset(), {}, memory))

    def _world(
        self,
        news: Mapping[int, News],
        ticked: frozenset[tuple[str, str]],
        at: float,
        requested: Mapping[int, Ordinals],
        awaited: Mapping[int, Ordinals],
        started: frozenset[int],
        answered: Mapping[int, float],
        memory: Memory,
    ) -> World:
        return World(
            graph=self.graph,
            plan=self.plan,
            states=self.states,
            spaces=self.spaces,
            memory=memory,
            links=self._links,
            news=news,
            ticks=ticked,
            at=at,
            requested=requested,
            awaited=awaited,
            started=started,
            answered=answered,
        )
