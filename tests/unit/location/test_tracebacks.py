"""What is told of an exception: from user code on, with the names of variables and none of their values."""

from __future__ import annotations

import pytest

from headwater.location.tracebacks import describe


def test_the_names_of_variables_are_told_and_their_values_are_not() -> None:
    """Where user code was left, each variable's name and type are there; what it holds may be secret."""

    def connect(password: str) -> None:
        attempts = [1, 2]
        raise ConnectionError(f"no answer after {len(attempts)}")

    with pytest.raises(ConnectionError) as raised:
        connect("correct-horse")
    told = describe(raised.value)

    assert told.traceback is not None
    assert "Variables of connect: password (str), attempts (list)" in told.traceback
    assert "correct-horse" not in told.traceback.replace('connect("correct-horse")', "")


def test_a_lack_of_memory_is_told_in_words() -> None:
    """The bare class says little."""
    assert "more memory than its process may have" in describe(MemoryError()).message
