"""From what a sensor's function gives to what its tick leads to, for every form that it may give."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import Any

import pytest

import headwater as hw
from headwater.definitions.sensors.results import EMPTY_RESULT, SensorOutcome, normalize_sensor_result

ONE, TWO = hw.RunRequest("1"), hw.RunRequest("2")
EVENT = hw.AssetMaterialization("a")


def outcome(result: Any, context: hw.SensorEvaluationContext | None = None) -> SensorOutcome:
    """What a tick with this result leads to, if the cursor was `old`."""
    return normalize_sensor_result(result, context or hw.build_sensor_context(cursor="old"))


def generator(*items: Any, last: Any = None) -> Generator[Any, None, Any]:
    """A generator that yields these and returns the last."""
    yield from items
    return last


@pytest.mark.parametrize(
    "make",
    [
        lambda: None,
        list,
        lambda: generator(),
        lambda: generator(None),
        lambda: hw.SensorResult(),
        lambda: generator(hw.SensorResult()),
        lambda: hw.SensorResult(cursor=""),
    ],
)
def test_nothing_said_is_a_skip(make: Callable[[], Any]) -> None:
    """A tick that says nothing is skipped with a standard message, and keeps the cursor."""
    result = outcome(make())
    assert SensorOutcome(skip_message=EMPTY_RESULT, cursor="old") == result
    assert "skipped" == result.status


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: hw.SkipReason("why"), "why"),
        (lambda: generator(hw.SkipReason("why")), "why"),
        (lambda: generator(last=hw.SkipReason("why")), "why"),
        (lambda: hw.SensorResult(skip_reason="why"), "why"),
        (lambda: hw.SensorResult(skip_reason=hw.SkipReason("why")), "why"),
        (lambda: hw.SkipReason(), None),
    ],
)
def test_a_reason_is_a_skip(make: Callable[[], Any], message: str | None) -> None:
    """A tick with a reason is skipped with that reason."""
    result = outcome(make())
    assert ("skipped", message, "old") == (result.status, result.skip_message, result.cursor)


@pytest.mark.parametrize(
    ("make", "requests"),
    [
        (lambda: ONE, (ONE,)),
        (lambda: [ONE, TWO], (ONE, TWO)),
        (lambda: generator(ONE, None, TWO), (ONE, TWO)),
        (lambda: generator(ONE, last=TWO), (ONE, TWO)),
        (lambda: generator(last=[ONE, TWO]), (ONE, TWO)),
        (lambda: hw.SensorResult([ONE, TWO]), (ONE, TWO)),
        (lambda: hw.SensorResult(request for request in [ONE]), (ONE,)),  # type: ignore[arg-type]
    ],
)
def test_run_requests(make: Callable[[], Any], requests: tuple[hw.RunRequest, ...]) -> None:
    """Requests may be returned or yielded, alone or several; the tick is a success."""
    result = outcome(make())
    assert SensorOutcome(run_requests=requests, cursor="old") == result
    assert "success" == result.status


@pytest.mark.parametrize("wrap", [lambda result: result, generator, lambda result: generator(last=result)])
def test_events_make_a_success(wrap: Callable[[Any], Any]) -> None:
    """A tick that tells of events is a success, and moves the cursor."""
    result = outcome(wrap(hw.SensorResult(asset_events=[EVENT], cursor="new")))
    assert SensorOutcome(asset_events=(EVENT,), cursor="new") == result
    assert "success" == result.status


@pytest.mark.parametrize(
    ("make", "form", "mend"),
    [
        (lambda: (ONE, TWO), "tuple", "list instead"),
        (lambda: "text", "'text'", "SkipReason"),
        (lambda: True, "True", "SensorResult"),
        (lambda: EVENT, "AssetMaterialization", "asset_events"),
        (lambda: [EVENT], "a list that holds", "asset_events"),
        (lambda: generator(EVENT), "yielded", "asset_events"),
        (lambda: [ONE, None], "None", "leave it out"),
        (lambda: generator([ONE]), "yielded", "one by one"),
        (lambda: generator((ONE,)), "yielded", "list instead"),
        (lambda: {"a": 1}, "dict", "SensorResult"),
        (lambda: [ONE, hw.SkipReason("why")], "SkipReason", "either"),
        (lambda: generator(hw.SkipReason("a"), hw.SkipReason("b")), "SkipReason", "either"),
        (lambda: generator(hw.SensorResult(), ONE), "SensorResult", "into one"),
        (lambda: generator(hw.SensorResult(), last=hw.SensorResult()), "SensorResult", "into one"),
    ],
)
def test_other_forms_are_errors(make: Callable[[], Any], form: str, mend: str) -> None:
    """Anything else is an error that names the sensor, the form and what to write."""
    context = hw.build_sensor_context(sensor_name="looks")
    with pytest.raises(hw.SensorResultError, match=f"'looks'.*{form}.*{mend}"):
        outcome(make(), context)


def test_a_coroutine_is_an_error() -> None:
    """A function that forgot to await is told so."""

    async def forgotten() -> None:
        pass

    coroutine = forgotten()
    with pytest.raises(hw.SensorResultError, match="await it"):
        outcome(coroutine)
    coroutine.close()


def test_cursor_by_context() -> None:
    """A cursor set through the context is kept, also one set while the generator runs."""

    def looks(context: hw.SensorEvaluationContext) -> Iterator[Any]:
        yield ONE
        context.update_cursor("new")

    context = hw.build_sensor_context(cursor="old")
    assert SensorOutcome(run_requests=(ONE,), cursor="new") == outcome(looks(context), context)


def test_cursor_can_be_forgotten() -> None:
    """A cursor that was cleared through the context is gone."""
    context = hw.build_sensor_context(cursor="old")
    context.update_cursor(None)
    assert outcome(None, context).cursor is None


def test_cursor_both_ways_is_an_error() -> None:
    """A result's cursor and one set through the context contradict each other."""
    context = hw.build_sensor_context()
    context.update_cursor("a")
    with pytest.raises(hw.SensorResultError, match="one of the two"):
        outcome(hw.SensorResult(cursor="b"), context)


@pytest.mark.parametrize(("text", "fits"), [("x" * 2**20, True), ("x" * (2**20 + 1), False), ("é" * 2**20, False)])
def test_a_cursor_has_a_largest_size(text: str, fits: bool) -> None:
    """1 MiB as UTF-8, whichever way it is set; the error names the sensor, the size and what to use instead."""
    context = hw.build_sensor_context(sensor_name="watch")
    context.update_cursor(text)
    for result, given in (
        (hw.SensorResult(cursor=text), hw.build_sensor_context(sensor_name="watch")),
        (None, context),
    ):
        if fits:
            assert text == outcome(result, given).cursor
        else:
            size = f"{len(text.encode()):,}"
            with pytest.raises(hw.SensorStateError, match=f"'watch' has {size} bytes, but 1,048,576 .* context.state"):
                outcome(result, given)


def test_what_the_generator_raises_is_not_swallowed() -> None:
    """An exception in user code stays what it is."""

    def looks() -> Iterator[Any]:
        yield ONE
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        outcome(looks())
