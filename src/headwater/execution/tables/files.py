"""The IO manager that stores tables as files, wherever fsspec reaches."""

from __future__ import annotations

from typing import Any, Literal
from urllib.parse import quote

from headwater.definitions.metadata.infer import MetadataValue
from headwater.definitions.resources.configurable import ConfigurableIOManager
from headwater.definitions.resources.io_managers import InputContext, OutputContext
from headwater.errors import MissingInputError
from headwater.execution.io.file_io_manager import by_partition, load_partitions
from headwater.execution.io.value_places import folder_at, written_whole
from headwater.execution.tables import frames
from headwater.execution.tables.partition_rows import rows_of

_SAFE = " =+@,-_."


class TableFilesIOManager(ConfigurableIOManager):
    """Stores tables of polars, pandas or pyarrow as Parquet, CSV or JSON files.

    An asset has a file, or a folder with one for each partition. A file is written beside its place and moved there
    when it is whole, so a reader never meets half of one. A function gets the kind of table that its parameter's
    annotation names; of an input with several partitions, a dict from partition to table.

    Args:
        base_path: A folder: a local path, or with the extra `fsspec` an address such as `s3://bucket/folder`.
        format: `parquet`, `csv` or `json` (a line a row).

    Example:
        >>> TableFilesIOManager(base_path="lake/mart", format="csv").format
        'csv'
    """

    base_path: str
    format: Literal["parquet", "csv", "json"] = "parquet"

    def handle_output(self, context: OutputContext, obj: Any) -> None:
        """Store a table in place of any earlier one.

        Of several partitions it takes a dict from partition to table, or one table whose rows the column tells apart
        that the asset's metadata names as `partition_expr`.

        Raises:
            StepOutputError: it is no table, or does not say what belongs to which partition.
        """
        if not context.has_asset_partitions:
            place, rows = self._store(context, None, obj)
        else:
            stored = [self._store(context, *item) for item in self._by_partition(context, obj).items()]
            place = stored[0][0] if len(stored) == 1 else stored[0][0].parent
            rows = sum(count for _, count in stored)
        context.add_output_metadata({"path": MetadataValue.path(str(place)), "row_count": rows})

    def _by_partition(self, context: OutputContext, obj: Any) -> dict[str, Any]:
        """A table for each partition: given as a dict, or told apart by the column that the metadata names."""
        keys = context.asset_partition_keys
        if len(keys) > 1 and frames.library_of(obj) and "partition_expr" in context.definition_metadata:
            frame = frames.as_frame(obj, context.asset_key.to_user_string())
            frames.check_rows(frame, rows_of(context))
            return {key: frames.rows_of(frame, rows_of(context, [key])) for key in keys}
        return by_partition(context, obj)

    def _store(self, context: OutputContext, partition: str | None, obj: Any) -> tuple[Any, int]:
        """Write one file whole; gives its place and its number of rows."""
        frame = frames.as_frame(obj, context.asset_key.to_user_string())
        place = self._place(context, partition)
        body = frames.encode(frame, self.format)
        with written_whole(place) as file:
            file.write(body)
        return place, len(frame)

    def load_input(self, context: InputContext) -> Any:
        """The table that was stored last; of several partitions, a dict from partition to table.

        Raises:
            MissingInputError: there is none.
        """
        if context.has_asset_partitions and not context.has_partition_key:
            return load_partitions(context, lambda key: self._load(context, key))
        return self._load(context, context.partition_key if context.has_asset_partitions else None)

    def _load(self, context: InputContext, partition: str | None) -> Any:
        place = self._place(context, partition)
        try:
            body = place.read_bytes()
        except FileNotFoundError:
            raise MissingInputError(
                f"There is no file {place} with the data of {context.asset_key.to_user_string()}. Materialize it first."
            ) from None
        return frames.decode(body, self.format, context.typing_type)

    def _place(self, context: Any, partition: str | None) -> Any:
        names = [_file_name(part) for part in context.asset_key.parts]
        if partition is not None:
            names.append(_file_name(partition))
        return folder_at(self.base_path).joinpath(*names[:-1], f"{names[-1]}.{self.format}")


def _file_name(part: str) -> str:
    name = quote(part, safe=_SAFE) or "%empty"
    return name.replace(".", "%2E") if name in (".", "..") else name
