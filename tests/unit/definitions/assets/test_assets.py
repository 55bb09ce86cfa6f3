"""The `@asset` decorator."""

from __future__ import annotations

import asyncio
import functools
import inspect
from datetime import timedelta
from typing import Any

import pytest

import headwater as hw


def test_with_and_without_parentheses() -> None:
    """Both forms make an asset named after the function, described by its docstring."""

    @hw.asset
    def bare() -> int:
        """What it is."""
        return 1

    @hw.asset(group_name="g")
    def dressed() -> int:
        return 2

    assert (hw.AssetKey("bare"), "What it is.") == (bare.key, bare.spec.description)
    assert (hw.AssetKey("dressed"), "g") == (dressed.key, dressed.spec.group_name)


def test_stays_callable() -> None:
    """A decorated function can be called, and looks, as it did."""

    @hw.asset
    def total(context: hw.AssetExecutionContext, first: int, second: int = 2) -> int:
        """Sum up."""
        context.log.info("adding")
        return first + second

    assert 5 == total(hw.build_asset_context(), 3)
    assert ("total", "Sum up.") == (total.__name__, total.__doc__)  # type: ignore[attr-defined]
    assert ["context", "first", "second"] == list(inspect.signature(total).parameters)


def test_coroutine_function_stays_one() -> None:
    """An `async def` gives a coroutine when it is called."""

    @hw.asset
    async def made() -> int:
        return 3

    assert inspect.iscoroutinefunction(made.compute_fn)
    assert 3 == asyncio.run(made())


def test_generator_function_is_accepted() -> None:
    """A generator function is an asset; an asynchronous one is refused with the mend."""

    @hw.asset
    def made() -> Any:
        yield hw.Output(1)

    async def streamed() -> Any:
        yield hw.Output(1)

    assert [hw.Output(1)] == list(made())
    with pytest.raises(hw.InvalidDefinitionError, match="streamed"):
        hw.asset(streamed)


def test_parameters_are_inputs() -> None:
    """Each parameter but the context stands for the asset of its name, unless `ins` says otherwise."""

    @hw.asset(ins={"b": hw.AssetIn(key=["x", "y"]), "c": hw.AssetIn(key_prefix="p")}, deps=["d"])
    def made(context: Any, a: int, b: int, *, c: int) -> None:
        pass

    keys = {"a": hw.AssetKey("a"), "b": hw.AssetKey(["x", "y"]), "c": hw.AssetKey(["p", "c"])}
    assert made.takes_context
    assert keys == {entry.name: entry.key for entry in made.inputs}
    assert {hw.AssetKey("d"), *keys.values()} == {dep.asset_key for dep in made.spec.deps}


def test_context_is_known_by_name_or_annotation() -> None:
    """`context`, `_context`, `_` and anything annotated as the context is one; other names are inputs."""

    @hw.asset
    def named(_context: Any) -> None:
        pass

    @hw.asset
    def annotated(ctx: hw.AssetExecutionContext) -> None:
        pass

    @hw.asset
    def other(ctx: Any) -> None:
        pass

    assert [True, True, False] == [each.takes_context for each in (named, annotated, other)]


@pytest.mark.parametrize(
    "function",
    [
        lambda a, context: None,
        lambda *parts: None,
        eval("lambda a, /: None"),
        functools.partial(lambda a: None, 1),
    ],
)
def test_refuses_functions(function: Any) -> None:
    """Parameters that can't go by name, a late context and a function without a name are refused."""
    with pytest.raises(hw.InvalidDefinitionError):
        hw.asset(function)


@pytest.mark.parametrize(
    "options",
    [
        {"key": "a", "name": "b"},
        {"key": "a", "key_prefix": "b"},
        {"name": ""},
        {"name": "a\nb"},
        {"timeout": 0},
        {"timeout": -1},
        {"timeout": "1"},
        {"timeout": True},
        {"timeout": float("nan")},
        {"ins": {"missing": hw.AssetIn("a")}},
        {"ins": {"a": "b"}},
        {"ins": []},
        {"deps": "abc"},
        {"check_specs": [hw.AssetCheckSpec("c", asset="another")]},
        {"check_specs": ["c"]},
        {"kinds": "csv"},
    ],
)
def test_refuses_options(options: dict[str, Any]) -> None:
    """Options that contradict each other or mean nothing are refused."""

    def made(a: int) -> None:
        pass

    with pytest.raises(hw.InvalidDefinitionError):
        hw.asset(**options)(made)


@pytest.mark.parametrize("thing", ["name", 5, None])
def test_refuses_what_is_no_function(thing: Any) -> None:
    """A decorator put on something else says what it decorates."""
    with pytest.raises(hw.InvalidParameterError, match="decorates a function"):
        hw.asset()(thing)


def test_unknown_option_is_a_type_error() -> None:
    """An option that there is not is never swallowed."""
    with pytest.raises(TypeError, match="no_such_option"):
        hw.asset(no_such_option="x")  # type: ignore[call-overload]


def test_asset_in_takes_key_or_prefix() -> None:
    """A key is whole, so a prefix beside it is refused."""
    with pytest.raises(hw.InvalidDefinitionError, match="leave key_prefix out"):
        hw.AssetIn(key="a", key_prefix="b")


@pytest.mark.parametrize(("timeout", "seconds"), [(None, None), (1.5, 1.5), (timedelta(minutes=1), 60.0)])
def test_timeout(timeout: Any, seconds: float | None) -> None:
    """A timeout is given in seconds or as a timedelta."""
    assert seconds == hw.asset(name="x", timeout=timeout)(lambda: 1).timeout


def test_returns_nothing() -> None:
    """Only `-> None` says that there is no value to store."""

    @hw.asset
    def nothing() -> None:
        pass

    @hw.asset
    def something():  # type: ignore[no-untyped-def]
        pass

    assert [True, False] == [nothing.returns_nothing, something.returns_nothing]


def test_source_is_the_users_line() -> None:
    """An asset remembers where it was decorated."""

    @hw.asset
    def made() -> None:
        pass

    assert made.source is not None
    assert (__file__, made.compute_fn.__code__.co_firstlineno) == (made.source.file, made.source.line)
