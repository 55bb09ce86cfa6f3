"""The user's functions are called as they were written."""

from __future__ import annotations

from headwater.location.code.user_calls import call


def test_plain_and_asynchronous_functions_come_to_the_same() -> None:
    """An `async def` is waited for."""

    async def later(value: int) -> int:
        return value + 1

    assert 3 == call(later, None, value=2) == call(lambda value: value + 1, None, value=2)


def test_inputs_may_have_any_name() -> None:
    """An upstream asset may be called like one of our own parameters."""
    assert ("c", 1, 2) == call(lambda ours, function, context: (ours, function, context), "c", function=1, context=2)
