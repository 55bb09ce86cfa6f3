"""The facets that are read, as structs with every field optional, and the reader that survives odd ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Raw

from headwater.errors import HeadwaterError
from headwater.openlineage.events import LongName, ShortName

# A field's name goes into the names of all fields nested in it, so its length is bounded.
_FieldName = Annotated[str, Meta(max_length=500)]


class Facet(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What all facets share: a producer takes one back by sending it as deleted."""

    deleted: bool = msgspec.field(default=False, name="_deleted")


class SchemaField(msgspec.Struct, frozen=True):
    """A column; `fields` are those of a nested one."""

    name: _FieldName
    type: str | None = None
    description: str | None = None
    fields: tuple[SchemaField, ...] | None = None


class Schema(Facet, frozen=True):
    """The columns of a dataset."""

    fields: tuple[SchemaField, ...] | None = None


class InputField(msgspec.Struct, frozen=True):
    """A column of an upstream dataset."""

    namespace: ShortName
    name: LongName
    field: str


class ColumnInputs(msgspec.Struct, frozen=True, rename="camel"):
    """What one column is made from."""

    input_fields: tuple[InputField, ...] | None = None


class ColumnLineage(Facet, frozen=True):
    """What each column is made from; `dataset` has the columns that decide over whole rows, as a filter does."""

    fields: dict[str, ColumnInputs] | None = None
    dataset: tuple[InputField, ...] | None = None


class DataSource(Facet, frozen=True):
    """Where a dataset is kept."""

    uri: str | None = None


class Documentation(Facet, frozen=True):
    """What a dataset is, in words."""

    description: str | None = None


class Version(Facet, frozen=True):
    """Which contents a dataset has."""

    dataset_version: str | None = None


class LifecycleStateChange(Facet, frozen=True):
    """What happened to the dataset as a whole, such as `DROP`."""

    lifecycle_state_change: str | None = None


class OutputStatistics(Facet, frozen=True):
    """How much was written."""

    row_count: int | None = None
    size: int | None = None
    file_count: int | None = None


class Assertion(msgspec.Struct, frozen=True):
    """A test of a dataset, and how it went."""

    success: bool
    assertion: str = ""
    name: str | None = None
    column: str | None = None
    severity: str | None = None
    description: str | None = None
    expected: str | int | float | bool | None = None
    actual: str | int | float | bool | None = None
    content: str | None = None
    params: dict[str, Any] | None = None


class DataQualityAssertions(Facet, frozen=True):
    """Tests of a dataset."""

    assertions: tuple[Assertion, ...] | None = None


class JobType(Facet, frozen=True):
    """What sort of job it is, such as `MODEL` or `TEST`."""

    job_type: str | None = None


class DbtNode(msgspec.Struct, frozen=True):
    """Which node of a dbt project a job is."""

    unique_id: str | None = None
    deleted: bool = msgspec.field(default=False, name="_deleted")


class ErrorMessage(Facet, frozen=True):
    """Why a run failed."""

    message: str | None = None


_T = TypeVar("_T", bound=Facet | DbtNode)


class FacetReader:
    """Reads facets one by one and keeps the names of those that can't be read."""

    def __init__(self) -> None:
        self.unread: list[str] = []

    def read(self, name: str, raw: Raw, facet: type[_T], use: Callable[[_T], None]) -> None:
        """Hand a facet to `use`, unless it is absent, deleted or unreadable.

        Args:
            name: As the producer calls it.
            raw: Its JSON, empty where it is absent.
            facet: Its type.
            use: Takes it; what it raises as a `HeadwaterError` makes the facet unreadable too.
        """
        text = bytes(raw)
        if text in (b"", b"null"):
            return
        try:
            # Lax, since producers send numbers as text and the other way round.
            value = msgspec.json.decode(text, type=facet, strict=False)
            # No database keeps a null character, which JSON can only write like this.
            if b"\\u0000" in text:
                raise ValueError("a null character")
            if not value.deleted:
                use(value)
        except (ValueError, RecursionError, HeadwaterError):
            self.unread.append(name)
