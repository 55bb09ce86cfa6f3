"""Partitions that are added and deleted while the system runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from headwater.definitions.arguments import check_printable, check_several
from headwater.definitions.partitions.definition import (
    DynamicPartitionsStore,
    PartitionsDefinition,
    check_partition_key,
    current_loading,
)
from headwater.definitions.partitions.keys import ListedKeys, PartitionKeys
from headwater.definitions.partitions.snapshot import PartitionsSnapshot
from headwater.errors import InvalidInvocationError, InvalidParameterError


class AddDynamicPartitionsRequest(msgspec.Struct, frozen=True):
    """A sensor's wish to add keys; those that are there already stay as they are.

    Args:
        partitions_def_name: The name of the `DynamicPartitionsDefinition`.
        partition_keys: The keys to add.

    Example:
        >>> AddDynamicPartitionsRequest("regions", ("eu", "us")).partition_keys
        ('eu', 'us')
    """

    partitions_def_name: str
    partition_keys: tuple[str, ...]


class DeleteDynamicPartitionsRequest(msgspec.Struct, frozen=True):
    """A sensor's wish to delete keys; those that are not there are passed over.

    Args:
        partitions_def_name: The name of the `DynamicPartitionsDefinition`.
        partition_keys: The keys to delete.

    Example:
        >>> DeleteDynamicPartitionsRequest("regions", ("us",)).partition_keys
        ('us',)
    """

    partitions_def_name: str
    partition_keys: tuple[str, ...]


class DynamicKeys:
    """Keys of dynamic partitions by the name of their definition, as they are at one moment."""

    def __init__(self, keys: Mapping[str, Sequence[str]] | None = None) -> None:
        self._keys = {name: dict.fromkeys(each) for name, each in (keys or {}).items()}

    def get_dynamic_partitions(self, partitions_def_name: str) -> Sequence[str]:
        """The keys of a name, in the order in which they were added."""
        return list(self._keys.get(partitions_def_name, ()))

    def has_dynamic_partition(self, partitions_def_name: str, partition_key: str) -> bool:
        """Whether a name has a key."""
        return partition_key in self._keys.get(partitions_def_name, ())

    def changed(self, name: str, add: Sequence[str], delete: Sequence[str]) -> DynamicKeys:
        """The same with some keys deleted, then some added."""
        gone = set(delete)
        left = [key for key in self._keys.get(name, ()) if key not in gone]
        return DynamicKeys({**self._keys, name: [*left, *add]})  # type: ignore[dict-item]


class DynamicPartitionsDefinition(PartitionsDefinition):
    """Partitions whose keys are kept by Headwater and come and go: customers, files, regions that open.

    Definitions with one name share their keys. Sensors add and delete keys with `SensorResult(
    dynamic_partitions_requests=[...])`; people with `headwater partitions add NAME KEY` and in the web app.

    Args:
        name: Under which the keys are kept.

    Raises:
        InvalidParameterError: the name is empty or can't be printed.

    Example:
        >>> customers = DynamicPartitionsDefinition(name="customers")
        >>> customers.build_add_request(["acme"]).partition_keys
        ('acme',)
    """

    def __init__(self, *, name: str) -> None:
        self.name = check_printable(name, "The name of a DynamicPartitionsDefinition")

    def keys_at(
        self, current_time: datetime | None = None, dynamic_partitions_store: DynamicPartitionsStore | None = None
    ) -> PartitionKeys:
        """The keys that are there now.

        Raises:
            InvalidInvocationError: no store is given.
        """
        return ListedKeys(self._store(dynamic_partitions_store).get_dynamic_partitions(self.name))

    def has_partition_key(
        self,
        partition_key: str,
        current_time: datetime | None = None,
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
    ) -> bool:
        """Whether the key is there now."""
        return self._store(dynamic_partitions_store).has_dynamic_partition(self.name, partition_key)

    def build_add_request(self, partition_keys: Sequence[str]) -> AddDynamicPartitionsRequest:
        """What a sensor returns in `dynamic_partitions_requests` to add keys.

        Raises:
            InvalidParameterError: a key can't be stored.
        """
        return AddDynamicPartitionsRequest(self.name, check_new_keys(partition_keys))

    def build_delete_request(self, partition_keys: Sequence[str]) -> DeleteDynamicPartitionsRequest:
        """What a sensor returns in `dynamic_partitions_requests` to delete keys.

        Raises:
            InvalidParameterError: a key is no string.
        """
        return DeleteDynamicPartitionsRequest(self.name, check_new_keys(partition_keys))

    def to_snapshot(self) -> PartitionsSnapshot:
        """The definition as plain values."""
        return PartitionsSnapshot(type="dynamic", name=self.name)

    def __repr__(self) -> str:
        return f"DynamicPartitionsDefinition(name={self.name!r})"

    def _store(self, store: DynamicPartitionsStore | None) -> DynamicPartitionsStore:
        found = store or current_loading().dynamic_partitions_store
        if found is None:
            raise InvalidInvocationError(
                f"The partitions {self.name!r} are dynamic: their keys are in the store. Pass "
                "dynamic_partitions_store=..., such as `context.instance`."
            )
        return found


def check_new_keys(partition_keys: object) -> tuple[str, ...]:
    """Keys to add or delete, each once.

    Raises:
        InvalidParameterError: one can't be stored, or stands twice.
    """
    keys = tuple(check_partition_key(key) for key in check_several(partition_keys, "partition_keys"))
    if len(set(keys)) < len(keys):
        twice = sorted({key for key in keys if keys.count(key) > 1})
        raise InvalidParameterError(f"These partition keys stand more than once: {', '.join(twice)}.")
    return keys
