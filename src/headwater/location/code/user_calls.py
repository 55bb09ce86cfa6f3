"""Call the user's functions, plain or `async def`."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Any


def call(function: Callable[..., Any], context: Any = None, /, **inputs: Any) -> Any:
    """What a function returns; of one that is asynchronous, what it comes to in an event loop of its own.

    Args:
        function: The user's.
        context: Passed first, unless it is None.
        inputs: Passed by name.
    """
    returned = function(**inputs) if context is None else function(context, **inputs)
    return asyncio.run(_wait_for(returned)) if inspect.isawaitable(returned) else returned


async def _wait_for(awaitable: Awaitable[Any]) -> Any:
    return await awaitable
