"""Between conditions and users' own ones in them: what is asked as plain values, and what the answers mean."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from headwater.automation.conditions.checks import check_of
from headwater.automation.conditions.custom_messages import AnsweredPart, AskedPart
from headwater.automation.conditions.decide import Conditions
from headwater.automation.conditions.decisions import OwnPart, Question
from headwater.automation.conditions.memory import Answer, Unit
from headwater.automation.conditions.state import NONE


def asked_part(conditions: Conditions, part: OwnPart) -> AskedPart:
    """A condition that is to be evaluated, with what it came to before."""
    key, check = check_of(part.unit[0]) or (part.unit[0], part.unit[1] or None)
    before = conditions.memory.answer(part.unit)
    space = conditions.spaces[conditions.graph.ids[part.unit[0]]]
    held: tuple[str, ...] | bool | None = None
    if before.at is not None:
        is_whole = space.definition is None or before.holds == space.all
        held = bool(before.holds) if is_whole else tuple(space.parts.keys.select(before.holds))
    return AskedPart(
        asset_key=key, check=check, written=part.written, cursor=before.cursor, held=held, asked_at=before.at
    )


def read_answers(
    conditions: Conditions, question: Question, parts: Sequence[AnsweredPart], now: int
) -> dict[Unit, Answer]:
    """What conditions came to, as it is remembered; one that failed is taken to stand as before, which decides nothing.

    Args:
        conditions: Whose question it was.
        question: What was asked.
        parts: The answers, in its order.
        now: The moment that was asked about, in microseconds.
    """
    answers: dict[Unit, Answer] = {}
    for part, told in zip(question.parts, parts, strict=True):
        number = conditions.graph.ids.get(part.unit[0])
        if told.error is not None or number is None:
            answers[part.unit] = msgspec.structs.replace(conditions.memory.answer(part.unit), error=told.error)
            continue
        space = conditions.spaces[number]
        holds = (space.all if told.holds else NONE) if isinstance(told.holds, bool) else space.numbers(told.holds)
        answers[part.unit] = Answer(holds, told.cursor, now)
    return answers
