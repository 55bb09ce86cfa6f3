"""The deployment as user code sees it in a worker: opened when first asked for, once for all calls of the worker."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from headwater.location.hosts.worker import find_task

INSTANCE = "headwater.execution.instance.instance:open_at"
"""What opens it."""


def instance_opener(instance: tuple[str, str] | None) -> Callable[[], Any] | None:
    """What opens `context.instance`; None where there is none.

    Args:
        instance: What opens it (`module:function`), and the store's address.
    """
    if instance is None:
        return None
    opener, address = instance
    return lambda: _open(opener, address)


@cache
def _open(opener: str, address: str) -> Any:
    open_at: Any = find_task(opener)
    return open_at(address)
