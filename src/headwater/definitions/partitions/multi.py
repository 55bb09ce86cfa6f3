"""Partitions with several dimensions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import product

from headwater.definitions.arguments import check_mapping, check_printable, shown
from headwater.definitions.partitions.definition import DynamicPartitionsStore, PartitionsDefinition
from headwater.definitions.partitions.keys import PartitionKeys
from headwater.definitions.partitions.snapshot import PartitionsSnapshot
from headwater.definitions.partitions.time_windows import TimeWindow, TimeWindowPartitionsDefinition
from headwater.errors import InvalidInvocationError, InvalidParameterError

_SEPARATOR = "|"
_RESERVED = frozenset("|,[]")


class MultiPartitionKey(str):
    """The key of a partition with several dimensions: a string that knows its parts.

    Args:
        keys_by_dimension: The key in each dimension, by the dimension's name.

    Raises:
        InvalidParameterError: no mapping from names to keys, or a key holds `|`.

    Example:
        >>> key = MultiPartitionKey({"region": "eu", "day": "2026-01-01"})
        >>> str(key), key.keys_by_dimension["region"]
        ('2026-01-01|eu', 'eu')
    """

    __slots__ = ("keys_by_dimension",)

    keys_by_dimension: dict[str, str]

    def __new__(cls, keys_by_dimension: Mapping[str, str]) -> MultiPartitionKey:
        """Join the parts in the order of their names."""
        parts = dict(sorted(check_mapping(keys_by_dimension, "keys_by_dimension").items()))
        for name, key in parts.items():
            if not isinstance(key, str) or _SEPARATOR in key:
                raise InvalidParameterError(
                    f"The key of the dimension {name!r} is a string without '|', but got {shown(key)}."
                )
        made = super().__new__(cls, _SEPARATOR.join(parts.values()))
        made.keys_by_dimension = parts
        return made

    def __getnewargs__(self) -> tuple[dict[str, str]]:  # type: ignore[override]
        return (self.keys_by_dimension,)


class MultiPartitionKeys(PartitionKeys):
    """Every combination of the keys of some dimensions; the last dimension changes fastest.

    Args:
        dimensions: The keys by dimension, in the order of the dimensions' names.
    """

    def __init__(self, dimensions: Mapping[str, PartitionKeys]) -> None:
        self.dimensions = dict(dimensions)
        self._parts = tuple(self.dimensions.values())
        self._length = 1
        for part in self._parts:
            self._length *= len(part)

    def __len__(self) -> int:
        return self._length

    def key_at(self, number: int) -> str:
        """The combination with a number, as text: it is what is recorded and sent."""
        places = zip(self._parts, self.places_of(number), strict=True)
        return _SEPARATOR.join(keys.key_at(place) for keys, place in places)

    def number_of(self, key: str) -> int | None:
        """The number of a combination."""
        parts = key.split(_SEPARATOR)
        if len(parts) != len(self._parts):
            return None
        number = 0
        for keys, part in zip(self._parts, parts, strict=True):
            place = keys.number_of(part)
            if place is None:
                return None
            number = number * len(keys) + place
        return number

    def places_of(self, number: int) -> tuple[int, ...]:
        """The number in each dimension of a combination with a number."""
        places: list[int] = []
        for part in reversed(self._parts):
            number, place = divmod(number, len(part))
            places.append(place)
        return tuple(reversed(places))


class MultiPartitionsDefinition(PartitionsDefinition):
    """Partitions for every combination of the keys of several definitions, such as each day in each region.

    Args:
        partitions_defs: The definition of each dimension, by its name. A key is written as the dimensions' keys in the
            order of their names, with `|` between.

    Raises:
        InvalidParameterError: there are fewer than two dimensions, one has several dimensions itself, or a static key
            holds one of `|`, `,`, `[`, `]`.

    Example:
        >>> from headwater import StaticPartitionsDefinition
        >>> both = MultiPartitionsDefinition({
        ...     "size": StaticPartitionsDefinition(["s", "l"]), "color": StaticPartitionsDefinition(["red", "blue"])
        ... })
        >>> [str(key) for key in both.get_partition_keys()]
        ['red|s', 'red|l', 'blue|s', 'blue|l']
    """

    def __init__(self, partitions_defs: Mapping[str, PartitionsDefinition]) -> None:
        given = check_mapping(partitions_defs, "partitions_defs of a MultiPartitionsDefinition")
        if len(given) < 2:
            raise InvalidParameterError(
                f"A MultiPartitionsDefinition has two dimensions or more, but got {len(given)}; with one, use its "
                "definition itself."
            )
        for name, definition in given.items():
            check_printable(name, "The name of a dimension")
            if not isinstance(definition, PartitionsDefinition) or isinstance(definition, MultiPartitionsDefinition):
                raise InvalidParameterError(
                    f"The dimension {name!r} has a definition with one dimension, but got {shown(definition)}."
                )
            _check_keys(name, definition)
        self.dimensions: dict[str, PartitionsDefinition] = dict(sorted(given.items()))

    @property
    def is_time_based(self) -> bool:
        """Whether one of the dimensions is windows of time."""
        return self.time_dimension is not None

    @property
    def time_dimension(self) -> str | None:
        """The name of the dimension that is windows of time; None where there is none or several."""
        names = [name for name, definition in self.dimensions.items() if definition.is_time_based]
        return names[0] if len(names) == 1 else None

    @property
    def partition_dimension_names(self) -> list[str]:
        """The names of the dimensions, in the order in which a key is written."""
        return list(self.dimensions)

    def get_partitions_def_for_dimension(self, dimension_name: str) -> PartitionsDefinition:
        """The definition of a dimension.

        Raises:
            InvalidParameterError: there is none of that name.
        """
        found = self.dimensions.get(dimension_name)
        if found is None:
            raise InvalidParameterError(
                f"There is no dimension {dimension_name!r}; the dimensions are {', '.join(self.dimensions)}."
            )
        return found

    @property
    def time_window_partitions_def(self) -> TimeWindowPartitionsDefinition:
        """The definition of the dimension that is windows of time.

        Raises:
            InvalidInvocationError: there is none, or there are several.
        """
        name = self.time_dimension
        if name is None:
            raise InvalidInvocationError(
                f"Not exactly one of the dimensions {', '.join(self.dimensions)} is windows of time, so a key stands "
                "for no window."
            )
        found = self.dimensions[name]
        assert isinstance(found, TimeWindowPartitionsDefinition)
        return found

    def time_window_for_partition_key(self, partition_key: str) -> TimeWindow:
        """The first instant of the window of a key's dimension of time, and the first after it.

        Raises:
            InvalidInvocationError: no dimension is windows of time, or several are.
            InvalidParameterError: the key has another number of parts than there are dimensions.
            UnknownPartitionError: no window has the key.
        """
        windows = self.time_window_partitions_def
        parts = self.get_partition_key_from_str(partition_key).keys_by_dimension
        return windows.time_window_for_partition_key(parts[str(self.time_dimension)])

    def get_multipartition_keys_with_dimension_value(
        self,
        dimension_name: str,
        dimension_partition_key: str,
        current_time: datetime | None = None,
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
    ) -> list[MultiPartitionKey]:
        """Every key that has this one in one of its dimensions; none if that does not exist there.

        Raises:
            InvalidParameterError: there is no such dimension.
        """
        self.get_partitions_def_for_dimension(dimension_name)
        keys = self.keys_at(current_time, dynamic_partitions_store).dimensions
        fixed = [dimension_partition_key] if dimension_partition_key in keys[dimension_name] else []
        parts = [fixed if name == dimension_name else list(each) for name, each in keys.items()]
        return [MultiPartitionKey(dict(zip(keys, each, strict=True))) for each in product(*parts)]

    def keys_at(
        self, current_time: datetime | None = None, dynamic_partitions_store: DynamicPartitionsStore | None = None
    ) -> MultiPartitionKeys:
        """Every combination of the keys that exist at a moment."""
        return MultiPartitionKeys(
            {name: each.keys_at(current_time, dynamic_partitions_store) for name, each in self.dimensions.items()}
        )

    def get_partition_key_from_str(self, partition_key: str) -> MultiPartitionKey:
        """A key as text, with its parts known.

        Raises:
            InvalidParameterError: it has another number of parts than there are dimensions.
        """
        parts = partition_key.split(_SEPARATOR)
        if len(parts) != len(self.dimensions):
            raise InvalidParameterError(
                f"{partition_key!r} has {len(parts)} parts; the dimensions are {', '.join(self.dimensions)}."
            )
        return MultiPartitionKey(dict(zip(self.dimensions, parts, strict=True)))

    def _as_given(self, keys: Iterable[str]) -> list[str]:
        """With their parts known."""
        return [self.get_partition_key_from_str(key) for key in keys]

    def to_snapshot(self) -> PartitionsSnapshot:
        """The definition as plain values."""
        return PartitionsSnapshot(
            type="multi", dimensions=tuple((name, each.to_snapshot()) for name, each in self.dimensions.items())
        )

    def __repr__(self) -> str:
        return f"MultiPartitionsDefinition({self.dimensions!r})"


def _check_keys(dimension: str, definition: PartitionsDefinition) -> None:
    bad = [key for key in definition.to_snapshot().keys if _RESERVED & set(key)]
    if bad:
        raise InvalidParameterError(
            f"The partition key {bad[0]!r} of the dimension {dimension!r} holds one of the characters | , [ ], which "
            "separate dimensions; rename that partition."
        )
