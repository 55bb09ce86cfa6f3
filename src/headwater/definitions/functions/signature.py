"""The user's functions as definitions see them: what they take, return and are called."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from inspect import Parameter
from typing import Any

import msgspec

from headwater.definitions.arguments import shown
from headwater.definitions.functions.decorated import function_name
from headwater.definitions.source import user_frame
from headwater.errors import InvalidDefinitionError

_CONTEXT_NAMES = frozenset({"context", "_context", "_"})
_set = object.__setattr__


class Parameters(msgspec.Struct, frozen=True):
    """A function's parameters: whether the first is the context, the names of the others, and whether it takes any.

    `annotations` are those of the others that have one, evaluated where that is possible.
    """

    takes_context: bool
    names: tuple[str, ...]
    takes_any: bool
    annotations: dict[str, Any] = {}


def default_name(function: Callable[..., Any], decorator: str) -> str:
    """The name of a definition that was given none: its function's.

    Raises:
        InvalidDefinitionError: what is decorated has no name, as with functools.partial.
    """
    name = getattr(function, "__name__", None)
    if not isinstance(name, str):
        raise InvalidDefinitionError(f"{shown(function)} has no name; write @{decorator}(name='...').")
    return name


def read_docstring(function: Callable[..., Any]) -> str | None:
    """The function's docstring without its indentation; None where it has none of its own."""
    document = function.__doc__ if inspect.isroutine(function) else None
    return inspect.cleandoc(document) if document else None


def read_parameters(function: Callable[..., Any], context_type: type) -> Parameters:
    """What a function takes, all of it by name but for the context, which comes first.

    Args:
        function: The user's.
        context_type: The annotation that makes a first parameter of any name the context.

    Raises:
        InvalidDefinitionError: a parameter can't be passed by name, or the context is not the first.
    """
    parameters = _signature(function)
    takes_context = bool(parameters) and _is_context(parameters[0], context_type)
    others = parameters[1:] if takes_context else parameters
    for parameter in others:
        if _is_context(parameter, context_type):
            raise InvalidDefinitionError(
                f"The context of {function_name(function)} is the parameter {parameter.name!r}; make it the first one."
            )
    named = [parameter for parameter in others if parameter.kind is not Parameter.VAR_KEYWORD]
    annotations = {
        parameter.name: _evaluated(function, parameter.annotation)
        for parameter in named
        if parameter.annotation is not Parameter.empty
    }
    return Parameters(takes_context, tuple(each.name for each in named), len(named) < len(others), annotations)


def count_parameters(function: Callable[..., Any]) -> int:
    """How many parameters a function has.

    Raises:
        InvalidDefinitionError: one can't be passed by name.
    """
    return len(_signature(function))


def returns_nothing(function: Callable[..., Any]) -> bool:
    """Whether the function is annotated `-> None`, so that it has no value to store."""
    annotation = getattr(function, "__annotations__", {}).get("return", Parameter.empty)
    return annotation is None or annotation in ("None", type(None))


def look_like(definition: object, function: Callable[..., Any]) -> None:
    """Let a definition show its function's name, documentation and signature to people and tools."""
    for name in ("__module__", "__name__", "__qualname__", "__doc__"):
        if hasattr(function, name):
            _set(definition, name, getattr(function, name))
    _set(definition, "__wrapped__", function)


def _signature(function: Callable[..., Any]) -> list[Parameter]:
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError) as error:
        raise InvalidDefinitionError(
            f"The parameters of {function_name(function)} can't be read; wrap it in a function of your own."
        ) from error
    for parameter in parameters:
        if parameter.kind in (Parameter.POSITIONAL_ONLY, Parameter.VAR_POSITIONAL):
            star = "*" if parameter.kind is Parameter.VAR_POSITIONAL else ""
            raise InvalidDefinitionError(
                f"The parameter {star}{parameter.name} of {function_name(function)} can't be passed by name; "
                "give it an ordinary parameter for each input."
            )
    return parameters


def _evaluated(function: Callable[..., Any], annotation: Any) -> Any:
    """An annotation; one that is text, as `from __future__ import annotations` makes it, evaluated if it can be."""
    if not isinstance(annotation, str):
        return annotation
    frame = user_frame()
    names = {**getattr(inspect.unwrap(function), "__globals__", {}), **({} if frame is None else frame.f_locals)}
    try:
        return eval(annotation, names)  # noqa: S307 - the user's own code, as typing.get_type_hints does it
    except Exception:
        return annotation


def _is_context(parameter: Parameter, context_type: type) -> bool:
    if parameter.kind is Parameter.VAR_KEYWORD:
        return False
    annotation = parameter.annotation
    if isinstance(annotation, str):
        annotated = annotation.strip("\"' ").rpartition(".")[2] == context_type.__name__
    else:
        annotated = annotation is context_type
    return annotated or parameter.name in _CONTEXT_NAMES
