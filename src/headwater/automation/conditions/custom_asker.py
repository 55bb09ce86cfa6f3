"""Have users' own conditions evaluated in the processes of their code locations, each within a limit of time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

import structlog

from headwater.automation.conditions.custom_answers import asked_part
from headwater.automation.conditions.custom_messages import AnsweredPart, CustomOrder, answers_decoder, encoder
from headwater.automation.conditions.decide import Conditions
from headwater.automation.conditions.decisions import Question
from headwater.automation.opened_instance import INSTANCE
from headwater.automation.slots import Slots
from headwater.errors import HeadwaterError, WorkerTimeoutError
from headwater.location.supervision.process import LocationProcess
from headwater.storage.store import Store

CUSTOM_TASK = "headwater.automation.conditions.custom_task:evaluate"
LIMIT_SECONDS = 15.0
"""How long one question may take."""
_TOOK_TOO_LONG = (
    f"It was stopped after {LIMIT_SECONDS:g} s, the time limit of a condition. Do what takes long in an asset or a "
    "sensor, and let the condition look at what came of it."
)
_QUICK_AT_ONCE = 4
_PATIENCE_SECONDS = 0.25
_MOST_AT_ONCE = 16
_log = structlog.get_logger(__name__)


class CustomAsker:
    """Asks one question of an asset at a time; what comes meanwhile is asked afterwards, once.

    Args:
        store: Which deployment user code may ask.
        locations: The loaded locations by name; may change meanwhile.
        on_answer: Called as an answer is there to be taken.
    """

    def __init__(self, store: Store, locations: Mapping[str, LocationProcess], on_answer: Callable[[], None]) -> None:
        self._store = store
        self._locations = locations
        self._on_answer = on_answer
        self._waiting: dict[str, Question] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._answers: list[tuple[Question, Sequence[AnsweredPart], int]] = []
        self._slots = Slots(quick=_QUICK_AT_ONCE, patience=_PATIENCE_SECONDS, most=_MOST_AT_ONCE)

    def ask(self, conditions: Conditions, dynamic: dict[str, list[str]]) -> None:
        """Ask what the conditions want to know, as soon as the code location of each is loaded."""
        for question in conditions.take_questions():
            self._waiting[question.asset_key] = question
        for key in [key for key in self._waiting if key not in self._tasks]:
            if key not in conditions.graph.ids:
                del self._waiting[key]
                continue
            process = self._locations.get(conditions.graph.node(key).location or "")
            if process is not None:
                question = self._waiting.pop(key)
                order = self._order(conditions, question, dynamic)
                self._tasks[key] = asyncio.create_task(self._put(question, order, process))

    def take_answers(self) -> list[tuple[Question, Sequence[AnsweredPart], int]]:
        """What was answered since, and for which moment, in microseconds."""
        answers, self._answers = self._answers, []
        return answers

    async def stop(self) -> None:
        """Ask no more."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._waiting, self._tasks, self._answers = {}, {}, []

    def _order(self, conditions: Conditions, question: Question, dynamic: dict[str, list[str]]) -> CustomOrder:
        return CustomOrder(
            parts=tuple(asked_part(conditions, part) for part in question.parts),
            now=conditions.now,
            dynamic=dynamic,
            instance=(INSTANCE, self._store.url),
        )

    async def _put(self, question: Question, order: CustomOrder, process: LocationProcess) -> None:
        try:
            async with self._slots.one(), process.worker(light=True) as worker:
                body = await worker.call(CUSTOM_TASK, encoder.encode(order), timeout=LIMIT_SECONDS)
            answered = answers_decoder.decode(body)
        except WorkerTimeoutError:
            answered = [AnsweredPart(error=_TOOK_TOO_LONG) for _ in question.parts]
        except HeadwaterError as error:
            answered = [AnsweredPart(error=str(error)) for _ in question.parts]
        for part, told in zip(question.parts, answered, strict=True):
            if told.error is not None:
                _log.error("a condition could not be evaluated", asset=part.unit[0], reason=told.error)
        self._answers.append((question, answered, order.now))
        del self._tasks[question.asset_key]
        self._on_answer()
