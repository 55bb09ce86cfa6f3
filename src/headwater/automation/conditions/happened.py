"""Fold committed events into the state, and tell what is news in them and for whom that could matter."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from headwater.automation.conditions.checks import CheckNodes, check_of
from headwater.automation.conditions.compiled import Fact
from headwater.automation.conditions.jobs import JobNodes
from headwater.automation.conditions.state import NONE, AssetState, CheckState, RunFacts, Space
from headwater.automation.conditions.world import News
from headwater.definitions.partitions import Ordinals
from headwater.graph.asset_graph import AssetGraph
from headwater.records.log.events import (
    CORRECTIONS,
    BackfillEvent,
    CheckEvaluation,
    Event,
    EventKind,
    FreshnessChange,
    Materialization,
    Rename,
    RunEvent,
    StepEvent,
    partitions_of,
)
from headwater.records.log.fold import is_news
from headwater.records.runs import backfills
from headwater.records.runs.backfills import Rests

_RUN_ENDS = frozenset({EventKind.RUN_SUCCEEDED, EventKind.RUN_FAILED, EventKind.RUN_CANCELED})


class Happened:
    """The state of all assets, moved on by the events of one commit after another.

    Args:
        graph: All assets.
        spaces: The partitions of each asset, by its id.
        states: The state of each asset, by its id; it is moved on in place.
        runs: What is known of the runs under way, by their id; likewise.
        checks: The nodes of checks among the assets.
        jobs: The nodes of jobs among them.
        awaited: The runs that were decided on, whose requests are not in the log yet.
    """

    def __init__(
        self,
        graph: AssetGraph,
        spaces: Sequence[Space],
        states: dict[int, AssetState],
        runs: dict[str, RunFacts],
        checks: CheckNodes,
        jobs: JobNodes,
        awaited: Collection[str] = (),
    ) -> None:
        self._graph = graph
        self._spaces = spaces
        self._states = states
        self._runs = runs
        self._checks = checks
        self._jobs = jobs
        self._awaited = awaited
        self.news: dict[int, News] = {}
        self.facts: dict[tuple[int, Fact], None] = {}
        self.arrived: set[str] = set()
        """The runs that were requested."""
        self.tried: set[int] = set()
        """The nodes of checks and jobs that were carried out, or were to be."""
        self.ended: set[int] = set()
        """The assets of runs that ended: whatever their conditions read, they may ask again."""

    def note(self, event: Event, reread: Mapping[str, AssetState], rests: Rests) -> None:
        """Take in one event.

        Args:
            event: The event.
            reread: The state of assets that were corrected, as it is after that.
            rests: What backfills that begin are to make.
        """
        if event.kind in CORRECTIONS:
            self._correct(event, reread)
        elif isinstance(event.payload, RunEvent):
            self._run(event, event.payload)
        elif isinstance(event.payload, BackfillEvent):
            self._backfill(event, event.payload, rests)
        elif isinstance(event.payload, StepEvent):
            self._step(event, event.payload)
        elif (number := self._graph.ids.get(event.asset_key or "")) is not None:
            rule = _RULES.get(event.kind)
            if rule is not None:
                rule(self, event, number)

    def tell_code(self, number: int) -> None:
        """An asset's code has another version."""
        self._tell(number, Fact.CODE).code_changed = True

    def settle(self, number: int, numbers: Ordinals, at: float, now: int) -> None:
        """An attempt to make some partitions was made and is over; of a job, to make all its assets."""
        for each in (number, *self._jobs.made_by(number)):
            self._tell(each, Fact.RUN).attempted.append((at, numbers))
            self._states[each].attempted.update(dict.fromkeys(numbers, at))
            self._states[each].ended.update(dict.fromkeys(numbers, now))

    def _tell(self, number: int, *facts: Fact) -> News:
        for fact in facts:
            self.facts[(number, fact)] = None
        return self.news.setdefault(number, News())

    def _materialized(self, event: Event, number: int) -> None:
        place, state = self._spaces[number].number(event.partition), self._states[number]
        run = None if event.run_id is None else self._runs.get(event.run_id, RunFacts(event.run_id, frozenset()))
        if place is None:
            if event.partition is not None:
                state.keep_early(event.partition, event.timestamp, event.data_version, run)
            return
        if event.timestamp < state.timestamp(place) and not is_news(event):
            # A backdated report is part of the history, but no update.
            return
        known = state.versions.get(place) if place in state.made else None
        is_same = event.data_version is not None and event.data_version == known
        state.keep(place, max(event.timestamp, state.timestamp(place)), event.data_version, run)
        state.failed = state.failed.without_number(place)
        state.ended[place] = max(state.ended.get(place, 0), event.timestamp)
        state.updated_seq = event.seq
        news = self._tell(number, Fact.DATA)
        one = Ordinals.span(place, place + 1)
        read_seq = event.payload.read_seq if isinstance(event.payload, Materialization) else None
        news.covered.append((event.seq if read_seq is None else read_seq, one))
        if not (is_same and self._graph.nodes[number].definition.observable):
            news.updated.append((event.seq, one, run))
        if not is_same:
            news.other_version.append((event.seq, one))

    def _observed(self, event: Event, number: int) -> None:
        """Only of an asset that a function looks at, another version is an update."""
        place = self._spaces[number].number(event.partition)
        if place is None or event.data_version is None or not self._graph.nodes[number].definition.observable:
            return
        state = self._states[number]
        is_known = place in state.made and state.versions.get(place) == event.data_version
        if event.timestamp < state.timestamp(place) or is_known:
            return
        state.keep(place, event.timestamp, event.data_version, None)
        state.updated_seq = event.seq
        news, one = self._tell(number, Fact.DATA), Ordinals.span(place, place + 1)
        news.covered.append((event.seq, one))
        news.updated.append((event.seq, one, None))
        news.other_version.append((event.seq, one))

    def _checked(self, event: Event, number: int) -> None:
        if not isinstance(event.payload, CheckEvaluation):
            return
        space, state = self._spaces[number], self._states[number]
        numbers = space.all if event.partition is None else space.numbers((event.partition,))
        check = state.checks.setdefault(event.payload.check_name, CheckState())
        if event.partition is None:
            check.note_whole(event.payload.passed, event.timestamp)
        if check.note(numbers, event.payload.passed, event.timestamp):
            self._tell(number, Fact.CHECK).checks.setdefault(event.payload.check_name, []).append((event.seq, numbers))
        node = self._checks.numbers.get((event.asset_key or "", event.payload.check_name))
        if node is not None:
            self._judged(event, event.payload, node)

    def _judged(self, event: Event, payload: CheckEvaluation, number: int) -> None:
        """A result is to a check's node what a version is to an asset."""
        space, state = self._spaces[number], self._states[number]
        numbers = space.all if event.partition is None else space.numbers((event.partition,))
        told = state.judge(numbers, payload.passed, event.timestamp)
        if not told:
            return
        state.updated_seq = event.seq
        state.failed -= told
        news = self._tell(number, Fact.DATA, Fact.CHECK)
        run = None if event.run_id is None else self._runs.get(event.run_id, RunFacts(event.run_id, frozenset()))
        news.updated.append((event.seq, told, run))
        news.other_version.append((event.seq, told))
        is_ours = event.run_id in state.runs
        for place in told:
            state.ended[place] = max(state.ended.get(place, 0), event.timestamp)
            # What came while it was carried out, it has not seen.
            began = state.attempted.get(place, event.seq) if is_ours else event.seq
            news.covered.append((began, Ordinals.span(place, place + 1)))
        self.tried.add(number)

    def _freshness(self, event: Event, number: int) -> None:
        if isinstance(event.payload, FreshnessChange):
            self._states[number].freshness = event.payload.state
            self._tell(number, Fact.FRESHNESS)

    def _run(self, event: Event, payload: RunEvent) -> None:
        run_id = event.run_id or ""
        if event.kind is EventKind.RUN_REQUESTED:
            self.arrived.add(run_id)
            facts = RunFacts(run_id, frozenset(payload.assets), payload.tags, payload.job)
            self._runs[run_id] = facts
            for number in (*self._of_run(payload), *self._jobs.of_run(payload.job)):
                made = self._spaces[number].numbers(partitions_of(event))
                self._states[number].runs[run_id] = (made, facts.backfill is not None, event.seq)
                self._tell(number, Fact.QUEUED if run_id in self._awaited else Fact.RUN)
        elif event.kind in _RUN_ENDS:
            settled = set(payload.settles)
            ended = self._runs.pop(run_id) if run_id in self._runs else RunFacts(run_id, frozenset())
            for number in self._of_run(payload):
                state = self._states[number]
                made, _, requested = state.runs.pop(run_id, (NONE, False, 0))
                if ended.backfill is not None and ended.backfill in state.backfills:
                    state.backfills[ended.backfill] -= made
                self.ended.add(number)
                news = self._tell(number, Fact.RUN)
                if (check := check_of(self._graph.nodes[number].key)) is not None:
                    self.tried.add(number)
                    if payload.checks:
                        # Those that it came to have their own place in the log.
                        made = Ordinals(each for each in made if state.attempted.get(each, 0) < requested)
                if payload.checks or (self._graph.nodes[number].key if check is None else check[0]) in settled:
                    news.attempted.append((event.seq, made))
                    state.attempted.update(dict.fromkeys(made, event.seq))
                    state.ended.update(dict.fromkeys(made, event.timestamp))
                    if event.kind is EventKind.RUN_FAILED:
                        state.failed |= made
            for number in self._jobs.of_run(ended.job):
                self._job_ended(event, number, ended)

    def _job_began(self, event: Event, number: int, run_id: str) -> None:
        """The first step of a run is when the job begins; what the others read later is theirs."""
        state = self._states[number]
        made, _, requested = state.runs.get(run_id, (NONE, False, 0))
        fresh = Ordinals(each for each in made if state.attempted.get(each, 0) < requested)
        if fresh:
            self._tell(number, Fact.RUN).attempted.append((event.seq, fresh))
            state.attempted.update(dict.fromkeys(fresh, event.seq))
            self.tried.add(number)

    def _job_ended(self, event: Event, number: int, run: RunFacts) -> None:
        """A run of a job that succeeded is to its node what a version is to an asset."""
        self._job_began(event, number, run.run_id)
        state = self._states[number]
        made = state.runs.pop(run.run_id, (NONE, False, 0))[0]
        self.ended.add(number)
        self.tried.add(number)
        state.ended.update(dict.fromkeys(made, event.timestamp))
        news = self._tell(number, Fact.RUN)
        if event.kind is EventKind.RUN_SUCCEEDED:
            state.failed -= made
            self._tell(number, Fact.DATA)
            news.updated.append((event.seq, made, run))
            for place in made:
                news.covered.append((state.attempted.get(place, event.seq), Ordinals.span(place, place + 1)))
        elif event.kind is EventKind.RUN_FAILED:
            state.failed |= made

    def _backfill(self, event: Event, payload: BackfillEvent, rests: Rests) -> None:
        if event.kind in backfills.BEGINS:
            for target in rests.get(payload.backfill, ()):
                for number in self._known((target.asset,)):
                    self._states[number].backfills[payload.backfill] = self._spaces[number].numbers(target.partitions)
                    self._tell(number, Fact.RUN)
        elif event.kind in backfills.ENDS:
            for number in self._known(payload.assets):
                self._states[number].backfills.pop(payload.backfill, None)
                self._tell(number, Fact.RUN)
                self.ended.add(number)

    def _step(self, event: Event, payload: StepEvent) -> None:
        carried_out: list[int] = []
        if self._jobs.numbers and event.kind is EventKind.STEP_STARTED and event.run_id in self._runs:
            for number in self._jobs.of_run(self._runs[event.run_id].job):
                self._job_began(event, number, event.run_id)
        if payload.checks and self._checks.numbers:
            makes = self._runs.get(event.run_id or "", RunFacts("", frozenset())).assets
            carried_out = self._checks.of_step(payload.step, payload.checks, event.asset_key, makes)
            self.tried.update(carried_out)
        for number in (*self._known(payload.assets), *carried_out):
            state, numbers = self._states[number], self._spaces[number].numbers(partitions_of(event))
            if event.kind is EventKind.STEP_STARTED:
                self._tell(number, Fact.RUN).attempted.append((event.seq, numbers))
                state.attempted.update(dict.fromkeys(numbers, event.seq))
            elif event.kind is EventKind.STEP_FAILED:
                self._tell(number, Fact.RUN)
                state.failed |= numbers
                state.ended.update(dict.fromkeys(numbers, event.timestamp))

    def _correct(self, event: Event, reread: Mapping[str, AssetState]) -> None:
        former = event.payload.former if isinstance(event.payload, Rename) else None
        for key in (event.asset_key or "", former or ""):
            number = self._graph.ids.get(key)
            if number is None or key not in reread:
                continue
            for node in self._checks.of_asset(key):
                self._correct_check(node, reread)
            before, after = self._states[number], reread[key]
            # Runs under way are no part of what was corrected.
            after.runs, after.backfills, after.freshness = before.runs, before.backfills, before.freshness
            self._states[number] = after
            self._tell(number, Fact.DATA, Fact.CHECK, Fact.RUN)
            # What was attempted is forgotten with it.
            self.ended.add(number)

    def _correct_check(self, number: int, reread: Mapping[str, AssetState]) -> None:
        after, before = reread.get(self._graph.nodes[number].key), self._states[number]
        if after is not None:
            after.runs, after.attempted, after.ended, after.failed = (
                before.runs,
                before.attempted,
                before.ended,
                before.failed,
            )
            self._states[number] = after
            self._tell(number, Fact.DATA, Fact.CHECK)

    def _of_run(self, payload: RunEvent) -> Iterable[int]:
        """What a run makes, and the checks that it carries out."""
        return self._checks.carried_out(payload.assets, payload.checks)

    def _known(self, keys: Iterable[str]) -> Iterable[int]:
        return (self._graph.ids[key] for key in keys if key in self._graph.ids)


_RULES: dict[EventKind, Callable[[Happened, Event, int], None]] = {
    EventKind.MATERIALIZATION: Happened._materialized,
    EventKind.OBSERVATION: Happened._observed,
    EventKind.CHECK_EVALUATION: Happened._checked,
    EventKind.FRESHNESS_CHANGED: Happened._freshness,
}
