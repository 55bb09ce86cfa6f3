"""What a dataset's facets say about it, as metadata, description and version."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from headwater.definitions.metadata.infer import MetadataValue, to_wire
from headwater.definitions.metadata.tables import TableColumn, TableColumnDep, TableColumnLineage, TableSchema
from headwater.definitions.snapshot import WireValue
from headwater.errors import InvalidMetadataError
from headwater.openlineage import facets
from headwater.openlineage.events import DatasetFacets
from headwater.openlineage.facets import FacetReader
from headwater.openlineage.naming import Naming, without_credentials

UNREAD = "openlineage/unread_facets"
_MOST_COLUMNS = 10_000
_DEEPEST_FIELD = 8
_UNKNOWN_TYPE = "unknown"


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """A dataset, described. `upstream` are the keys that its column lineage names."""

    metadata: dict[str, WireValue]
    text: str | None
    data_version: str | None
    state_change: str | None
    upstream: tuple[str, ...]


def describe(raw: DatasetFacets, naming: Naming) -> Description:
    """Read the facets of a dataset. Those that can't be read are named in the metadata."""
    collector = _Collector(naming)
    reader = FacetReader()
    reader.read("schema", raw.schema, facets.Schema, collector.take_schema)
    reader.read("columnLineage", raw.column_lineage, facets.ColumnLineage, collector.take_lineage)
    reader.read("outputStatistics", raw.output_statistics, facets.OutputStatistics, collector.take_statistics)
    reader.read("dataSource", raw.data_source, facets.DataSource, collector.take_source)
    reader.read("documentation", raw.documentation, facets.Documentation, collector.take_documentation)
    reader.read("version", raw.version, facets.Version, collector.take_version)
    change = raw.lifecycle_state_change
    reader.read("lifecycleStateChange", change, facets.LifecycleStateChange, collector.take_change)
    if reader.unread:
        collector.metadata.update(to_wire({UNREAD: reader.unread}))
    return Description(
        metadata=collector.metadata,
        text=collector.text,
        data_version=collector.data_version,
        state_change=collector.state_change,
        upstream=tuple(collector.upstream),
    )


class _Collector:
    """Puts a description together, a facet at a time."""

    def __init__(self, naming: Naming) -> None:
        self._naming = naming
        self.metadata: dict[str, WireValue] = {}
        self.text: str | None = None
        self.data_version: str | None = None
        self.state_change: str | None = None
        self.upstream: dict[str, None] = {}

    def _add(self, values: dict[str, Any]) -> None:
        self.metadata.update(to_wire({name: value for name, value in values.items() if value is not None}))

    def take_schema(self, facet: facets.Schema) -> None:
        columns: list[TableColumn] = []
        for column in _columns(facet.fields or ()):
            if len(columns) == _MOST_COLUMNS:
                raise InvalidMetadataError(f"A schema of more than {_MOST_COLUMNS} columns is not kept.")
            columns.append(column)
        if columns:
            self._add({"dagster/column_schema": TableSchema(columns)})

    def take_lineage(self, facet: facets.ColumnLineage) -> None:
        deps = {name: self._deps(inputs.input_fields or ()) for name, inputs in (facet.fields or {}).items()}
        whole_rows = self._deps(facet.dataset or ())
        if deps:
            self._add({"dagster/column_lineage": TableColumnLineage(deps)})
        for dep in [*(dep for column in deps.values() for dep in column), *whole_rows]:
            self.upstream[TableColumnDep.to_plain(dep)["asset_key"]] = None

    def _deps(self, inputs: Sequence[facets.InputField]) -> list[TableColumnDep]:
        """Each upstream column once, although a producer lists it for every transformation."""
        columns = {(self._naming.key_of(column.namespace, column.name), column.field) for column in inputs}
        return [TableColumnDep(key, name) for key, name in sorted(columns)]

    def take_statistics(self, facet: facets.OutputStatistics) -> None:
        self._add(
            {
                "dagster/row_count": facet.row_count,
                "openlineage/size_bytes": facet.size,
                "openlineage/file_count": facet.file_count,
            }
        )

    def take_source(self, facet: facets.DataSource) -> None:
        if facet.uri:
            uri = without_credentials(facet.uri)
            is_link = uri.lower().startswith(("http://", "https://"))
            self._add({"dagster/uri": MetadataValue.url(uri) if is_link else uri})

    def take_documentation(self, facet: facets.Documentation) -> None:
        self.text = facet.description or None

    def take_version(self, facet: facets.Version) -> None:
        self.data_version = facet.dataset_version or None

    def take_change(self, facet: facets.LifecycleStateChange) -> None:
        self.state_change = facet.lifecycle_state_change or None
        self._add({"openlineage/lifecycle_state_change": self.state_change})


def _columns(fields: Sequence[facets.SchemaField]) -> Iterator[TableColumn]:
    """The columns in order, nested ones after their parent and named with it: `address`, `address.street`.

    Raises:
        InvalidMetadataError: they are nested too deep.
    """
    waiting = [("", 0, field) for field in reversed(fields)]
    while waiting:
        prefix, depth, field = waiting.pop()
        name = prefix + field.name
        yield TableColumn(name, field.type or _UNKNOWN_TYPE, field.description or None)
        if field.fields and depth == _DEEPEST_FIELD:
            raise InvalidMetadataError(f"Fields nested deeper than {_DEEPEST_FIELD} levels are not kept.")
        waiting.extend((f"{name}.", depth + 1, child) for child in reversed(field.fields or ()))
