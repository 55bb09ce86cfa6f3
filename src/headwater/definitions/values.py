"""The base of values that convert what they are given; plain ones are `msgspec.Struct`s."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MemberDescriptorType
from typing import Any, ClassVar


class Frozen:
    """A value that does not change, equal to another of its class if all its fields are.

    A subclass names its fields in `__slots__`, gives each a type, and sets them in `__init__` with `_set`. One that
    begins with `_` is kept otherwise than it is shown: a property has its name without that.
    """

    __slots__ = ()
    _not_compared: ClassVar[frozenset[str]] = frozenset()
    _write: ClassVar[Mapping[str, Callable[[Any, Any], None]]] = {}
    _in_order: ClassVar[tuple[Callable[[Any, Any], None], ...]] = ()
    """What sets each field, in the order of the annotations, for what is made by the hundred thousand."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        slots = {name: slot.__set__ for name, slot in vars(cls).items() if isinstance(slot, MemberDescriptorType)}
        cls._write = {**cls._write, **slots}
        cls._in_order = tuple(cls._write[name] for name in cls._field_names())

    def _set(self, **fields: Any) -> None:
        write = self._write
        for name, value in fields.items():
            write[name](self, value)

    @classmethod
    def _field_names(cls) -> list[str]:
        # The annotations stand in the order in which people should read them.
        return [
            name
            for base in reversed(cls.__mro__)
            for name in vars(base).get("__annotations__", {})
            if name in vars(base).get("__slots__", ())
        ]

    def _compared(self) -> dict[str, Any]:
        shown = (name.removeprefix("_") for name in self._field_names() if name not in self._not_compared)
        return {name: getattr(self, name) for name in shown}

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} does not change once it is built, so {name} can't be set.")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} does not change once it is built, so {name} can't be deleted.")

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        assert isinstance(other, Frozen)
        return self is other or self._compared() == other._compared()

    def __hash__(self) -> int:
        return hash((type(self), *self._compared().values()))

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in self._compared().items())
        return f"{type(self).__name__}({fields})"

    def __reduce__(self) -> tuple[Any, ...]:
        # Restored field by field: what was checked when it was built is not checked again.
        return _restore, (type(self), {name: getattr(self, name) for name in self._field_names()})


def _restore(cls: type[Frozen], fields: dict[str, Any]) -> Frozen:
    value = cls.__new__(cls)
    value._set(**fields)
    return value
