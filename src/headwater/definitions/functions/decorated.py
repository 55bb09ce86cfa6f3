"""What a decorator of ours was put on: a function, and how to call it in a message.

Cheap to import: `@definitions` is there as soon as the package is, before anything else of it is loaded.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from headwater.definitions.arguments import shown
from headwater.errors import InvalidDefinitionError, InvalidParameterError


def check_function(function: object, decorator: str) -> Callable[..., Any]:
    """What a decorator was put on, if that is a function.

    Raises:
        InvalidParameterError: it can't be called.
        InvalidDefinitionError: it is an asynchronous generator.
    """
    if not callable(function):
        raise InvalidParameterError(
            f"@{decorator} decorates a function, but got {shown(function)}. Pass its options by name, "
            f"as in @{decorator}(name='...')."
        )
    if inspect.isasyncgenfunction(function):
        raise InvalidDefinitionError(
            f"{function_name(function)} is an asynchronous generator; @{decorator} takes functions, generators and "
            "`async def` that returns. Collect the results in a list and return them."
        )
    return function


def function_name(function: Callable[..., Any]) -> str:
    """The function's name, or a description of an object that has none."""
    name = getattr(function, "__name__", None)
    return name if isinstance(name, str) else shown(function)
