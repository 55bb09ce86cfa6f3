"""One step of conditions: whoever it concerns is evaluated, what is upstream first, and what to make is requested."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable

from headwater.automation.conditions.decisions import Evaluated, Keys, Outcome, OwnPart, Question, Request
from headwater.automation.conditions.evaluate import Evaluation
from headwater.automation.conditions.explain import Outlines, explain
from headwater.automation.conditions.jobs import job_of
from headwater.automation.conditions.state import NONE
from headwater.automation.conditions.timers import Timers
from headwater.automation.conditions.world import Truth, World
from headwater.clock import MICROSECONDS
from headwater.definitions.partitions import Ordinals

ASK_AGAIN_AFTER = 30 * MICROSECONDS
"""How long a condition that simply stays true waits after an attempt before it asks again."""


class Step:
    """One step.

    Args:
        world: What there is to look at.
        requested: What is requested; the world's own, filled as the step goes on.
        timers: Who is to be looked at again, and when.
        outcomes: For what each asset's condition held when it was last kept.
        outlines: The parts of conditions as they were written.
        seq: The place in the log.
        now: The moment, in microseconds.
    """

    def __init__(
        self,
        world: World,
        requested: dict[int, Ordinals],
        timers: Timers,
        outcomes: dict[int, Ordinals],
        outlines: Outlines,
        *,
        seq: int,
        now: int,
    ) -> None:
        self._world = world
        self._plan, self._states = world.plan, world.states
        self._requested = requested
        self._timers = timers
        self._outcomes = outcomes
        self._outlines = outlines
        self._seq = seq
        self._now = now
        self._keys = Keys()
        self._evaluation = Evaluation(world)
        self._joining: set[int] = set()
        self.questions: dict[int, Question] = {}
        """By asset, what users' own conditions are to be asked before it can be decided on."""

    def decide(self, owners: Collection[int]) -> Outcome:
        """Look at some assets, and at those that what is requested of them concerns."""
        world, plan, evaluation, memory = self._world, self._plan, self._evaluation, self._world.memory
        is_momentary = bool(world.news or world.ticks or world.started)
        waiting = [(plan.place[owner], owner) for owner in owners]
        heapq.heapify(waiting)
        queued = set(owners)
        requests: list[Request] = []
        evaluated: list[Evaluated] = []
        while waiting:
            _, owner = heapq.heappop(waiting)
            root, moves = plan.roots[owner], memory.moves
            truth = evaluation.firm(owner) if owner in owners else None
            if root.fades and (is_momentary or memory.moves > moves):
                self._timers.ask(self._now, owner)
            if root.asks and not self._has_answer(owner):
                continue
            if owner in self._joining:
                truth = evaluation.virtual(owner)
            assert truth is not None
            wanted = self._wanted(owner, truth, world.awaited.get(owner, NONE)) if truth.holds else NONE
            if wanted:
                self._requested[owner] = wanted
                requests.append(self._request(owner, wanted))
                for below in plan.joining(owner):
                    self._joining.add(below)
                    if below not in queued:
                        queued.add(below)
                        heapq.heappush(waiting, (plan.place[below], below))
            if wanted or self._is_another(owner, truth.holds):
                evaluated.append(self._evaluated(owner, wanted))
        return Outcome(requests=tuple(requests), evaluated=tuple(evaluated))

    def _has_answer(self, owner: int) -> bool:
        """Whether the users' own conditions in an asset's have answered; if they matter, they are to be asked."""
        matters, is_answered = self._evaluation.possible(owner), owner in self._world.answered
        if matters and is_answered:
            # What they said may change with time alone.
            self._timers.ask(self._now + ASK_AGAIN_AFTER, owner)
        elif matters:
            asked = self._evaluation.asked.get(owner, {})
            parts = tuple(OwnPart(unit=unit, written=node.params) for unit, node in asked.items())
            key = self._world.graph.nodes[owner].key
            self.questions[owner] = Question(asset_key=key, at=self._world.at, parts=parts)
        return is_answered

    def _wanted(self, owner: int, truth: Truth, awaited: Ordinals) -> Ordinals:
        """What to request of what a condition holds for.

        A run that has not begun will read whatever there is by then, so nothing is requested beside it. Something
        that has happened since the last attempt is a reason at once. What simply stays true waits for the attempt that
        is under way to end, and for a while after it; so does everything where a switch says how long to wait.
        """
        state = self._states[owner]
        candidates = truth.holds - awaited
        if not (state.runs or state.attempted or state.ended):
            return candidates
        candidates -= state.waiting()
        running, pause = state.running(), self._plan.pauses.get(owner, 0)
        wanted: list[int] = []
        for place in candidates:
            attempted = state.attempted.get(place, 0)
            is_news = truth.at is not None and truth.at > attempted
            if is_news and not pause:
                wanted.append(place)
            elif place not in running:
                wait = pause if is_news else max(pause, ASK_AGAIN_AFTER)
                again = state.ended.get(place, 0) + wait if attempted else 0
                if again <= self._now:
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
        return bool(holds - before) or not gone <= self._states[owner].running()

    def _request(self, owner: int, wanted: Ordinals) -> Request:
        state, space = self._states[owner], self._world.spaces[owner]
        attempted = min((state.attempted.get(place, 0) for place in wanted), default=0)
        because: dict[str, int] = {}
        for up in self._inputs(owner):
            if up in self._requested or self._states[up].updated_seq > attempted:
                because[self._world.graph.nodes[up].key] = 0 if up in self._requested else self._states[up].updated_seq
        crons = sorted(cron for cron, _ in self._plan.roots[owner].crons)
        return Request(
            asset_key=self._world.graph.nodes[owner].key,
            partitions=self._keys.of(space, wanted),
            because_of=because,
            schedule=crons[0] if crons else None,
        )

    def _inputs(self, owner: int) -> Iterable[int]:
        """What an asset is made from; what a job's first assets are."""
        upstream = self._world.graph.upstream
        if job_of(self._world.graph.nodes[owner].key) is None:
            return upstream[owner]
        return sorted({up for root in upstream[owner] for up in upstream[root]})

    def _evaluated(self, owner: int, wanted: Ordinals) -> Evaluated:
        condition, space = self._plan.conditions[owner], self._world.spaces[owner]
        tree = explain(self._evaluation, self._outlines.parts(condition), owner, virtual=owner in self._joining)
        return Evaluated(
            asset_key=self._world.graph.nodes[owner].key,
            seq=self._seq,
            now=self._now,
            condition=self._outlines.name(condition),
            tree=tree,
            requested=self._keys.of(space, wanted),
        )
