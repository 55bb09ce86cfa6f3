"""Conditions that users write as classes: asked where they matter, and what waits for their answers."""

from __future__ import annotations

from typing import Any

import pytest
from builders import external, graph_of, made, native

from headwater.automation.conditions.custom_answers import read_answers
from headwater.automation.conditions.custom_messages import AnsweredPart
from headwater.automation.conditions.decide import Conditions
from headwater.automation.conditions.decide_step import ASK_AGAIN_AFTER
from headwater.automation.conditions.decisions import Outcome, Question
from headwater.automation.conditions.memory import Memory, decode_memory
from headwater.definitions.conditions.condition import AutomationCondition as Condition
from headwater.definitions.conditions.custom import (
    AutomationContext,
    AutomationResult,
    build_automation_context,
    read_result,
)
from headwater.definitions.partitions import StaticPartitionsDefinition
from headwater.errors import InvalidDefinitionError, InvalidInvocationError, InvalidParameterError
from headwater.records.log.events import Event, NewEvent

NOW = 1_790_000_000_000_000
SECOND = 1_000_000
NAMES = StaticPartitionsDefinition(["x", "y"])


class Wanted(Condition):
    """Whether somebody wants it; the tests answer in its place."""

    limit: int = 1

    def evaluate(self, context: AutomationContext) -> Any:
        """Everything."""
        return context.candidate_subset.size >= self.limit


def follow(condition: Condition, partitions: StaticPartitionsDefinition | None = None) -> Conditions:
    """One asset with a condition, made from one that others report."""
    kind = None if partitions is None else partitions.to_snapshot()
    assets = external("raw", partitions=kind), native("a", "raw", condition=condition.plain(), partitions=kind)
    conditions = Conditions(graph_of(*assets), now=NOW)
    conditions.begin()
    return conditions


def report(conditions: Conditions, *partitions: str | None) -> Outcome:
    """The other asset is reported."""
    news = [made("raw", partition=partition) for partition in partitions or (None,)]
    return conditions.commit([_event(new, conditions.seq + place + 1) for place, new in enumerate(news)])


def _event(new: NewEvent, seq: int) -> Event:
    fields = {name: getattr(new, name) for name in new.__struct_fields__}
    return Event(seq=seq, recorded_at=NOW + seq, **{**fields, "timestamp": NOW + seq})


def answer(conditions: Conditions, question: Question, **told: Any) -> list[tuple[str | None, ...]]:
    """What is requested once the users' own conditions have answered."""
    parts = [AnsweredPart(**told) for _ in question.parts]
    outcome = conditions.answer(question, read_answers(conditions, question, parts, conditions.now))
    return [request.partitions for request in outcome.requests]


@pytest.mark.parametrize("condition", [Condition.eager() & Wanted(), Condition.any_deps_updated() & Wanted()])
def test_what_is_asked_waits_for_the_answer(condition: Condition) -> None:
    """Nothing is requested before it, and what held for a moment only is not over by then."""
    conditions = follow(condition)
    assert () == report(conditions).requests
    (question,) = conditions.take_questions()
    assert [(None,)] == answer(conditions, question, holds=True)


def test_nothing_is_asked_where_the_answer_would_not_matter() -> None:
    """User code is called where the rest of the condition holds, and nowhere else."""
    conditions = follow(Condition.any_deps_updated() & Condition.execution_failed() & ~Wanted())
    report(conditions)
    assert [] == conditions.take_questions()


def test_a_no_is_asked_again_as_time_passes() -> None:
    """An update that was not wanted yet is made once it is, without another event."""
    conditions = follow(Condition.eager() & Wanted())
    report(conditions)
    (question,) = conditions.take_questions()
    assert [] == answer(conditions, question, holds=False)
    conditions.pass_time(conditions.now + ASK_AGAIN_AFTER)
    (question,) = conditions.take_questions()
    assert [(None,)] == answer(conditions, question, holds=True)


@pytest.mark.parametrize("condition", [Condition.eager() & Wanted(), Condition.eager() & ~Wanted()])
def test_a_failure_decides_nothing(condition: Condition) -> None:
    """Whichever way its answer would count; it is asked again, and the update is not lost."""
    conditions = follow(condition)
    report(conditions)
    (question,) = conditions.take_questions()
    assert [] == answer(conditions, question, error="no such table")
    conditions.pass_time(conditions.now + ASK_AGAIN_AFTER)
    (question,) = conditions.take_questions()
    assert [(None,)] == answer(conditions, question, holds=condition.children[-1].op != "not")


def test_what_comes_while_it_is_asked_is_asked_for_itself() -> None:
    """A momentary update after the question is no part of its answer."""
    conditions = follow(Condition.any_deps_updated() & Wanted())
    report(conditions)
    (first,) = conditions.take_questions()
    report(conditions)
    (second,) = conditions.take_questions()
    assert [] == answer(conditions, first, holds=False)
    assert [(None,)] == answer(conditions, second, holds=True)


def test_it_answers_for_some_partitions() -> None:
    """Only those are requested; what it left is remembered, also across the store."""
    conditions = follow(Condition.eager() & Wanted(), NAMES)
    report(conditions, "x", "y")
    (question,) = conditions.take_questions()
    assert [("y",)] == answer(conditions, question, holds=("y",), cursor="here")
    kept = {unit: body for unit, body in conditions.memory.written().items() if body is not None}
    assert "here" == Memory(decode_memory(kept)).answer(question.parts[0].unit).cursor


def test_results_are_read_in_every_form() -> None:
    """A result, a bool, or keys of partitions; anything else is an error that names the condition."""
    context = build_automation_context("a", partitions_def=NAMES, cursor="old")
    some = context.candidate_subset.among(["y"])
    returned: list[Any] = [AutomationResult(context, some, cursor="new"), True, False, {"x", "gone"}]
    found = [read_result(Wanted(), each, context) for each in returned]
    assert [["y"], ["x", "y"], [], ["x"]] == [each.true_subset.partition_keys for each in found]
    assert ["new", "old", "old", "old"] == [each.cursor for each in found]
    with pytest.raises(InvalidParameterError, match=r"Wanted\.evaluate returned None"):
        read_result(Wanted(), None, context)


def test_its_fields_are_written_down() -> None:
    """In place of the object; what can't be written, or has no way to be evaluated, is refused with the mend."""
    written = (Condition.eager() & Wanted(limit=3)).plain().children[-1]
    assert ("custom", {"limit": 3}) == (written.op, written.params["fields"])
    assert "Wanted(limit=3)" == written.describe()
    with pytest.raises(InvalidDefinitionError, match="has an __init__"):

        class Made(Condition):
            def __init__(self) -> None: ...

    class Empty(Condition):
        """Has no evaluate."""

    with pytest.raises(InvalidDefinitionError, match="has no method evaluate"):
        Empty().plain()

    class Odd(Condition):
        function: Any = None

        def evaluate(self, context: AutomationContext) -> bool:
            """Never."""
            return False

    with pytest.raises(InvalidDefinitionError, match="can't be written down"):
        Odd(function=print).plain()
    with pytest.raises(InvalidInvocationError, match="evaluated by the engine"):
        Condition.missing().evaluate(None)
