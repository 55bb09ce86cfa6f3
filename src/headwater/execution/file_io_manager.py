"""The IO manager that stores values where nobody chose another: each pickled into a file of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from headwater.definitions.io_managers import InputContext, IOManager, OutputContext
from headwater.definitions.metadata import MetadataValue
from headwater.errors import MissingInputError
from headwater.execution.file_values import FileValues


class FilesystemIOManager(IOManager):
    """Pickles values into files below a folder: one for each asset, or for each of its partitions.

    A value is there whole or not at all, whenever the writer dies. Of an input with several partitions it gives a dict
    from partition to value.

    Args:
        base_dir: The folder.
        durable: Whether to wait until a value is on the disk itself.

    Example:
        >>> import tempfile
        >>> from headwater import build_input_context, build_output_context
        >>> files = FilesystemIOManager(base_dir=tempfile.mkdtemp())
        >>> files.handle_output(build_output_context(asset_key="rows"), [1, 2])
        >>> files.load_input(build_input_context(asset_key="rows"))
        [1, 2]
    """

    def __init__(self, base_dir: str | Path, *, durable: bool = True) -> None:
        self._values = FileValues(Path(base_dir), durable=durable)

    def handle_output(self, context: OutputContext, obj: Any) -> None:
        """Pickle a value in place of any earlier one.

        Raises:
            StepOutputError: it can't be pickled.
        """
        partition = context.partition_key if context.has_asset_partitions else None
        path = self._values.store(context.asset_key, partition, obj)
        context.add_output_metadata({"path": MetadataValue.path(str(path))})

    def load_input(self, context: InputContext) -> Any:
        """The value that was stored last.

        Raises:
            MissingInputError: there is none.
        """
        if not context.has_asset_partitions:
            return self._values.load(context.asset_key, None)
        if context.has_partition_key:
            return self._values.load(context.asset_key, context.partition_key)
        return load_partitions(context, lambda key: self._values.load(context.asset_key, key))


class InMemoryIOManager(IOManager):
    """Keeps values in this process, as long as the manager lives; for tests.

    Example:
        >>> from headwater import build_input_context, build_output_context
        >>> memory = InMemoryIOManager()
        >>> memory.handle_output(build_output_context(asset_key="rows"), [1, 2])
        >>> memory.load_input(build_input_context(asset_key="rows"))
        [1, 2]
    """

    def __init__(self) -> None:
        self.values: dict[tuple[str, ...], Any] = {}

    def handle_output(self, context: OutputContext, obj: Any) -> None:
        """Keep a value."""
        self.values[tuple(context.get_asset_identifier())] = obj

    def load_input(self, context: InputContext) -> Any:
        """The value that was kept last.

        Raises:
            MissingInputError: there is none.
        """
        if context.has_asset_partitions and not context.has_partition_key:
            return load_partitions(context, lambda key: self._load((*context.asset_key.parts, key)))
        return self._load(tuple(context.get_asset_identifier()))

    def _load(self, place: tuple[str, ...]) -> Any:
        if place not in self.values:
            raise MissingInputError(f"There is no value of {'/'.join(place)} in memory; materialize it first.")
        return self.values[place]


def load_partitions(context: InputContext, load: Any) -> dict[str, Any]:
    """The values of several partitions, by partition.

    Args:
        context: Which ones. Its asset's metadata may set `allow_missing_partitions`.
        load: Gives the value of one.

    Raises:
        MissingInputError: one is missing, and may not.
    """
    values = {}
    for key in context.asset_partition_keys:
        try:
            values[key] = load(key)
        except MissingInputError:
            if not context.allow_missing_partitions:
                raise
    return values
