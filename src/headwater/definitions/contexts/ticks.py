"""What the contexts of sensors, schedules and users' own conditions have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from headwater.definitions.functions.logs import ContextLog
from headwater.definitions.resources.definition import Resources
from headwater.errors import InvalidInvocationError


class TickContext:
    """What the contexts of sensors and schedules have in common."""

    def __init__(
        self,
        *,
        log: ContextLog,
        resources: Resources | None = None,
        instance: Callable[[], Any] | None = None,
        definitions: Any = None,
    ) -> None:
        self.resources = resources or Resources(frozenset(), lambda _name: None)
        self.log = log
        self.definitions = definitions
        self._open_instance = instance

    @property
    def instance(self) -> Any:
        """The deployment, to ask what it knows; opened when first asked for.

        Raises:
            InvalidInvocationError: a test has built the context without one.
        """
        if self._open_instance is None:
            raise InvalidInvocationError(
                "This context has no instance. Pass instance=HeadwaterInstance.ephemeral() to what builds it."
            )
        return self._open_instance()

    @property
    def repository_def(self) -> Any:
        """The same as `definitions`."""
        return self.definitions
