"""The IO manager to derive one's own from that writes each value to a path: it says how, and this says where."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path
from typing import Any

from headwater.definitions.metadata.infer import MetadataValue
from headwater.definitions.partitions import MultiPartitionsDefinition
from headwater.definitions.resources.io_managers import InputContext, IOManager, OutputContext
from headwater.errors import InvalidDefinitionError, MissingInputError
from headwater.execution.io.file_io_manager import by_partition, load_partitions
from headwater.execution.io.file_values import file_name
from headwater.execution.io.value_places import folder_at, put_whole


class UPathIOManager(IOManager):
    """Stores each value at a path of its own; a subclass says how one is written there, and read.

    An asset `lake/orders` is at `lake/orders` below the folder, its partitions at `lake/orders/2026-01-01`, those with
    several dimensions in a folder for each of the others. What is written takes its place once it is whole.

    A subclass with settings derives from `ConfigurableIOManager` too, and has a field `base_path`.

    Args:
        base_path: The folder: a path, or with the extra `fsspec` an address such as `s3://bucket/folder`, or a `UPath`.

    Raises:
        InvalidParameterError: no store is known for such an address.

    Example:
        >>> import tempfile
        >>> from headwater import build_input_context, build_output_context
        >>> class Texts(UPathIOManager):
        ...     extension = ".txt"
        ...     def dump_to_path(self, context, obj, path): path.write_text(obj)
        ...     def load_from_path(self, context, path): return path.read_text()
        >>> texts = Texts(base_path=tempfile.mkdtemp())
        >>> texts.handle_output(build_output_context(asset_key="greeting"), "Good morning")
        >>> texts.load_input(build_input_context(asset_key="greeting"))
        'Good morning'
    """

    extension: str | None = None
    """What the names of files end in, such as `.csv`."""
    base_path: Any

    def __init__(self, base_path: Any = None) -> None:
        if base_path is not None:
            folder_at(base_path)
        self.base_path = base_path

    @abstractmethod
    def dump_to_path(self, context: OutputContext, obj: Any, path: Any) -> None:
        """Write a value: a file, or a folder with files in it.

        Args:
            context: Which asset and partitions it belongs to.
            obj: The value; of several partitions, that of one.
            path: Where to: a `Path`, or a `UPath` of a store. It has the right ending, and is moved to its place at the
                end.
        """

    @abstractmethod
    def load_from_path(self, context: InputContext, path: Any) -> Any:
        """Read a value.

        Args:
            context: Which asset and partitions are meant, and the parameter's annotation.
            path: Where it is.
        """

    def get_metadata(self, context: OutputContext, obj: Any) -> dict[str, Any]:
        """What is known of a value that was stored, beside its path."""
        return {}

    def get_asset_relative_path(self, context: InputContext | OutputContext) -> Path:
        """Where an asset is below the folder, without an ending."""
        return Path(*(file_name(part) for part in context.asset_key.parts))

    def get_path_for_partition(self, context: InputContext | OutputContext, path: Any, partition: str) -> Any:
        """Where a partition is, without an ending.

        Args:
            context: Which asset is meant.
            path: Where the asset is.
            partition: The partition's key.
        """
        is_multi = isinstance(context.asset_partitions_def, MultiPartitionsDefinition)
        return path.joinpath(*map(file_name, partition.split("|") if is_multi else [partition]))

    def path_exists(self, path: Any) -> bool:
        """Whether there is something at a path."""
        return bool(path.exists())

    def handle_output(self, context: OutputContext, obj: Any) -> None:
        """Store a value in place of any earlier one; of several partitions, a dict from partition to value.

        Raises:
            StepOutputError: it does not say what belongs to which partition.
        """
        values = by_partition(context, obj) if context.has_asset_partitions else {None: obj}
        for partition, value in values.items():
            with put_whole(self._path(context, partition)) as beside:
                self.dump_to_path(context, value, beside)
        shown = self._path(context, next(iter(values)) if len(values) == 1 else None)
        context.add_output_metadata({"path": MetadataValue.path(str(shown)), **self.get_metadata(context, obj)})

    def load_input(self, context: InputContext) -> Any:
        """The value that was stored last; of several partitions, a dict from partition to value.

        Raises:
            MissingInputError: there is none.
        """
        if not context.has_asset_partitions:
            return self._load(context, None)
        if context.has_partition_key:
            return self._load(context, context.partition_key)
        return load_partitions(context, lambda key: self._load(context, key))

    def _load(self, context: InputContext, partition: str | None) -> Any:
        path = self._path(context, partition)
        if not self.path_exists(path):
            raise MissingInputError(
                f"There is nothing at {path}, where the data of {context.asset_key.to_user_string()} is stored. "
                "Materialize it first."
            )
        return self.load_from_path(context, path)

    def _path(self, context: InputContext | OutputContext, partition: str | None) -> Any:
        if self.base_path is None:
            raise InvalidDefinitionError(
                f"{type(self).__name__} does not know where to store values: pass base_path=, or set it."
            )
        path = folder_at(self.base_path).joinpath(*self.get_asset_relative_path(context).parts)
        if partition is not None:
            path = self.get_path_for_partition(context, path, partition)
        # Not with_suffix: a dot in a key begins no ending.
        return path.parent / f"{path.name}{self.extension or ''}"
