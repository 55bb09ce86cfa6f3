"""Random worlds in which conditions and an evaluator that recomputes everything decide side by side."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec
from builders import checked, external, made, native, run_event, step_event
from hypothesis import settings
from hypothesis import strategies as st
from naive_conditions import Naive
from naive_history import Moment

from headwater.automation.conditions.decide import Conditions
from headwater.automation.conditions.decisions import Automated, Outcome, next_tick
from headwater.automation.conditions.memory import Memory, decode_memory
from headwater.automation.conditions.restore import read_states, restore_states
from headwater.definitions.conditions.condition import AutomationCondition as Condition
from headwater.definitions.partitions import (
    AllPartitionMapping,
    DailyPartitionsDefinition,
    DynamicKeys,
    DynamicPartitionsDefinition,
    LastPartitionMapping,
    TimeWindowPartitionMapping,
)
from headwater.definitions.snapshot import CheckSnapshot, DefinitionsSnapshot, SensorSnapshot
from headwater.graph.asset_graph import AssetGraph, AssetNode, build_graph
from headwater.records.log.events import (
    CORRECTIONS,
    BackfillEvent,
    Event,
    EventKind,
    FreshnessChange,
    NewEvent,
    Observation,
    RunEvent,
    StepEvent,
    Wipe,
    Withdrawal,
)
from headwater.records.log.fold import fold_checks, fold_latest
from headwater.records.runs.backfills import Rests, Target
from headwater.records.runs.runs import BACKFILL_TAG, Cause, Run, RunStatus
from headwater.storage.automation.kept import Kept, OpenRun

SECOND = 1_000_000
NOW = int(datetime(2026, 3, 3, 23, 59, 30, tzinfo=UTC).timestamp()) * SECOND
DAILY = DailyPartitionsDefinition(start_date="2026-03-01").to_snapshot()
DAYS = ["2026-03-01", "2026-03-02", "2026-03-03", "2026-03-09"]
NAMES = DynamicPartitionsDefinition(name="names").to_snapshot()
CRON = "* * * * *"
ENDS = (EventKind.RUN_SUCCEEDED, EventKind.RUN_FAILED, EventKind.RUN_CANCELED)
_EXAMPLES = int(os.environ.get("HEADWATER_CONDITION_EXAMPLES", "0"))
# As many random worlds as a soak asks for; else the same few ones each time.
AT_LENGTH = settings(max_examples=_EXAMPLES or 60, derandomize=not _EXAMPLES)

OPS = {"team": "ops"}
VERSIONS = [None, None, "v1", "v2"]
MAPPINGS = [LastPartitionMapping(), AllPartitionMapping(), TimeWindowPartitionMapping(start_offset=-1, end_offset=-1)]

plain = st.sampled_from(
    [
        Condition.missing(),
        Condition.newly_updated(),
        Condition.in_progress(),
        Condition.run_in_progress(),
        Condition.backfill_in_progress(),
        Condition.execution_failed(),
        Condition.newly_requested(),
        Condition.data_version_changed(),
        Condition.code_version_changed(),
        Condition.freshness_failed(),
        Condition.executed_with_tags(tag_values=OPS),
        Condition.any_new_update_has_run_tags(tag_keys={"team"}),
        Condition.all_new_updates_have_run_tags(tag_values=OPS),
    ]
)
operands = st.one_of(
    plain,
    st.sampled_from(
        [
            Condition.any_deps_updated(),
            Condition.any_deps_missing(),
            Condition.any_deps_in_progress(),
            Condition.any_deps_updated().allow("n0"),
            Condition.any_deps_missing().ignore("n0 or n1"),
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
    """Conditions on what is upstream, and on others."""
    named = st.tuples(st.sampled_from(["n0", "n1"]), parts).map(lambda both: Condition.asset_matches(*both))
    return st.one_of(parts.map(Condition.any_deps_match), parts.map(Condition.all_deps_match), named)


READY_MADE = [Condition.eager(), Condition.on_missing(), Condition.eager().without(Condition.in_latest_time_window())]
conditions = st.one_of(
    st.sampled_from(READY_MADE),
    st.recursive(st.one_of(operands, of_deps(combined(plain))), combined, max_leaves=5),
)


@st.composite
def graphs(draw: st.DrawFn) -> AssetGraph:
    """Up to five assets, some of them by day or by name, all but the roots automated, one with a check.

    Those with a condition that Headwater has ready may have a switch that lets them wait after each attempt.
    """
    assets: list[Any] = []
    for number in range(draw(st.integers(2, 5))):
        deps = [f"n{up}" for up in range(number) if draw(st.booleans())]
        partitions = draw(st.sampled_from([None, None, DAILY, DAILY, NAMES]))
        if deps:
            asset = native(f"n{number}", *deps, condition=draw(conditions), partitions=partitions)
            daily = [each.key for each in assets if each.key in deps and each.partitions == partitions == DAILY]
            chosen = {up: draw(st.sampled_from(MAPPINGS)).to_snapshot() for up in daily if draw(st.booleans())}
            assets.append(msgspec.structs.replace(asset, mappings=chosen, code_version="1"))
        else:
            observable = partitions is None and draw(st.booleans())
            outside = external(f"n{number}", partitions=partitions)
            assets.append(msgspec.structs.replace(outside, observable=observable))
    checks = (CheckSnapshot(asset_key="n1", name="ok"),)
    waiting = tuple(each.key for each in assets if each.condition in READY_MADE and draw(st.booleans()))
    switch = SensorSnapshot(name="slow", kind="conditions", minimum_interval=40.0, targets=waiting)
    return build_graph([("code", DefinitionsSnapshot(assets=tuple(assets), checks=checks, sensors=(switch,)))])


class World:
    """A log that grows; runs are begun, fail and end as told, and what is decided is queued."""

    def __init__(self, graph: AssetGraph, *, restarts: bool = False) -> None:
        self.graph, self.restarts = graph, restarts
        self.log: list[Event] = []
        self.now = NOW
        self.ticked = 0
        self.names = ["x", "y"]
        self.gone: list[str] = []
        self.open: dict[str, Asked] = {}
        self.runs: dict[str, Asked] = {}
        self.begun: dict[str, int] = {}
        self.backfills: dict[str, Target] = {}
        self.over: dict[str, Target] = {}
        """The backfills that have ended."""
        self.since: dict[str, int] = {}
        """The event with which each backfill began, or began again."""
        self.naive = Naive(graph)
        self.conditions = Conditions(graph, now=NOW, dynamic=self._dynamic())
        self.decided: list[set[tuple[str, str]]] = []
        self.expected: list[set[tuple[str, str]]] = []
        self._keep(self.conditions.begin(), self._moment(begins=True))

    def _dynamic(self) -> DynamicKeys:
        return DynamicKeys({"names": self.names})

    def _moment(self, **fields: Any) -> Moment:
        """A step between two events, as it is now."""
        return Moment(**{"at": len(self.log) + 0.5, "now": self.now, "dynamic": tuple(self.names), **fields})

    def commit(self, *news: NewEvent, rests: Rests | None = None) -> None:
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
        corrected = {event.asset_key for event in events if event.kind in CORRECTIONS and event.asset_key is not None}
        reread = read_states(self.graph, self.conditions.spaces, self._kept(), corrected) if corrected else {}
        outcome = self.conditions.commit(events, reread, rests)
        self._keep(outcome, self._moment(at=float(len(self.log)), events=tuple(events), rests=rests or {}))

    def wait(self, seconds: int) -> None:
        """Time passes, one tick after the other."""
        end = self.now + seconds * SECOND
        self._pass_time(end)
        self.now = end
        self._keep(self.conditions.pass_time(end), self._moment())

    def _pass_time(self, end: int) -> None:
        steps = 0
        while (due := self.conditions.due()) is not None and due <= end:
            steps += 1
            assert steps < 100, "It comes to no rest."
            due = max(due, self.conditions.now)
            # A condition that was momentarily so is looked at again at once, when the tick is over.
            ticked = next_tick((CRON, "UTC"), due - 1) == due != self.ticked
            self.ticked = due if ticked else self.ticked
            self.now = max(self.now, due)
            moment = self._moment(now=due, ticks=frozenset({CRON} if ticked else ()))
            self._keep(self.conditions.pass_time(due), moment)

    def _keep(self, outcome: Outcome, moment: Moment, *, restart: bool = True) -> None:
        found = {(each.asset_key, part or "") for each in outcome.requests for part in each.partitions}
        self.decided.append(found)
        self.expected.append(self.naive.step(moment))
        started = []
        for number, (key, partition) in enumerate(sorted(found)):
            run_id = f"run{len(self.log)}-{number}-{len(self.decided)}"
            self.conditions.await_run(run_id, [key], [partition or None])
            started.append(self._asked(run_id, Asked(key, partition or None)))
        if started:
            self.commit(*started)
        elif self.restarts and restart and moment.events:
            self.restart()

    def _asked(self, run_id: str, asked: Asked) -> NewEvent:
        self.open[run_id] = self.runs[run_id] = asked
        new = run_event(EventKind.RUN_REQUESTED, run_id, asked.key)
        payload = RunEvent(assets=(asked.key,), tags=asked.tags)
        return msgspec.structs.replace(new, payload=payload, partition=asked.partition)

    def restart(self) -> None:
        """Go on with new conditions, made of what is kept and of the log."""
        requested = {event.run_id for event in self.log if event.kind is EventKind.RUN_REQUESTED}
        before = self.conditions
        after = Conditions(
            self.graph,
            seq=before.seq,
            now=before.now,
            memory=_as_kept(before.memory),
            automated={key: Automated(row.condition, row.code_version) for key, row in before.automated.items()},
            dynamic=self._dynamic(),
        )
        restore_states(after, self._kept())
        # A decision and its request are written as one, though the request comes later in the log.
        for run_id in self.open.keys() - requested:
            after.await_run(run_id, [self.open[run_id].key], [self.open[run_id].partition])
        self.conditions = after
        # What was due at once is decided as it begins.
        self._keep(after.begin(), self._moment(), restart=False)

    def _kept(self) -> Kept:
        """What a store has of the log."""
        ended = {event.run_id for event in self.log if event.kind in ENDS}
        opened = [
            OpenRun(_run(event.run_id, self.runs[event.run_id]), event.seq)
            for event in self.log
            if event.kind is EventKind.RUN_REQUESTED and event.run_id is not None and event.run_id not in ended
        ]
        rests = {name: (self._rest(name, target, ENDS),) for name, target in self.backfills.items()}
        counting = [event for event in self.log if self._counts(event)]
        states = [event for event in self.log if isinstance(event.payload, FreshnessChange)]
        return Kept(
            latest=fold_latest(counting),
            checks=fold_checks(counting),
            freshness={event.asset_key or "": event.payload.state for event in states},  # type: ignore[union-attr]
            open_runs=opened,
            backfills=rests,
            makers={run_id: _run(run_id, asked) for run_id, asked in self.runs.items()},
        )

    def _rest(self, name: str, target: Target, ends: Collection[EventKind]) -> Target:
        """What no run of a backfill has ended with, in one of some ways, since that began (again)."""
        gone = {
            self.runs[event.run_id].partition or ""
            for event in self.log[self.since[name] :]
            if event.run_id is not None
            and event.kind in ends
            and self.runs[event.run_id].tags.get(BACKFILL_TAG) == name
        }
        return Target(target.asset, tuple(key for key in target.partitions if key not in gone))

    def _counts(self, event: Event) -> bool:
        payload = event.payload
        assets = payload.assets if isinstance(payload, (RunEvent, StepEvent)) else (event.asset_key or "",)
        return all(self.naive.counts(event, len(self.naive.moments) - 1, (asset, "")) for asset in assets) and not any(
            _corrects(told, event, assets) for told in self.log[-1:]
        )

    def act(self, move: str, draw: Any) -> None:
        """Let something happen."""
        if move in ("begin", "finish", "fail", "run"):
            self._act_on_runs(move, draw)
        elif move in ("backfill", "backfill run", "backfill end", "backfill retry"):
            self._act_on_backfills(move, draw)
        elif move == "report":
            keys = [node.key for node in self.graph.nodes]
            reports = draw(st.lists(st.tuples(st.sampled_from(keys), st.sampled_from(DAYS)), min_size=1, max_size=3))
            self.commit(*(self._report(key, draw) for key, _ in reports))
        elif move == "check":
            self.commit(checked("n1", "ok", passed=draw(st.booleans())))
        elif move == "wait":
            self.wait(draw(st.sampled_from([5, 31, 45])))
        elif move == "freshness":
            payload = FreshnessChange(state=draw(st.sampled_from(["PASS", "FAIL"])), former="UNKNOWN")
            key = draw(st.sampled_from([node.key for node in self.graph.nodes]))
            self.commit(NewEvent(kind=EventKind.FRESHNESS_CHANGED, payload=payload, asset_key=key))
        elif move == "names":
            self._change_names(draw)
        elif move == "code":
            self._change_code(draw)
        elif move in ("wipe", "withdraw"):
            self._correct(move, draw)

    def _act_on_runs(self, move: str, draw: Any) -> None:
        waiting = sorted(run_id for run_id in self.open if run_id not in self.begun)
        working = sorted(self.begun)
        if move == "run":
            key = draw(st.sampled_from([node.key for node in self.graph.nodes if node.kind == "native"] or ["n0"]))
            tags = draw(st.sampled_from([{}, OPS, {"team": "x"}]))
            # A run of a partition that does not exist is refused.
            there = self.naive.keys(key, len(self.naive.moments) - 1)
            if there:
                partition = there[draw(st.integers(0, len(there) - 1))]
                self.commit(self._asked(f"by-hand{len(self.log)}", Asked(key, partition or None, tags)))
        elif move == "begin" and waiting:
            run_id = draw(st.sampled_from(waiting))
            self.begun[run_id] = len(self.log) + 1
            asked = self.open[run_id]
            self.commit(step_event(EventKind.STEP_STARTED, run_id, asked.key, partition=asked.partition))
        elif move in ("finish", "fail") and working:
            run_id = draw(st.sampled_from(working))
            read_seq, asked = self.begun.pop(run_id), self.open.pop(run_id)
            if move == "finish":
                new = made(asked.key, partition=asked.partition, read_seq=read_seq)
                version = draw(st.sampled_from(VERSIONS))
                self.commit(msgspec.structs.replace(new, run_id=run_id, data_version=version))
            else:
                self.commit(step_event(EventKind.STEP_FAILED, run_id, asked.key, partition=asked.partition))
            kind = EventKind.RUN_SUCCEEDED if move == "finish" else EventKind.RUN_FAILED
            self.commit(msgspec.structs.replace(run_event(kind, run_id, asked.key), partition=asked.partition))

    def _act_on_backfills(self, move: str, draw: Any) -> None:
        if move == "backfill":
            key = draw(st.sampled_from([node.key for node in self.graph.nodes]))
            name = f"backfill{len(self.log)}"
            target = Target(key, tuple(self.naive.keys(key, len(self.naive.moments) - 1)))
            self._begin_backfill(EventKind.BACKFILL_REQUESTED, name, target)
            return
        if move == "backfill retry":
            if self.over:
                name = draw(st.sampled_from(sorted(self.over)))
                rest = self._rest(name, self.over.pop(name), [EventKind.RUN_SUCCEEDED])
                self._begin_backfill(EventKind.BACKFILL_RETRIED, name, rest)
            return
        if not self.backfills:
            return
        name = draw(st.sampled_from(sorted(self.backfills)))
        target = self.backfills[name]
        if move == "backfill run" and target.partitions:
            partition = draw(st.sampled_from(target.partitions)) or None
            self.commit(self._asked(f"of-{name}-{len(self.log)}", Asked(target.asset, partition, {BACKFILL_TAG: name})))
        elif move == "backfill end":
            self.over[name] = self.backfills.pop(name)
            self.commit(_backfill_event(EventKind.BACKFILL_COMPLETED, name, target.asset))

    def _begin_backfill(self, kind: EventKind, name: str, target: Target) -> None:
        self.backfills[name], self.since[name] = target, len(self.log)
        self.commit(_backfill_event(kind, name, target.asset), rests={name: (target,)})

    def _change_names(self, draw: Any) -> None:
        """The keys of dynamic partitions come and go, and some come back."""
        self._pass_time(self.now)
        if len(self.names) > 1 and draw(st.booleans()):
            gone = draw(st.sampled_from(self.names))
            self.names.remove(gone)
            self.gone.append(gone)
        elif self.gone and draw(st.booleans()):
            back = draw(st.sampled_from(self.gone))
            self.gone.remove(back)
            self.names.append(back)
        else:
            self.names.append(f"z{len(self.log)}-{len(self.decided)}")
        self._keep(self.conditions.use_dynamic(self._dynamic()), self._moment())

    def _change_code(self, draw: Any) -> None:
        """A function is another one by now."""
        natives = [node for node in self.graph.nodes if node.kind == "native"]
        if not natives:
            return
        self._pass_time(self.now)
        chosen = natives[draw(st.integers(0, len(natives) - 1))]
        version = f"{len(self.log)}-{len(self.decided)}"
        self.graph = _with_code(self.graph, chosen.key, version)
        self.naive.graph = self.graph
        assert not self.conditions.use_graph(self.graph)
        self._keep(self.conditions.begin(), self._moment(code=frozenset({chosen.key})))

    def _correct(self, move: str, draw: Any) -> None:
        """Something that was told counts no more."""
        told = [event for event in self.log if event.kind is EventKind.MATERIALIZATION and self._counts(event)]
        if not told:
            return
        event = told[draw(st.integers(0, len(told) - 1))]
        some = () if event.partition is None or draw(st.booleans()) else (event.partition,)
        is_wipe = move == "wipe"
        self.commit(
            NewEvent(
                kind=EventKind.ASSET_WIPED if is_wipe else EventKind.EVENT_WITHDRAWN,
                payload=Wipe(partitions=some) if is_wipe else Withdrawal(target_seq=event.seq),
                asset_key=event.asset_key,
                partition=None if is_wipe else event.partition,
            )
        )

    def _report(self, key: str, draw: Any) -> NewEvent:
        definition = self.graph.node(key).definition
        version = draw(st.sampled_from(VERSIONS))
        timestamp = draw(st.sampled_from([None, None, None, self.now - SECOND]))
        new = msgspec.structs.replace(made(key, partition=self._partition(key, draw)), data_version=version)
        if definition.observable and draw(st.booleans()):
            return msgspec.structs.replace(new, kind=EventKind.OBSERVATION, payload=Observation())
        return msgspec.structs.replace(new, timestamp=timestamp)

    def _partition(self, key: str, draw: Any) -> str | None:
        partitions = self.graph.node(key).definition.partitions
        if partitions is None:
            return None
        return str(draw(st.sampled_from(DAYS if partitions == DAILY else self.names)))


def _as_kept(memory: Memory) -> Any:
    """What is remembered, as it comes back from a store."""
    everything = Memory(dict(memory.items()))
    everything.changed = {unit for unit, _ in memory.items()}
    return decode_memory({unit: body for unit, body in everything.written().items() if body is not None})


class Asked(NamedTuple):
    """A run of one partition."""

    key: str
    partition: str | None
    tags: dict[str, str] = {}  # noqa: RUF012 - never changed


def _corrects(told: Event, event: Event, assets: Iterable[str | None]) -> bool:
    """Whether a correction that no step has taken in yet is about an event."""
    if isinstance(told.payload, Withdrawal):
        return told.payload.target_seq == event.seq
    is_wiped = isinstance(told.payload, Wipe) and told.asset_key in assets and event.seq < told.seq
    return is_wiped and (not told.payload.partitions or event.partition in told.payload.partitions)  # type: ignore[union-attr]


def _backfill_event(kind: EventKind, name: str, key: str) -> NewEvent:
    return NewEvent(kind=kind, payload=BackfillEvent(backfill=name, assets=(key,), amount=1))


def _with_code(graph: AssetGraph, key: str, version: str) -> AssetGraph:
    """The same assets, one of them with other code."""
    assets = [
        msgspec.structs.replace(node.definition, code_version=version) if node.key == key else node.definition
        for node in graph.nodes
    ]
    checks = tuple(check for checks in graph.checks.values() for check in checks)
    sensors = tuple(sensor for sensor, _ in graph.sensors.values())
    return build_graph([("code", DefinitionsSnapshot(assets=tuple(assets), checks=checks, sensors=sensors))])


def _run(run_id: str, asked: Asked) -> Run:
    return Run(
        run_id=run_id,
        location="code",
        assets=(asked.key,),
        status=RunStatus.QUEUED,
        cause=Cause(kind="automation"),
        created_at=0,
        partition=asked.partition,
        tags=asked.tags,
    )


def shown(node: AssetNode) -> str:
    """An asset with its condition, for people."""
    definition = node.definition
    partitions = None if definition.partitions is None else definition.partitions.type
    wanted = None if definition.condition is None else definition.condition.describe()
    return f"{node.key} {node.kind} {partitions} from {definition.deps} {definition.mappings}: {wanted}"
