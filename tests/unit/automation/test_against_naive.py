"""Conditions compared with an evaluator that recomputes everything, over random worlds, and restarted anywhere."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
from builders import checked, external, made, native, run_event, step_event
from hypothesis import given, note, settings
from hypothesis import strategies as st
from naive_conditions import Moment, Naive

from headwater.automation.decide_conditions import Conditions
from headwater.automation.decisions import Automated, Outcome, next_tick
from headwater.automation.memory import decode_generations, encode_generations
from headwater.automation.restore import restore_states
from headwater.definitions.conditions import AutomationCondition as Condition
from headwater.definitions.partitions import DailyPartitionsDefinition
from headwater.definitions.snapshot import CheckSnapshot, DefinitionsSnapshot
from headwater.graph.asset_graph import AssetGraph, build_graph
from headwater.records.events import Event, EventKind, NewEvent
from headwater.records.fold import fold_checks, fold_latest
from headwater.records.runs import Cause, Run, RunStatus
from headwater.storage.automation_kept import Kept, OpenRun

SECOND = 1_000_000
NOW = int(datetime(2026, 3, 3, 23, 59, 30, tzinfo=UTC).timestamp()) * SECOND
DAILY = DailyPartitionsDefinition(start_date="2026-03-01").to_snapshot()
DAYS = ["2026-03-01", "2026-03-02", "2026-03-03", "2026-03-09"]
CRON = "* * * * *"

plain = st.sampled_from(
    [
        Condition.missing(),
        Condition.newly_updated(),
        Condition.in_progress(),
        Condition.execution_failed(),
        Condition.newly_requested(),
    ]
)
operands = st.one_of(
    plain,
    st.sampled_from(
        [
            Condition.any_deps_updated(),
            Condition.any_deps_missing(),
            Condition.any_deps_in_progress(),
            Condition.in_latest_time_window(),
            Condition.cron_tick_passed(CRON),
            Condition.initial_evaluation(),
            Condition.any_checks_match(Condition.check_failed()),
        ]
    ),
)


def combined(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    """Conditions made of others."""
    return st.one_of(
        st.tuples(parts, parts).map(lambda both: both[0] & both[1]),
        st.tuples(parts, parts).map(lambda both: both[0] | both[1]),
        parts.map(lambda part: ~part),
        st.tuples(parts, parts).map(lambda both: both[0].since(both[1])),
        parts.map(Condition.newly_true),
        parts.map(Condition.since_last_handled),
    )


def of_deps(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    """Conditions on what is upstream."""
    return st.one_of(parts.map(Condition.any_deps_match), parts.map(Condition.all_deps_match))


conditions = st.one_of(
    st.sampled_from(
        [Condition.eager(), Condition.on_missing(), Condition.eager().without(Condition.in_latest_time_window())]
    ),
    st.recursive(st.one_of(operands, of_deps(combined(plain))), combined, max_leaves=5),
)


@st.composite
def graphs(draw: st.DrawFn) -> AssetGraph:
    """Up to five assets, some of them by day, all but the roots automated, one with a check."""
    assets: list[Any] = []
    for number in range(draw(st.integers(2, 5))):
        deps = [f"n{up}" for up in range(number) if draw(st.booleans())]
        partitions = draw(st.sampled_from([None, None, DAILY]))
        if deps:
            assets.append(native(f"n{number}", *deps, condition=draw(conditions), partitions=partitions))
        else:
            assets.append(external(f"n{number}", partitions=partitions))
    checks = (CheckSnapshot(asset_key="n1", name="ok"),)
    return build_graph([("code", DefinitionsSnapshot(assets=tuple(assets), checks=checks))])


class World:
    """A log that grows; runs are begun, fail and end as told, and what is decided is queued."""

    def __init__(self, graph: AssetGraph, *, restarts: bool = False) -> None:
        self.graph, self.restarts = graph, restarts
        self.log: list[Event] = []
        self.now = NOW
        self.open: dict[str, tuple[str, str | None]] = {}
        self.runs: dict[str, tuple[str, str | None]] = {}
        self.begun: dict[str, int] = {}
        self.naive = Naive(graph)
        self.conditions = Conditions(graph, now=NOW)
        self.decided: list[set[tuple[str, str]]] = []
        self.expected: list[set[tuple[str, str]]] = []
        self._keep(self.conditions.begin(), Moment(0.5, NOW, begins=True))

    def commit(self, *news: NewEvent) -> None:
        """Events are written together."""
        self.now += 1
        self._pass_time(self.now)
        events = []
        for new in news:
            fields = {name: getattr(new, name) for name in new.__struct_fields__}
            fields["timestamp"] = self.now if new.timestamp is None else new.timestamp
            event = Event(seq=len(self.log) + 1, recorded_at=self.now, **fields)
            self.log.append(event)
            events.append(event)
        self._keep(self.conditions.commit(events), Moment(float(len(self.log)), self.now, tuple(events)))

    def wait(self, seconds: int) -> None:
        """Time passes, one tick after the other."""
        end = self.now + seconds * SECOND
        self._pass_time(end)
        self.now = end
        self._keep(self.conditions.pass_time(end), Moment(len(self.log) + 0.5, end))

    def _pass_time(self, end: int) -> None:
        steps = 0
        while (due := self.conditions.due()) is not None and due <= end:
            steps += 1
            assert steps < 100, "It comes to no rest."
            due = max(due, self.conditions.now)
            ticked = next_tick((CRON, "UTC"), due - 1) == due
            self.now = max(self.now, due)
            moment = Moment(len(self.log) + 0.5, due, ticks=frozenset({CRON} if ticked else ()))
            self._keep(self.conditions.pass_time(due), moment)

    def _keep(self, outcome: Outcome, moment: Moment, *, restart: bool = True) -> None:
        found = {(each.asset_key, part or "") for each in outcome.requests for part in each.partitions}
        self.decided.append(found)
        self.expected.append(self.naive.step(moment))
        started = []
        for number, (key, partition) in enumerate(sorted(found)):
            run_id = f"run{len(self.log)}-{number}-{len(self.decided)}"
            self.open[run_id] = self.runs[run_id] = (key, partition or None)
            self.conditions.await_run(run_id, [key], [partition or None])
            new = run_event(EventKind.RUN_REQUESTED, run_id, key)
            started.append(msgspec.structs.replace(new, partition=partition or None))
        if started:
            self.commit(*started)
        elif self.restarts and restart and moment.events:
            self.restart()

    def restart(self) -> None:
        """Go on with new conditions, made of what is kept and of the log."""
        ends = (EventKind.RUN_SUCCEEDED, EventKind.RUN_FAILED, EventKind.RUN_CANCELED)
        requested = {event.run_id: event.seq for event in self.log if event.kind is EventKind.RUN_REQUESTED}
        ended = {event.run_id for event in self.log if event.kind in ends}
        opened = [
            OpenRun(_run(run_id, *self.runs[run_id]), seq)
            for run_id, seq in requested.items()
            if run_id is not None and run_id not in ended
        ]
        kept = Kept(latest=fold_latest(self.log), checks=fold_checks(self.log), open_runs=opened)
        before = self.conditions
        after = Conditions(
            self.graph,
            seq=before.seq,
            now=before.now,
            memory={unit: decode_generations(encode_generations(value)) for unit, value in before.memory.items()},
            automated={key: Automated(row.condition, row.code_version) for key, row in before.automated.items()},
        )
        restore_states(after, kept)
        # A decision and its request are written as one, though the request comes later in the log.
        for run_id in self.open.keys() - requested.keys():
            after.await_run(run_id, [self.open[run_id][0]], [self.open[run_id][1]])
        self.conditions = after
        # What was due at once is decided as it begins.
        self._keep(after.begin(), Moment(len(self.log) + 0.5, self.now), restart=False)

    def act(self, move: str, draw: Any) -> None:
        """Let something happen."""
        waiting = sorted(run_id for run_id in self.open if run_id not in self.begun)
        working = sorted(self.begun)
        if move == "report":
            keys = [node.key for node in self.graph.nodes]
            reports = draw(st.lists(st.tuples(st.sampled_from(keys), st.sampled_from(DAYS)), min_size=1, max_size=3))
            self.commit(*(self._report(key, day) for key, day in reports))
        elif move == "check":
            self.commit(checked("n1", "ok", passed=draw(st.booleans())))
        elif move == "wait":
            self.wait(draw(st.sampled_from([5, 31, 45])))
        elif move == "begin" and waiting:
            run_id = draw(st.sampled_from(waiting))
            self.begun[run_id] = len(self.log) + 1
            key, partition = self.open[run_id]
            self.commit(step_event(EventKind.STEP_STARTED, run_id, key, partition=partition))
        elif move in ("finish", "fail") and working:
            run_id = draw(st.sampled_from(working))
            read_seq, (key, partition) = self.begun.pop(run_id), self.open.pop(run_id)
            if move == "finish":
                new = made(key, partition=partition, read_seq=read_seq)
                self.commit(msgspec.structs.replace(new, run_id=run_id))
            else:
                self.commit(step_event(EventKind.STEP_FAILED, run_id, key, partition=partition))
            kind = EventKind.RUN_SUCCEEDED if move == "finish" else EventKind.RUN_FAILED
            self.commit(msgspec.structs.replace(run_event(kind, run_id, key), partition=partition))

    def _report(self, key: str, day: str) -> NewEvent:
        return made(key, partition=day if self.graph.node(key).definition.partitions else None)


def _run(run_id: str, key: str, partition: str | None) -> Run:
    return Run(
        run_id=run_id,
        location="code",
        assets=(key,),
        status=RunStatus.QUEUED,
        cause=Cause(kind="automation"),
        created_at=0,
        partition=partition,
    )


MOVES = ["report", "report", "check", "wait", "begin", "begin", "finish", "finish", "fail"]


@settings(max_examples=80, derandomize=True)
@given(graph=graphs(), data=st.data())
def test_decisions_are_those_of_an_evaluator_that_recomputes_everything(graph: AssetGraph, data: st.DataObject) -> None:
    """Whatever the conditions, and whatever happens, each step decides what the definition says."""
    note(repr([(node.key, node.definition.deps, node.definition.condition) for node in graph.nodes]))
    world = World(graph)
    for _ in range(data.draw(st.integers(1, 8))):
        world.act(data.draw(st.sampled_from(MOVES)), data.draw)

    assert world.expected == world.decided


@settings(max_examples=40, derandomize=True)
@given(graph=graphs(), data=st.data())
def test_restarted_anywhere_the_decisions_are_the_same(graph: AssetGraph, data: st.DataObject) -> None:
    """Built anew from the log and what is kept after every step, it decides as if it had gone on; nothing twice."""
    note(repr([(node.key, node.definition.deps, node.definition.condition) for node in graph.nodes]))
    world = World(graph, restarts=True)
    for _ in range(data.draw(st.integers(1, 8))):
        world.act(data.draw(st.sampled_from(MOVES)), data.draw)

    assert world.expected == world.decided
