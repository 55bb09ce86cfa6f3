"""The IO manager that stores values where nobody chose another: each pickled into a file of its own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from headwater.definitions.metadata.infer import MetadataValue
from headwater.definitions.resources.env_vars import EnvVar
from headwater.definitions.resources.io_managers import InputContext, IOManager, OutputContext
from headwater.errors import InvalidConfigError, MissingInputError, StepOutputError
from headwater.execution.io.file_values import FileValues


class FilesystemIOManager(IOManager):
    """Pickles values into files below a folder: one for each asset, or for each of its partitions.

    A value is there whole or not at all, whenever the writer dies. Of an input with several partitions it gives a dict
    from partition to value.

    Args:
        base_dir: The folder: a path, or with the extra `fsspec` an address such as `s3://bucket/folder`, or a `UPath`,
            or an `EnvVar` that holds one. Left out, it is where a run keeps values by itself.
        durable: Whether to wait until a value is on the disk itself, where that is one of this machine.

    Raises:
        InvalidParameterError: no store is known for such an address.

    Example:
        >>> import tempfile
        >>> from headwater import build_input_context, build_output_context
        >>> files = FilesystemIOManager(base_dir=tempfile.mkdtemp())
        >>> files.handle_output(build_output_context(asset_key="rows"), [1, 2])
        >>> files.load_input(build_input_context(asset_key="rows"))
        [1, 2]
    """

    def __init__(self, base_dir: Any = None, *, durable: bool = True) -> None:
        self._durable = durable
        self._base_dir = base_dir
        self.is_unplaced = base_dir is None
        """Whether the run says where values are kept."""
        if not isinstance(base_dir, EnvVar) and base_dir is not None:
            self._values = FileValues(base_dir, durable=durable)

    @cached_property
    def _values(self) -> FileValues:
        """Where it was not known when it was built."""
        folder = self._base_dir.get_value() if isinstance(self._base_dir, EnvVar) else None
        if folder is None:
            raise InvalidConfigError(
                "FilesystemIOManager has no base_dir, and only a run knows where values are kept. Name a folder."
                if self.is_unplaced
                else f"base_dir of FilesystemIOManager is the environment variable {self._base_dir.env_var_name}, "
                "which is not set. Set it where the code location runs, and start that again."
            )
        return FileValues(folder, durable=self._durable)

    def handle_output(self, context: OutputContext, obj: Any) -> None:
        """Pickle a value in place of any earlier one; of several partitions, a dict from partition to value.

        Raises:
            StepOutputError: it can't be pickled, or does not say what belongs to which partition.
        """
        if context.has_asset_partitions:
            paths = [self._values.store(context.asset_key, *item) for item in by_partition(context, obj).items()]
        else:
            paths = [self._values.store(context.asset_key, None, obj)]
        path = paths[0] if len(paths) == 1 else paths[0].parent
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
        """Keep a value; of several partitions, a dict from partition to value.

        Raises:
            StepOutputError: it does not say what belongs to which partition.
        """
        if context.has_asset_partitions:
            self.values.update(
                {(*context.asset_key.parts, key): value for key, value in by_partition(context, obj).items()}
            )
        else:
            self.values[context.asset_key.parts] = obj

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


def by_partition(context: OutputContext, obj: Any) -> dict[str, Any]:
    """A value to store, by partition: where a step made several, it is a dict from each of them to its own value.

    So it may be where a function that makes several in one go had only one left to make. One that returns nothing has
    stored its data itself: None is the value of each, as it is of one.

    Raises:
        StepOutputError: it does not say what belongs to which partition.
    """
    keys = context.asset_partition_keys
    if len(keys) == 1:
        in_dict = context.makes_several and isinstance(obj, dict) and set(obj) == set(keys)
        return obj if in_dict else {keys[0]: obj}
    if obj is None:
        return dict.fromkeys(keys)
    if isinstance(obj, dict) and set(obj) == set(keys):
        return obj
    raise StepOutputError(
        f"{context.asset_key.to_user_string()} was made for {len(keys)} partitions in one go, so its value is a dict "
        f"from each of context.partition_keys to what belongs to it, but it is {_of_what(obj, keys)}. Return such a "
        "dict, store the data in your function and return a MaterializeResult, or use "
        "BackfillPolicy.multi_run(max_partitions_per_run=1)."
    )


def _of_what(obj: Any, keys: Sequence[str]) -> str:
    if not isinstance(obj, dict):
        return f"a {type(obj).__name__}"
    missing = [key for key in keys if key not in obj]
    if missing:
        return f"a dict without {missing[0]!r}"
    return f"a dict with {next(key for key in obj if key not in keys)!r}, which is none of them"


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
