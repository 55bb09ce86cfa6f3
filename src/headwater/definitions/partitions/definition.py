"""What every partitions definition can do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import NamedTuple, Protocol

from headwater.clock import SystemClock, to_datetime
from headwater.definitions.arguments import shown
from headwater.definitions.partitions.keys import PartitionKeyRange, PartitionKeys
from headwater.definitions.partitions.snapshot import PartitionsSnapshot
from headwater.errors import InvalidParameterError
from headwater.keys import is_storable

_UNSTORABLE = frozenset("\n\t\r\a\b\f\v\0")


class DynamicPartitionsStore(Protocol):
    """Where the keys of dynamic partitions are kept."""

    def get_dynamic_partitions(self, partitions_def_name: str) -> Sequence[str]:
        """The keys of a name, in the order in which they were added."""
        ...

    def has_dynamic_partition(self, partitions_def_name: str, partition_key: str) -> bool:
        """Whether a name has a key."""
        ...


class PartitionLoadingContext(NamedTuple):
    """What is meant where a caller names neither a moment nor a store: see `partition_loading_context`."""

    effective_dt: datetime | None = None
    dynamic_partitions_store: DynamicPartitionsStore | None = None


_loading: ContextVar[PartitionLoadingContext] = ContextVar("loading", default=PartitionLoadingContext())  # noqa: B039


def current_loading() -> PartitionLoadingContext:
    """What is meant just here."""
    return _loading.get()


@contextmanager
def partition_loading_context(
    effective_dt: datetime | None = None, dynamic_partitions_store: DynamicPartitionsStore | None = None
) -> Iterator[PartitionLoadingContext]:
    """Within it, partitions are those of a moment and a store, where nothing else is said.

    Args:
        effective_dt: The moment, with a time zone; as outside if left out.
        dynamic_partitions_store: Where dynamic keys are kept, such as a `HeadwaterInstance`; as outside if left out.

    Raises:
        InvalidParameterError: the moment has no time zone, once it is asked for.

    Example:
        >>> from datetime import datetime, timezone
        >>> days = DailyPartitionsDefinition("2026-01-01")
        >>> with partition_loading_context(datetime(2026, 1, 3, tzinfo=timezone.utc)):
        ...     days.get_partition_keys()
        ['2026-01-01', '2026-01-02']
    """
    outside = _loading.get()
    inside = PartitionLoadingContext(
        effective_dt or outside.effective_dt, dynamic_partitions_store or outside.dynamic_partitions_store
    )
    token = _loading.set(inside)
    try:
        yield inside
    finally:
        _loading.reset(token)


class PartitionsDefinition(ABC):
    """The parts of an asset: each has a key, and they have an order.

    Two definitions are equal if they define the same parts.

    Example:
        >>> days = DailyPartitionsDefinition("2026-11-01", end_date="2026-11-04")
        >>> isinstance(days, PartitionsDefinition), days.get_partition_keys()[-1]
        (True, '2026-11-03')
    """

    @abstractmethod
    def keys_at(
        self, current_time: datetime | None = None, dynamic_partitions_store: DynamicPartitionsStore | None = None
    ) -> PartitionKeys:
        """The keys that exist at a moment, without listing them.

        Args:
            current_time: An aware datetime; None for now.
            dynamic_partitions_store: Where dynamic keys are kept; the other kinds don't need it.

        Raises:
            InvalidParameterError: `current_time` has no time zone.
            InvalidInvocationError: the keys are dynamic and no store is given.
        """

    @abstractmethod
    def to_snapshot(self) -> PartitionsSnapshot:
        """The definition as plain values."""

    @property
    def is_time_based(self) -> bool:
        """Whether the partitions are windows of time, so that one is the newest."""
        return False

    def get_partition_keys(
        self, current_time: datetime | None = None, dynamic_partitions_store: DynamicPartitionsStore | None = None
    ) -> list[str]:
        """Every key that exists at a moment, in order; the arguments are those of `keys_at`."""
        return self._as_given(self.keys_at(current_time, dynamic_partitions_store))

    def get_num_partitions(
        self, current_time: datetime | None = None, dynamic_partitions_store: DynamicPartitionsStore | None = None
    ) -> int:
        """How many keys exist at a moment."""
        return len(self.keys_at(current_time, dynamic_partitions_store))

    def has_partition_key(
        self,
        partition_key: str,
        current_time: datetime | None = None,
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
    ) -> bool:
        """Whether the key exists at a moment."""
        return partition_key in self.keys_at(current_time, dynamic_partitions_store)

    def get_first_partition_key(
        self, current_time: datetime | None = None, dynamic_partitions_store: DynamicPartitionsStore | None = None
    ) -> str | None:
        """The first key, or None where there is none yet."""
        keys = self.keys_at(current_time, dynamic_partitions_store)
        return self._as_given([keys.key_at(0)])[0] if len(keys) else None

    def get_last_partition_key(
        self, current_time: datetime | None = None, dynamic_partitions_store: DynamicPartitionsStore | None = None
    ) -> str | None:
        """The last key, or None where there is none yet."""
        keys = self.keys_at(current_time, dynamic_partitions_store)
        return self._as_given([keys.key_at(len(keys) - 1)])[0] if len(keys) else None

    def get_partition_keys_in_range(
        self,
        partition_key_range: PartitionKeyRange,
        current_time: datetime | None = None,
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
    ) -> list[str]:
        """The keys of a range, both ends included.

        Raises:
            UnknownPartitionError: an end does not exist, or the end comes before the start.
        """
        keys = self.keys_at(current_time, dynamic_partitions_store)
        return self._as_given(keys.select(keys.numbers_in(partition_key_range)))

    def _as_given(self, keys: Iterable[str]) -> list[str]:
        """Keys as users are given them."""
        return list(keys)

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return isinstance(other, PartitionsDefinition) and self.to_snapshot() == other.to_snapshot()

    def __hash__(self) -> int:
        return hash(self.to_snapshot())


def check_partition_key(key: object) -> str:
    """A key that can be stored and written in a range.

    Raises:
        InvalidParameterError: it is no string, or holds `...` or a character that can't be stored.
    """
    if not isinstance(key, str):
        raise InvalidParameterError(f"A partition key is a string, but got {shown(key)}; write str(...).")
    if "..." in key or _UNSTORABLE & set(key) or not is_storable(key):
        raise InvalidParameterError(
            f"The partition key {key!r} holds '...' or a control character; rename that partition."
        )
    return key


def moment_of(current_time: datetime | None) -> datetime:
    """The moment that a caller means.

    Raises:
        InvalidParameterError: it has no time zone.
    """
    # The one place where a definition reads the clock: a user who asks for the keys means those of now. What
    # decides anything in Headwater passes the time.
    meant = current_time or current_loading().effective_dt
    moment = to_datetime(SystemClock().now()) if meant is None else meant
    if moment.utcoffset() is None:
        raise InvalidParameterError(
            f"current_time is a datetime without a time zone, {moment}; give it one, such as tzinfo=timezone.utc."
        )
    return moment
