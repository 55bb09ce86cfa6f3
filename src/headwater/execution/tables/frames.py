"""Tables of polars, pandas and pyarrow: to and from files, DuckDB and rows, without importing what is not used."""

from __future__ import annotations

import io
import sys
import tempfile
from functools import reduce
from operator import and_, or_
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from headwater.definitions.resources.io_managers import OutputContext
from headwater.errors import StepOutputError
from headwater.execution.io.file_io_manager import by_partition
from headwater.execution.tables.partition_rows import PartitionRows, Values

_LIBRARIES = ("polars", "pandas", "pyarrow")
_CLASSES = ("DataFrame", "LazyFrame", "Table")


def library_of(table: Any) -> str | None:
    """Which library's table it is; None for anything else."""
    library = type(table).__module__.partition(".")[0]
    return library if library in _LIBRARIES and type(table).__name__ in _CLASSES else None


def as_frame(table: Any, name: str) -> Any:
    """A table as a data frame of polars or pandas; those of pyarrow become one of polars.

    Args:
        table: Of polars, pandas or pyarrow.
        name: The asset's, for the error.

    Raises:
        StepOutputError: it is no table.
    """
    library = library_of(table)
    if library is None:
        raise StepOutputError(
            f"The value of {name} is a {type(table).__name__}; this IO manager stores data frames of polars or pandas, "
            "and pyarrow tables."
        )
    if library == "pyarrow":
        import polars as pl  # optional, as everything here

        return pl.from_arrow(table)
    return table.collect() if type(table).__name__ == "LazyFrame" else table


def joined(value: Any, context: OutputContext) -> Any:
    """The rows of several partitions in one: those of a dict from partition to table, one after the other.

    Raises:
        StepOutputError: the dict does not say what belongs to which partition.
    """
    if not context.has_asset_partitions or not isinstance(value, dict):
        return value
    parts = list(by_partition(context, value).values())
    libraries = {library_of(part) for part in parts}
    if libraries == {"pandas"}:
        import pandas as pd

        return pd.concat(parts, ignore_index=True)
    if None not in libraries:
        import polars as pl

        every = [as_frame(part, context.asset_key.to_user_string()) for part in parts]
        return pl.concat(every, how="diagonal_relaxed")
    return [row for part in parts for row in part] if all(isinstance(part, list) for part in parts) else value


def encode(frame: Any, format: str) -> bytes:
    """A data frame as the bytes of a file of a format: `parquet`, `csv` or `json` (a line a row)."""
    buffer = io.BytesIO()
    if library_of(frame) == "polars":
        {"parquet": frame.write_parquet, "csv": frame.write_csv, "json": frame.write_ndjson}[format](buffer)
    elif format == "parquet":
        frame.to_parquet(buffer)
    elif format == "csv":
        frame.to_csv(buffer, index=False)
    else:
        frame.to_json(buffer, orient="records", lines=True, date_format="iso")
    return buffer.getvalue()


def decode(body: bytes, format: str, annotation: Any) -> Any:
    """The table in the bytes of a file, of the library that a parameter's annotation names."""
    wanted = library_for(annotation)
    buffer = io.BytesIO(body)
    if wanted == "pandas":
        import pandas as pd

        if format == "parquet":
            return pd.read_parquet(buffer)
        return pd.read_csv(buffer) if format == "csv" else pd.read_json(buffer, orient="records", lines=True)
    import polars as pl

    read: Any = {"parquet": pl.read_parquet, "csv": pl.read_csv, "json": pl.read_ndjson}[format]
    return _as_wanted(read(buffer), annotation)


def records(frame: Any) -> list[dict[str, Any]]:
    """The rows of a data frame as dicts of Python values."""
    if library_of(frame) == "polars":
        return list(frame.to_dicts())
    return list(frame.to_dict(orient="records"))


def from_records(columns: list[str], rows: list[tuple[Any, ...]], annotation: Any) -> Any:
    """Rows as a table of the library that a parameter's annotation names."""
    if library_for(annotation) == "pandas":
        import pandas as pd

        return pd.DataFrame(rows, columns=columns)
    import polars as pl

    return _as_wanted(pl.DataFrame(rows, schema=columns, orient="row", infer_schema_length=None), annotation)


def check_rows(frame: Any, wanted: PartitionRows) -> None:
    """See that all rows of a data frame belong to some partitions.

    Raises:
        StepOutputError: a row does not, or there is no column that says so.
    """
    wanted.check_columns(frame.columns)
    left = rows_of_others(frame, wanted)
    if len(left):
        column = left[wanted.columns[0]]
        wanted.refuse(len(left), column[0] if library_of(left) == "polars" else column.iloc[0])


def rows_of(frame: Any, wanted: PartitionRows) -> Any:
    """Those rows of a data frame that belong to some partitions."""
    mask = _mask(frame, wanted)
    return frame.filter(mask) if library_of(frame) == "polars" else frame[mask]


def rows_of_others(frame: Any, wanted: PartitionRows) -> Any:
    """Those rows of a data frame that belong to other partitions, or none."""
    mask = ~_mask(frame, wanted)
    return frame.filter(mask) if library_of(frame) == "polars" else frame[mask]


def _mask(frame: Any, wanted: PartitionRows) -> Any:
    of_column = _of_polars if library_of(frame) == "polars" else _of_pandas
    groups = [reduce(and_, (of_column(frame[each.column], each) for each in group)) for group in wanted.groups]
    return reduce(or_, groups)


def _of_polars(series: Any, values: Values) -> Any:
    import polars as pl

    if not values.spans or not series.dtype.is_temporal():
        return series.cast(pl.String).is_in(list(values.texts)).fill_null(False)
    zone = getattr(series.dtype, "time_zone", None)
    bounds = values.bounds("date" if series.dtype == pl.Date else "local" if zone is None else "zoned")
    if zone is not None:
        bounds = [tuple(each.astimezone(ZoneInfo(zone)) for each in bound) for bound in bounds]
    inside = [(series >= start) & (series < end) for start, end in bounds]
    return reduce(or_, inside).fill_null(False)


def _of_pandas(series: Any, values: Values) -> Any:
    import pandas as pd

    if values.spans and series.dtype == object and pd.api.types.infer_dtype(series) == "date":
        series = pd.to_datetime(series)
    if not values.spans or series.dtype.kind != "M":
        return series.astype(str).isin(values.texts)
    bounds = values.bounds("local" if getattr(series.dtype, "tz", None) is None else "zoned")
    return reduce(or_, [(series >= start) & (series < end) for start, end in bounds])


def into_duckdb(connection: Any, name: str, frame: Any) -> None:
    """Make a data frame a temporary table of DuckDB."""
    if library_of(frame) == "pandas":
        connection.register(f"{name}_frame", frame)
        connection.execute(f"CREATE TEMP TABLE {name} AS FROM {name}_frame")
        return
    with tempfile.TemporaryDirectory(prefix="headwater-") as folder:
        # By way of a file, which both sides read without pyarrow between them.
        file = Path(folder, "rows.parquet")
        frame.write_parquet(file)
        connection.execute(f"CREATE TEMP TABLE {name} AS FROM read_parquet(?)", [str(file)])


def from_duckdb(relation: Any, annotation: Any) -> Any:
    """What DuckDB found, as a table of the library that a parameter's annotation names."""
    if library_for(annotation) == "pandas":
        return relation.df()
    import polars as pl

    with tempfile.TemporaryDirectory(prefix="headwater-") as folder:
        file = Path(folder, "rows.parquet")
        relation.write_parquet(str(file))
        return _as_wanted(pl.read_parquet(file), annotation)


def library_for(annotation: Any) -> str:
    """The library that an annotation names; without one, pandas where only that is in use, else polars."""
    library = str(getattr(annotation, "__module__", "")).partition(".")[0]
    if library in _LIBRARIES:
        return library
    return "pandas" if "pandas" in sys.modules and "polars" not in sys.modules else "polars"


def _as_wanted(frame: Any, annotation: Any) -> Any:
    if library_for(annotation) == "pyarrow":
        return frame.to_arrow()
    return frame.lazy() if getattr(annotation, "__name__", "") == "LazyFrame" else frame
