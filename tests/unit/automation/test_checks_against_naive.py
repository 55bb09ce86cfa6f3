"""Conditions of checks compared with the evaluator that recomputes everything, to which a check is one more asset."""

from __future__ import annotations

from typing import Any

import msgspec
from builders import checked, external, native, run_event
from hypothesis import given, note
from hypothesis import strategies as st
from naive_history import Moment
from naive_world import AT_LENGTH, CRON, Asked, World, combined

from headwater.automation.conditions.checks import asset_of, check_node_key, check_of, with_checks
from headwater.automation.conditions.decisions import Outcome
from headwater.definitions.conditions.condition import AutomationCondition as Condition
from headwater.definitions.snapshot import CheckSnapshot, DefinitionsSnapshot
from headwater.graph.asset_graph import AssetGraph, build_graph
from headwater.records.log.events import (
    CheckEvaluation,
    Event,
    EventKind,
    Materialization,
    NewEvent,
    RunEvent,
    StepEvent,
)

NODE = check_node_key("n1", "ok")
ENDS = (EventKind.RUN_SUCCEEDED, EventKind.RUN_FAILED)
operands = st.sampled_from(
    [
        Condition.missing(),
        Condition.newly_updated(),
        Condition.newly_requested(),
        Condition.in_progress(),
        Condition.execution_failed(),
        Condition.initial_evaluation(),
        Condition.cron_tick_passed(CRON),
        Condition.any_deps_updated(),
        Condition.any_deps_missing(),
        Condition.any_deps_in_progress(),
    ]
)
conditions = st.one_of(
    st.sampled_from([Condition.eager(), Condition.on_missing()]), st.recursive(operands, combined, max_leaves=4)
)


@st.composite
def graphs(draw: st.DrawFn) -> AssetGraph:
    """An external asset, one made from it that may be external too, and a check of that with a condition."""
    judged = draw(
        st.sampled_from([external("n1"), native("n1", "n0"), native("n1", "n0", condition=Condition.eager())])
    )
    check = CheckSnapshot(
        asset_key="n1", name="ok", condition=draw(conditions), deps=draw(st.sampled_from([(), ("n0",)]))
    )
    return with_checks(build_graph([("code", DefinitionsSnapshot(assets=(external("n0"), judged), checks=(check,)))]))


class WorldOfChecks(World):
    """Runs of the check are carried out as such; the other evaluator is told of them as of an asset's."""

    def _keep(self, outcome: Outcome, moment: Moment, *, restart: bool = True) -> None:
        events = tuple(told for event in moment.events for told in self._as_of_an_asset(event))
        super()._keep(outcome, msgspec.structs.replace(moment, events=events), restart=restart)

    def _as_of_an_asset(self, event: Event) -> list[Event]:
        payload = event.payload
        if isinstance(payload, RunEvent):
            # A run that makes an asset carries out its checks.
            assets = (NODE,) if payload.checks else (*payload.assets, *([NODE] if "n1" in payload.assets else []))
            return [msgspec.structs.replace(event, payload=msgspec.structs.replace(payload, assets=assets))]
        if isinstance(payload, StepEvent) and payload.checks:
            return [msgspec.structs.replace(event, payload=msgspec.structs.replace(payload, assets=(NODE,)))]
        if isinstance(payload, CheckEvaluation):
            read_seq = self.read.get(event.run_id or "")
            version = Materialization(read_seq=read_seq)
            return [msgspec.structs.replace(event, kind=EventKind.MATERIALIZATION, asset_key=NODE, payload=version)]
        return [event]

    def _asked(self, run_id: str, asked: Asked) -> NewEvent:
        new = super()._asked(run_id, asked)
        return new if check_of(asked.key) is None else _of_check(new)

    def act(self, move: str, draw: Any) -> None:
        """Let something happen."""
        of_check = sorted(run_id for run_id, asked in self.open.items() if check_of(asked.key) is not None)
        if move == "begin check":
            waiting = [run_id for run_id in of_check if run_id not in self.begun]
            if waiting:
                run_id = draw(st.sampled_from(waiting))
                self.begun[run_id] = self.read[run_id] = len(self.log) + 1
                self.commit(_step(EventKind.STEP_STARTED, run_id))
        elif move in ("finish check", "fail check"):
            working = [run_id for run_id in of_check if run_id in self.begun]
            if working:
                self._end(draw(st.sampled_from(working)), succeeds=move == "finish check", draw=draw)
        elif move == "report":
            self.commit(self._report(draw(st.sampled_from(["n0", "n1"])), draw))
        elif move == "check":
            self.commit(checked("n1", "ok", passed=draw(st.booleans())))
        elif move in ("begin", "finish", "fail"):
            hidden = {run_id: self.open.pop(run_id) for run_id in of_check}
            begun = {run_id: self.begun.pop(run_id) for run_id in of_check if run_id in self.begun}
            super().act(move, draw)
            self.open.update(hidden)
            self.begun.update(begun)
        else:
            super().act(move, draw)

    @property
    def read(self) -> dict[str, int]:
        """Where in the log each run of the check began."""
        found: dict[str, int] = self.__dict__.setdefault("_read", {})
        return found

    def _end(self, run_id: str, *, succeeds: bool, draw: Any) -> None:
        del self.begun[run_id], self.open[run_id]
        if succeeds:
            self.commit(msgspec.structs.replace(checked("n1", "ok", passed=draw(st.booleans())), run_id=run_id))
        else:
            self.commit(_step(EventKind.STEP_FAILED, run_id))
        self.commit(_of_check(run_event(ENDS[not succeeds], run_id, NODE)))


def _of_check(new: NewEvent) -> NewEvent:
    assert isinstance(new.payload, RunEvent)
    payload = msgspec.structs.replace(new.payload, assets=(asset_of(NODE),), checks=(("n1", "ok"),))
    return msgspec.structs.replace(new, payload=payload)


def _step(kind: EventKind, run_id: str) -> NewEvent:
    return NewEvent(kind=kind, payload=StepEvent(step="n1:ok", checks=("ok",)), asset_key="n1", run_id=run_id)


MOVES = ["report", "report", "check", "wait", "begin", "finish", "fail", "run"]
MOVES += ["begin check", "begin check", "finish check", "finish check", "fail check"]


@AT_LENGTH
@given(graph=graphs(), data=st.data())
def test_a_check_is_decided_on_as_an_asset_would_be(graph: AssetGraph, data: st.DataObject) -> None:
    """Whatever its condition, and whatever happens, each step decides what the definition says."""
    condition = graph.node(NODE).definition.condition
    note(f"{graph.node('n1').kind}: {'' if condition is None else condition.describe()}")
    world = WorldOfChecks(graph)
    for _ in range(data.draw(st.integers(1, 12))):
        world.act(data.draw(st.sampled_from(MOVES)), data.draw)

    assert world.expected == world.decided
