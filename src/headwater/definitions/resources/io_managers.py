"""IO managers: how the value of an asset is stored, and loaded for what is downstream of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from headwater.definitions.functions.logs import ContextLog, RecordedLog
from headwater.definitions.metadata.infer import normalize_metadata
from headwater.definitions.partitions import PartitionKeyRange, PartitionsDefinition, TimeWindow
from headwater.definitions.partitions.several import check_consecutive, window_of
from headwater.definitions.resources.definition import (
    ResourceBase,
    Resources,
    given_resources,
    resource,
)
from headwater.errors import InvalidInvocationError
from headwater.keys import AssetKey, CoercibleToAssetKey

if TYPE_CHECKING:
    from headwater.definitions.metadata.infer import MetadataValue

DEFAULT_IO_MANAGER = "io_manager"
_NO_RESOURCES = Resources(frozenset(), lambda _name: None)


class IOManager(ResourceBase, ABC):
    """Stores the values of assets, and loads them where they are inputs.

    Example:
        >>> class Memory(IOManager):
        ...     def __init__(self): self.values = {}
        ...     def handle_output(self, context, obj): self.values[context.asset_key] = obj
        ...     def load_input(self, context): return self.values[context.asset_key]
    """

    @abstractmethod
    def handle_output(self, context: OutputContext, obj: Any) -> None:
        """Store a value.

        Args:
            context: Which asset and partition it belongs to.
            obj: The value.
        """

    @abstractmethod
    def load_input(self, context: InputContext) -> Any:
        """Load the value that a function takes.

        Args:
            context: Which asset and partitions are meant, and the parameter's annotation.
        """


class ValueType(NamedTuple):
    """The type of a value that is stored or loaded.

    Args:
        typing_type: The type, or a parameter's annotation; `Any` where there is none.
    """

    typing_type: Any

    @property
    def display_name(self) -> str:
        """Its name."""
        return str(getattr(self.typing_type, "__name__", self.typing_type))


class _IOContext:
    """What storing and loading have in common: which data is meant."""

    def __init__(
        self,
        *,
        asset_key: AssetKey,
        partition_keys: Sequence[str] | None = None,
        partitions_def: PartitionsDefinition | None = None,
        definition_metadata: Mapping[str, Any] | None = None,
        typing_type: Any = Any,
        name: str = "result",
        run_id: str | None = None,
        step_key: str | None = None,
        log: ContextLog | None = None,
        resources: Resources = _NO_RESOURCES,
        resource_config: Any = None,
    ) -> None:
        self.asset_key = asset_key
        self.asset_partitions_def = partitions_def
        self.definition_metadata = dict(definition_metadata or {})
        self.typing_type = typing_type
        self.name = name
        self.run_id = run_id
        self.step_key = step_key
        self.log: ContextLog = log or RecordedLog()
        self.resources = resources
        self.resource_config = resource_config
        self._partition_keys = None if partition_keys is None else tuple(partition_keys)

    @property
    def metadata(self) -> dict[str, Any]:
        """The metadata of the asset's definition."""
        return self.definition_metadata

    @property
    def dagster_type(self) -> ValueType:
        """The type of the value, where code asks for `dagster_type.typing_type`; the same as `typing_type`."""
        return ValueType(self.typing_type)

    @property
    def has_asset_key(self) -> bool:
        """Whether an asset is meant; always."""
        return True

    @property
    def has_partition_key(self) -> bool:
        """Whether one partition is meant."""
        return self._partition_keys is not None and len(self._partition_keys) == 1

    @property
    def has_asset_partitions(self) -> bool:
        """Whether partitions are meant, one or several."""
        return self._partition_keys is not None

    @property
    def asset_partition_keys(self) -> tuple[str, ...]:
        """The partitions that are meant, in order; none for an asset without."""
        return self._partition_keys or ()

    @property
    def partition_key(self) -> str:
        """The partition that is meant.

        Raises:
            InvalidInvocationError: there is none, or there are several.
        """
        keys = self._partition_keys
        if keys is None or len(keys) != 1:
            found = "no partition is meant" if keys is None else f"{len(keys)} partitions are meant"
            raise InvalidInvocationError(
                f"partition_key of {self.asset_key.to_user_string()}: {found}. Ask has_partition_key first, or use "
                "asset_partition_keys."
            )
        return keys[0]

    @property
    def asset_partition_key(self) -> str:
        """The same as `partition_key`."""
        return self.partition_key

    @property
    def asset_partition_key_range(self) -> PartitionKeyRange:
        """The first and the last of the partitions that are meant.

        Raises:
            InvalidInvocationError: there are none, or others lie between them.
        """
        keys = self._expect_partitions()
        check_consecutive(self.asset_partitions_def, keys)
        return PartitionKeyRange(keys[0], keys[-1])

    @property
    def asset_partitions_time_window(self) -> TimeWindow:
        """The time from the start of the first partition that is meant to the end of the last.

        Raises:
            InvalidInvocationError: there are no partitions, they are no windows of time, or others lie between them.
        """
        return window_of(self.asset_partitions_def, self._expect_partitions())

    def _expect_partitions(self) -> tuple[str, ...]:
        if not self._partition_keys:
            raise InvalidInvocationError(
                f"No partition of {self.asset_key.to_user_string()} is meant. Ask has_asset_partitions first."
            )
        return self._partition_keys

    def get_asset_identifier(self) -> list[str]:
        """The parts of the key, and the partition after them if one is meant."""
        return [*self.asset_key.parts, *([self.partition_key] if self.has_partition_key else [])]

    def get_identifier(self) -> list[str]:
        """The same as `get_asset_identifier`."""
        return self.get_asset_identifier()


class OutputContext(_IOContext):
    """What an IO manager is told about a value to store, and where it says what it did.

    Example:
        >>> context = build_output_context(asset_key="orders")
        >>> context.add_output_metadata({"rows": 3})
        >>> context.has_partition_key
        False
    """

    def __init__(self, *, makes_several: bool = False, **about: Any) -> None:
        """Say which data is meant; see `build_output_context` for tests."""
        super().__init__(**about)
        self.makes_several = makes_several
        """Whether the function makes several partitions in one go, by its backfill policy, if only one this time."""
        self.output_metadata: dict[str, MetadataValue] = {}

    def add_output_metadata(self, metadata: Mapping[str, Any]) -> None:
        """Add to the metadata of the materialization; what the function itself said of a name stays.

        Raises:
            InvalidMetadataError: a value can't be stored.
        """
        self.output_metadata.update(normalize_metadata(metadata))


class InputContext(_IOContext):
    """What an IO manager is told about a value to load.

    `upstream_output` is the asset's own side of it, with what its definition says; `definition_metadata` has that too,
    and what the `AssetIn` of the parameter says goes before it.

    Example:
        >>> context = build_input_context(asset_key="orders", partition_key="2026-11-01")
        >>> context.asset_key.path, context.partition_key
        (['orders'], '2026-11-01')
    """

    def __init__(
        self, *, upstream_output: OutputContext | None = None, allow_missing: bool = False, **about: Any
    ) -> None:
        """Say which data is meant; see `build_input_context` for tests."""
        super().__init__(**about)
        self.upstream_output = upstream_output
        self.allow_missing_partitions = bool(self.definition_metadata.get("allow_missing_partitions"))


def build_output_context(
    *,
    asset_key: CoercibleToAssetKey = "asset",
    partition_key: str | None = None,
    definition_metadata: Mapping[str, Any] | None = None,
    resources: Mapping[str, Any] | None = None,
    name: str = "result",
) -> OutputContext:
    """A context with which a test calls `handle_output`.

    Args:
        asset_key: The asset that is stored.
        partition_key: The partition that is stored.
        definition_metadata: What the asset's definition says of it.
        resources: What the IO manager finds under `context.resources`, by name.
        name: The output's name.

    Example:
        >>> build_output_context(asset_key="orders", partition_key="2026-11-01").partition_key
        '2026-11-01'
    """
    return OutputContext(
        asset_key=AssetKey.from_coercible(asset_key),
        partition_keys=None if partition_key is None else [partition_key],
        definition_metadata=definition_metadata,
        resources=given_resources(resources),
        name=name,
    )


def build_input_context(
    *,
    asset_key: CoercibleToAssetKey = "asset",
    partition_key: str | None = None,
    asset_partition_keys: Sequence[str] | None = None,
    definition_metadata: Mapping[str, Any] | None = None,
    upstream_output: OutputContext | None = None,
    resources: Mapping[str, Any] | None = None,
    typing_type: Any = Any,
    name: str = "input",
) -> InputContext:
    """A context with which a test calls `load_input`.

    Args:
        asset_key: The asset that is loaded.
        partition_key: The partition that is loaded.
        asset_partition_keys: The partitions that are loaded, where there are several.
        definition_metadata: What the asset's definition says of it.
        upstream_output: The context with which it was stored.
        resources: What the IO manager finds under `context.resources`, by name.
        typing_type: The annotation of the parameter that the value is for.
        name: The parameter's name.

    Example:
        >>> build_input_context(asset_key="orders", resources={"folder": "in"}).resources.folder
        'in'
    """
    return InputContext(
        asset_key=AssetKey.from_coercible(asset_key) if upstream_output is None else upstream_output.asset_key,
        partition_keys=asset_partition_keys if partition_key is None else [partition_key],
        definition_metadata=definition_metadata,
        upstream_output=upstream_output,
        resources=given_resources(resources),
        typing_type=typing_type,
        name=name,
    )


io_manager = resource
"""Makes a resource of the function that builds an IO manager: `@resource`, under its usual name."""
