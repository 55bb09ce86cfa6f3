"""What is told of an exception: from user code on, with the names of variables and none of their values."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from headwater import InitResourceContext, ResourceParam, asset, materialize, resource
from headwater.errors import MissingInputError, StepOutputError
from headwater.execution.io.file_values import FileValues
from headwater.keys import AssetKey
from headwater.location.code.tracebacks import describe


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


def test_what_only_passed_our_own_code_is_told_in_words(tmp_path: Path) -> None:
    """Our frames say nothing to a user; those of the user's code below them, which a cause may have, are shown."""

    class Fails:
        def __reduce__(self) -> str:
            raise TypeError("by intent")

    def told_of(value: object) -> str:
        try:
            FileValues(tmp_path).store(AssetKey("a"), None, value)
        except StepOutputError as error:
            # As a worker has it, whose own frames are all above ours.
            error.__traceback__ = error.__traceback__ and error.__traceback__.tb_next
            return describe(error).traceback or ""
        return "stored"

    assert told_of((lambda: None, 1)).startswith("headwater.errors.StepOutputError: The value of a (tuple)")
    assert "in __reduce__" in told_of(Fails())


def test_a_value_that_is_not_there_is_told_in_words(tmp_path: Path) -> None:
    """How a file was looked for says nothing to a user."""
    with pytest.raises(MissingInputError) as raised:
        FileValues(tmp_path).load(AssetKey("a"), None)
    raised.value.__traceback__ = raised.value.__traceback__ and raised.value.__traceback__.tb_next

    assert (describe(raised.value).traceback or "").startswith("headwater.errors.MissingInputError: There is no stored")


def test_what_a_resource_raises_is_told_from_its_own_frame_on() -> None:
    """What enters and leaves its context manager is none of the user's, whether it fails as it begins or as it ends."""

    @resource
    def broken(_context: InitResourceContext) -> Iterator[int]:
        yield connect()

    @resource
    def ends_badly(_context: InitResourceContext) -> Iterator[int]:
        yield 1
        connect()

    def connect() -> int:
        raise ConnectionError("no route")

    @asset
    def reads(at_hand: ResourceParam[int]) -> None:
        del at_hand

    for made in (broken, ends_badly):
        with pytest.raises(ConnectionError) as raised:
            materialize([reads], resources={"at_hand": made})
        # Without the frame of this test, as in a worker, where nothing of the user's stands above.
        below = raised.value.__traceback__
        assert below is not None
        told = describe(raised.value.with_traceback(below.tb_next)).traceback or ""
        shown = [line.split(", in ")[1] for line in told.splitlines() if line.strip().startswith("File ")]
        assert shown == [made.resource_fn.__name__, "connect"], told
