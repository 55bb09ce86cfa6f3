"""`@definitions`: `Definitions` that are made when somebody asks for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from headwater.definitions.arguments import check_type
from headwater.definitions.functions.decorated import check_function

if TYPE_CHECKING:
    from headwater.definitions.definitions import Definitions


class LazyDefinitions:
    """A function that makes `Definitions`, called once, when they are loaded. Made by `@definitions`.

    Args:
        function: Takes nothing and returns `Definitions`.

    Raises:
        InvalidParameterError: it is not a function.

    Example:
        >>> LazyDefinitions(lambda: Definitions([AssetSpec("orders")]))().resolve_all_asset_specs()[0].key
        AssetKey(['orders'])
    """

    __slots__ = ("_function", "_made")

    def __init__(self, function: Callable[[], Definitions]) -> None:
        self._function = function
        self._made: Definitions | None = None

    def __call__(self) -> Definitions:
        """The definitions, made at the first call.

        Raises:
            InvalidParameterError: the function returned something else.
        """
        if self._made is None:
            # Not before: what this file imports, `import headwater` waits for.
            from headwater.definitions.definitions import Definitions

            name = getattr(self._function, "__name__", "the function")
            self._made = check_type(self._function(), Definitions, f"What {name} returns", "a Definitions")
        return self._made


def definitions(function: Callable[[], Definitions]) -> LazyDefinitions:
    """Mark a function that returns `Definitions`, so that importing its module costs and does nothing yet.

    Args:
        function: Takes nothing and returns `Definitions`; called once, when the code location is loaded.

    Raises:
        InvalidDefinitionError: it is not a function.

    Example:
        >>> @definitions
        ... def defs():
        ...     return Definitions([AssetSpec("orders")])
        >>> [spec.key.to_user_string() for spec in defs().resolve_all_asset_specs()]
        ['orders']
    """
    check_function(function, "definitions")
    return LazyDefinitions(function)
