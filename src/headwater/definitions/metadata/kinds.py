"""The kinds of metadata: one class each, and the constructors by which users name a kind."""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Protocol, TypeVar, runtime_checkable

import msgspec

from headwater.definitions.arguments import check_moment, shown
from headwater.definitions.metadata.tables import (
    TableColumn,
    TableColumnLineage,
    TableRecord,
    TableSchema,
    infer_schema,
)
from headwater.definitions.plain_json import plain_float, plain_int, plain_json, plain_text
from headwater.definitions.snapshot import WireValue
from headwater.errors import InvalidMetadataError, InvalidParameterError
from headwater.keys import AssetKey

_T = TypeVar("_T")
_force = msgspec.structs.force_setattr
# Beyond these, a browser's numbers lose digits.
_EXACT = 2**53


@runtime_checkable
class PathLike(Protocol):
    """What names a file, such as a `pathlib.Path`."""

    def __fspath__(self) -> str:
        """The path as text."""
        ...


class MetadataValue(msgspec.Struct, frozen=True):
    """A piece of metadata of a known kind. Make one by the constructor named after its kind.

    Plain strings, numbers, bools, None, dicts, lists, paths and asset keys need no constructor.

    Example:
        >>> MetadataValue.url("https://example.com/run/7").url
        'https://example.com/run/7'
    """

    kind: ClassVar[str] = ""

    @property
    def value(self) -> Any:
        """The value itself."""
        return getattr(self, self.__struct_fields__[0])

    def to_wire(self) -> WireValue:
        """The value as stored and sent."""
        return WireValue(self.kind, self.value)

    @staticmethod
    def text(text: str) -> TextMetadataValue:
        """Text."""
        return TextMetadataValue(text)

    @staticmethod
    def url(url: str) -> UrlMetadataValue:
        """A link."""
        return UrlMetadataValue(url)

    @staticmethod
    def path(path: str | PathLike) -> PathMetadataValue:
        """A file or folder."""
        return PathMetadataValue(_path_text(path))

    @staticmethod
    def notebook(path: str | PathLike) -> NotebookMetadataValue:
        """A notebook's file."""
        return NotebookMetadataValue(_path_text(path))

    @staticmethod
    def md(data: str) -> MarkdownMetadataValue:
        """Text in Markdown."""
        return MarkdownMetadataValue(data)

    @staticmethod
    def json(data: Any) -> JsonMetadataValue:
        """Any JSON; tuples become lists, keys strings."""
        return JsonMetadataValue(data)

    @staticmethod
    def int(value: builtins.int) -> IntMetadataValue:
        """A whole number of any size."""
        return IntMetadataValue(value)

    @staticmethod
    def float(value: builtins.float) -> FloatMetadataValue:
        """A number; also one that is not finite."""
        return FloatMetadataValue(value)

    @staticmethod
    def bool(value: builtins.bool) -> BoolMetadataValue:
        """True or False."""
        return BoolMetadataValue(value)

    @staticmethod
    def null() -> NullMetadataValue:
        """Nothing."""
        return NullMetadataValue()

    @staticmethod
    def asset(asset_key: AssetKey) -> AssetMetadataValue:
        """A link to another asset."""
        return AssetMetadataValue(asset_key)

    @staticmethod
    def run(run_id: str) -> RunMetadataValue:
        """A link to a run."""
        return RunMetadataValue(run_id)

    @staticmethod
    def dagster_run(run_id: str) -> RunMetadataValue:
        """The same as `run`, under the name that code from elsewhere uses."""
        return RunMetadataValue(run_id)

    @staticmethod
    def job(job_name: str, location_name: str | None = None, *, repository_name: str | None = None) -> JobMetadataValue:
        """A job, here or in another orchestrator."""
        return JobMetadataValue(job_name, location_name, repository_name)

    @staticmethod
    def timestamp(value: builtins.float | datetime) -> TimestampMetadataValue:
        """A moment, from seconds since the epoch as a float, or an aware datetime."""
        return TimestampMetadataValue(_moment(value) if isinstance(value, datetime) else value)

    @staticmethod
    def table(
        records: Sequence[TableRecord | Mapping[str, Any]], schema: TableSchema | Sequence[TableColumn] | None = None
    ) -> TableMetadataValue:
        """Some rows of a table; without a schema it is that of the first row."""
        rows = [record if isinstance(record, TableRecord) else TableRecord(record) for record in records]
        if schema is None:
            if not rows:
                raise InvalidMetadataError("MetadataValue.table without records needs a schema; pass schema=.")
            schema = infer_schema(rows[0])
        return TableMetadataValue(rows, schema if isinstance(schema, TableSchema) else TableSchema(schema))

    @staticmethod
    def table_schema(schema: TableSchema) -> TableSchemaMetadataValue:
        """The columns of a table."""
        return TableSchemaMetadataValue(schema)

    @staticmethod
    def column_lineage(lineage: TableColumnLineage) -> TableColumnLineageMetadataValue:
        """Which columns each column is made from."""
        return TableColumnLineageMetadataValue(lineage)


# Below, a field `text`, `url` or `path` hides the constructor of that name, which is called on MetadataValue itself.


class _TextLike(MetadataValue, frozen=True):
    """A kind whose first field is text."""

    def __post_init__(self) -> None:
        field = self.__struct_fields__[0]
        where = f"MetadataValue.{self.kind}"
        _force(self, field, plain_text(_typed(getattr(self, field), str, where, "a string"), where))


class TextMetadataValue(_TextLike, frozen=True):
    """Text.

    Example:
        >>> MetadataValue.text("two files").text
        'two files'
    """

    kind: ClassVar[str] = "text"
    text: str  # type: ignore[assignment]


class UrlMetadataValue(_TextLike, frozen=True):
    """A link.

    Example:
        >>> MetadataValue.url("https://example.com/run/7").url
        'https://example.com/run/7'
    """

    kind: ClassVar[str] = "url"
    url: str  # type: ignore[assignment]


class PathMetadataValue(_TextLike, frozen=True):
    """A file or folder.

    Example:
        >>> MetadataValue.path("/data/orders.csv").path
        '/data/orders.csv'
    """

    kind: ClassVar[str] = "path"
    path: str  # type: ignore[assignment]

    @property
    def fspath(self) -> str:
        """The path."""
        return self.path


class NotebookMetadataValue(PathMetadataValue, frozen=True):
    """A notebook's file.

    Example:
        >>> MetadataValue.notebook("reports/orders.ipynb").path
        'reports/orders.ipynb'
    """

    kind: ClassVar[str] = "notebook"


class MarkdownMetadataValue(_TextLike, frozen=True):
    """Text in Markdown.

    Example:
        >>> MetadataValue.md("**late** again").md_str
        '**late** again'
    """

    kind: ClassVar[str] = "md"
    md_str: str


class RunMetadataValue(_TextLike, frozen=True):
    """A link to a run.

    Example:
        >>> MetadataValue.run("5f2a").run_id
        '5f2a'
    """

    kind: ClassVar[str] = "run"
    run_id: str


class JobMetadataValue(_TextLike, frozen=True):
    """A job, here or in another orchestrator.

    Example:
        >>> MetadataValue.job("nightly", "warehouse").location_name
        'warehouse'
    """

    kind: ClassVar[str] = "job"
    job_name: str
    location_name: str | None = None
    repository_name: str | None = None

    def to_wire(self) -> WireValue:
        """The names as an object."""
        return WireValue(self.kind, plain_json(msgspec.structs.asdict(self), "MetadataValue.job"))


class JsonMetadataValue(MetadataValue, frozen=True):
    """Any JSON.

    Example:
        >>> MetadataValue.json({"days": (1, 2)}).data
        {'days': [1, 2]}
    """

    kind: ClassVar[str] = "json"
    data: Any

    def __post_init__(self) -> None:
        _force(self, "data", plain_json(self.data, "MetadataValue.json"))


class IntMetadataValue(MetadataValue, frozen=True):
    """A whole number.

    Example:
        >>> MetadataValue.int(1203).value
        1203
    """

    kind: ClassVar[str] = "int"
    value: int

    def __post_init__(self) -> None:
        number = _typed(self.value, int, "MetadataValue.int", "a whole number")
        _force(self, "value", plain_int(number, "MetadataValue.int"))

    def to_wire(self) -> WireValue:
        """The number, as decimal text where a browser could not read it exactly."""
        return WireValue(self.kind, self.value if -_EXACT <= self.value <= _EXACT else str(self.value))


class FloatMetadataValue(MetadataValue, frozen=True):
    """A number with a fraction.

    Example:
        >>> MetadataValue.float(0.25).value
        0.25
    """

    kind: ClassVar[str] = "float"
    value: float

    def __post_init__(self) -> None:
        expected = "a float (for a whole number there is MetadataValue.int)"
        _force(self, "value", float.__float__(_typed(self.value, float, "MetadataValue.float", expected)))

    def to_wire(self) -> WireValue:
        """The number, as text where it is not finite."""
        return WireValue(self.kind, plain_float(self.value))


class BoolMetadataValue(MetadataValue, frozen=True):
    """True or False.

    Example:
        >>> MetadataValue.bool(True).value
        True
    """

    kind: ClassVar[str] = "bool"
    value: bool

    def __post_init__(self) -> None:
        _typed(self.value, bool, "MetadataValue.bool", "True or False")


class NullMetadataValue(MetadataValue, frozen=True):
    """Nothing.

    Example:
        >>> MetadataValue.null().value is None
        True
    """

    kind: ClassVar[str] = "null"

    @property
    def value(self) -> None:
        """None."""
        return None


class AssetMetadataValue(MetadataValue, frozen=True):
    """A link to another asset.

    Example:
        >>> MetadataValue.asset(AssetKey("orders")).asset_key
        AssetKey(['orders'])
    """

    kind: ClassVar[str] = "asset"
    asset_key: AssetKey

    def __post_init__(self) -> None:
        _typed(self.asset_key, AssetKey, "MetadataValue.asset", "an AssetKey")

    def to_wire(self) -> WireValue:
        """The key in its escaped text form."""
        return WireValue(self.kind, self.asset_key.to_escaped_user_string())


class TimestampMetadataValue(MetadataValue, frozen=True):
    """A moment, in seconds since the epoch, UTC.

    Example:
        >>> MetadataValue.timestamp(1724614700.0).value
        1724614700.0
    """

    kind: ClassVar[str] = "timestamp"
    value: float

    def __post_init__(self) -> None:
        expected = "seconds since the epoch as a float, or an aware datetime"
        _force(self, "value", _moment(_typed(self.value, float, "MetadataValue.timestamp", expected)))


class TableMetadataValue(MetadataValue, frozen=True):
    """Some rows of a table, such as a preview.

    Example:
        >>> preview = MetadataValue.table([{"id": 1, "city": "Bern"}])
        >>> [column.name for column in preview.schema.columns]
        ['id', 'city']
    """

    kind: ClassVar[str] = "table"
    records: Sequence[TableRecord]
    schema: TableSchema

    def __post_init__(self) -> None:
        _typed(self.schema, TableSchema, "The schema of MetadataValue.table", "a TableSchema")
        _force(self, "records", list(self.records))
        for record in self.records:
            _typed(record, TableRecord, "A record of MetadataValue.table", "a TableRecord")

    @property
    def value(self) -> TableMetadataValue:
        """Itself: rows and schema belong together."""
        return self

    def to_wire(self) -> WireValue:
        """Rows and columns as plain JSON."""
        columns = [column.to_plain() for column in self.schema.columns]
        return WireValue(self.kind, {"records": [record.to_plain() for record in self.records], "schema": columns})


class TableSchemaMetadataValue(MetadataValue, frozen=True):
    """The columns of a table.

    Example:
        >>> MetadataValue.table_schema(TableSchema([TableColumn("id", "int")])).schema.columns[0].name
        'id'
    """

    kind: ClassVar[str] = "table_schema"
    schema: TableSchema

    def __post_init__(self) -> None:
        _typed(self.schema, TableSchema, "MetadataValue.table_schema", "a TableSchema")

    def to_wire(self) -> WireValue:
        """Columns and constraints as plain JSON."""
        return WireValue(self.kind, self.schema.to_plain())


class TableColumnLineageMetadataValue(MetadataValue, frozen=True):
    """Which columns each column is made from.

    Example:
        >>> lineage = TableColumnLineage({"total": [TableColumnDep(AssetKey("orders"), "amount")]})
        >>> list(MetadataValue.column_lineage(lineage).lineage.deps_by_column)
        ['total']
    """

    kind: ClassVar[str] = "column_lineage"
    lineage: TableColumnLineage

    def __post_init__(self) -> None:
        _typed(self.lineage, TableColumnLineage, "MetadataValue.column_lineage", "a TableColumnLineage")

    def to_wire(self) -> WireValue:
        """Upstream columns by column as plain JSON."""
        return WireValue(self.kind, self.lineage.to_plain())


def _typed(value: object, expected: type[_T], where: str, kind: str) -> _T:
    if not isinstance(value, expected):
        raise InvalidMetadataError(f"{where} takes {kind}, but got {shown(value)}.")
    return value


def _path_text(value: str | PathLike) -> str:
    # Whatever else this returns, the class refuses.
    return value.__fspath__() if isinstance(value, PathLike) else value


def _moment(value: float | datetime) -> float:
    try:
        return check_moment(value, "MetadataValue.timestamp")
    except InvalidParameterError as error:
        raise InvalidMetadataError(str(error)) from error
