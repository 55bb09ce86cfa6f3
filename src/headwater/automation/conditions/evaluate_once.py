"""`evaluate_automation_conditions`: what conditions ask for, step by step, in the user's own tests."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol

import msgspec

from headwater.automation.conditions.checks import asset_of, check_node_key, check_of
from headwater.automation.conditions.custom_answers import asked_part, read_answers
from headwater.automation.conditions.custom_messages import CustomOrder
from headwater.automation.conditions.custom_task import evaluate_parts
from headwater.automation.conditions.decide import Conditions
from headwater.automation.conditions.decisions import Outcome, Request, joined
from headwater.automation.conditions.jobs import job_node_key, job_of, with_checks_and_jobs
from headwater.clock import MICROSECONDS, SystemClock
from headwater.definitions.arguments import check_asset_key, check_type
from headwater.definitions.build_snapshot import build_snapshot
from headwater.definitions.definitions import Definitions
from headwater.definitions.selection import AssetSelection, CoercibleToAssetSelection
from headwater.errors import InvalidParameterError
from headwater.graph.asset_graph import AssetGraph, build_graph
from headwater.keys import AssetCheckKey, CoercibleToAssetKey
from headwater.records.log.events import Event

_LOCATION = "evaluated"


class ReadsEvents(Protocol):
    """What has a log, such as `HeadwaterInstance`."""

    def read_events(self, after: int = 0) -> Sequence[Event]:
        """All events beyond a place in the log."""
        ...


class _ByHand(Conditions):
    """Conditions that are moved on by whoever asks, with no engine behind them."""

    def absorb(self, events: Iterable[Event]) -> None:
        """Take in what happened before the conditions come into force."""
        happened = self._happened()
        for event in events:
            happened.note(event, {}, {})
            self.seq = event.seq

    def look_at_all(self) -> Outcome:
        """Decide on everything as it is, though nothing happened."""
        return self._decide(self._happened(), self.plan.roots, at=self.seq + 0.5)

    def ask(self, defs: Definitions, instance: object) -> Outcome:
        """Have users' own conditions evaluated here and now."""
        outcome = Outcome()
        for question in self.take_questions():
            parts = tuple(asked_part(self, part) for part in question.parts)
            told = evaluate_parts(defs, CustomOrder(parts=parts, now=self.now), self.dynamic, lambda: instance)
            if (failed := next((each.error for each in told if each.error is not None), None)) is not None:
                raise InvalidParameterError(f"A condition of {question.asset_key} could not be evaluated: {failed}")
            outcome = joined(outcome, self.answer(question, read_answers(self, question, told, self.now)))
        return outcome

    def settle(self, requests: Iterable[Request]) -> None:
        """Take requests for made, where nobody carries them out."""
        happened = self._happened()
        for request in requests:
            number = self.graph.ids[request.asset_key]
            made = self.spaces[number].numbers(key for key in request.partitions if key is not None)
            happened.settle(number, made, self.seq + 0.75, self.now)
        self._decide(happened, self._concerned(happened), at=self.seq + 0.75)


class AutomationCursor:
    """Where an evaluation stood: what had happened by then, and what the conditions remember. It is passed on whole.

    Example:
        >>> instance = HeadwaterInstance.ephemeral()
        >>> first = evaluate_automation_conditions(Definitions(), instance)
        >>> evaluate_automation_conditions(Definitions(), instance, cursor=first.cursor).total_requested
        0
    """

    def __init__(self, conditions: _ByHand) -> None:
        self._conditions = conditions

    def resume(self) -> _ByHand:
        """A copy to go on with, so that one cursor may be used twice."""
        return copy.deepcopy(self._conditions, {id(self._conditions.graph): self._conditions.graph})


class EvaluateAutomationConditionsResult:
    """What one evaluation asked for.

    Example:
        >>> result = evaluate_automation_conditions(Definitions(), HeadwaterInstance.ephemeral())
        >>> result.total_requested
        0
    """

    def __init__(self, outcomes: Sequence[Outcome], conditions: _ByHand) -> None:
        self._requested: dict[str, set[str | None]] = {}
        for outcome in outcomes:
            for request in outcome.requests:
                self._requested.setdefault(request.asset_key, set()).update(request.partitions)
        self.cursor = AutomationCursor(conditions)
        """For the next evaluation, which sees what has happened since."""

    @property
    def total_requested(self) -> int:
        """How many assets, checks and jobs, or partitions of them, were asked for."""
        return sum(map(len, self._requested.values()))

    def get_requested_partitions_of_job(self, name: str) -> set[str | None]:
        """The partitions of a job that were asked for; `{None}` for one without partitions."""
        return set(self._requested.get(job_node_key(name), ()))

    def get_num_requested(self, key: CoercibleToAssetKey | AssetCheckKey) -> int:
        """How many partitions of an asset or check were asked for; 1 for one without partitions."""
        return len(self.get_requested_partitions(key))

    def get_requested_partitions(self, key: CoercibleToAssetKey | AssetCheckKey) -> set[str | None]:
        """The partitions of an asset or check that were asked for; `{None}` for one without partitions."""
        return set(self._requested.get(_node_key(key), ()))


def evaluate_automation_conditions(
    defs: Definitions | Sequence[Any],
    instance: ReadsEvents,
    asset_selection: CoercibleToAssetSelection | None = None,
    evaluation_time: datetime | None = None,
    cursor: AutomationCursor | None = None,
) -> EvaluateAutomationConditionsResult:
    """Evaluate conditions once, as a running engine would on what the instance's log says, and run nothing.

    The first evaluation is the beginning: what came before it asks for nothing. Pass its `cursor` to the next one. What
    an evaluation asks for counts as made by the next, whether it was or not.

    Args:
        defs: Definitions, or a list of assets.
        instance: Whose log to look at.
        asset_selection: Whose conditions to evaluate, those of their checks among them; None for all.
        evaluation_time: The moment, with a time zone; None for now. It never goes back.
        cursor: Of the evaluation before; None for the first.

    Raises:
        InvalidParameterError: an argument has the wrong type, or the moment no time zone.
        InvalidDefinitionError: the definitions do not fit together.

    Example:
        >>> @asset(deps=["raw"], automation_condition=AutomationCondition.eager())
        ... def clean() -> None: ...
        >>> instance = HeadwaterInstance.ephemeral()
        >>> first = evaluate_automation_conditions([clean], instance)
        >>> instance.report_runless_asset_event(AssetMaterialization("raw"))
        >>> evaluate_automation_conditions([clean], instance, cursor=first.cursor).get_num_requested("clean")
        1
    """
    if not isinstance(defs, Definitions):
        defs = Definitions(defs)
    plain = build_graph([(_LOCATION, build_snapshot(defs))])
    graph = with_checks_and_jobs(plain)
    now = _moment(evaluation_time)
    only = None if asset_selection is None else _selected(plain, graph, AssetSelection.from_coercible(asset_selection))
    outcomes: list[Outcome] = []
    if cursor is None:
        conditions = _ByHand(graph, now=now, also_external=True, only=only)
        conditions.absorb([_as_of(event, now) for event in instance.read_events()])
        outcomes.append(conditions.begin())
    else:
        conditions = check_type(cursor, AutomationCursor, "cursor", "the cursor of an evaluation").resume()
        conditions.use_graph(graph)
        outcomes.append(conditions.begin())
        events = [_as_of(event, max(now, conditions.now)) for event in instance.read_events(conditions.seq)]
        if events:
            outcomes.append(conditions.commit(events))
        outcomes += [conditions.pass_time(now), conditions.look_at_all()]
    outcomes.append(conditions.ask(defs, instance))
    conditions.settle([request for outcome in outcomes for request in outcome.requests])
    return EvaluateAutomationConditionsResult(outcomes, conditions)


def _node_key(key: CoercibleToAssetKey | AssetCheckKey) -> str:
    if isinstance(key, AssetCheckKey):
        return check_node_key(key.asset_key.to_escaped_user_string(), key.name)
    return check_asset_key(key, "key").to_escaped_user_string()


def _selected(plain: AssetGraph, graph: AssetGraph, selection: AssetSelection) -> set[str]:
    """The nodes that a selection means: assets, their checks, jobs that make one of them, and checks for themselves."""
    assets = {plain.nodes[number].key for number in plain.select(selection)}
    checks = plain.selection_index.select_checks(selection.node)
    return {
        node.key
        for node in graph.nodes
        if asset_of(node.key) in assets
        or check_of(node.key) in checks
        or ((job := job_of(node.key)) is not None and not assets.isdisjoint(plain.job(job)[0].assets))
    }


def _moment(evaluation_time: datetime | None) -> int:
    if evaluation_time is None:
        return SystemClock().now()
    if not isinstance(evaluation_time, datetime) or evaluation_time.utcoffset() is None:
        raise InvalidParameterError(
            f"evaluation_time is a datetime with a time zone, but got {evaluation_time!r}; add tzinfo=timezone.utc."
        )
    return round(evaluation_time.timestamp() * MICROSECONDS)


def _as_of(event: Event, now: int) -> Event:
    """The event as if it had been recorded at the moment of the evaluation: they all are one step."""
    return msgspec.structs.replace(event, recorded_at=now)
