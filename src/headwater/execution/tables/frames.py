"""Tables of polars, pandas and pyarrow: to and from files, DuckDB and rows, without importing what is not used."""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from headwater.errors import StepOutputError

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
        frame.to_json(buffer, orient="records", lines=True)
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


def split(frame: Any, column: str, keys: Sequence[str]) -> dict[str, Any]:
    """The rows of a data frame by the text of one of its columns; empty for a key without rows.

    Raises:
        StepOutputError: there is no such column, or rows that belong to none of the keys.
    """
    if column not in frame.columns:
        raise StepOutputError(f"The table has no column {column!r}, which is to tell its partitions apart.")
    if library_of(frame) == "polars":
        import polars as pl

        texts = frame[column].cast(pl.String)
        parts = {key: frame.filter(texts == key) for key in keys}
    else:
        texts = frame[column].astype(str)
        parts = {key: frame[texts == key] for key in keys}
    left = len(frame) - sum(len(part) for part in parts.values())
    if left:
        raise StepOutputError(f"{left} rows have a {column!r} that is none of the {len(keys)} partitions being made.")
    return parts


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
