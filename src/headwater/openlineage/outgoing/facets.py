"""Facets as they are sent: plain JSON, each with its producer and the address of its schema.

The versions are those of https://openlineage.io/spec/facets as of OpenLineage 1.54.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from headwater.definitions.metadata.datasets import DatasetName
from headwater.definitions.metadata.from_wire import from_wire
from headwater.definitions.metadata.tables import TableColumnLineage, TableSchema
from headwater.definitions.snapshot import WireValue
from headwater.keys import AssetKey
from headwater.openlineage.naming import without_credentials
from headwater.records.log.events import CheckEvaluation, ErrorInfo

PRODUCER = "urn:headwater"
_FACETS = "https://openlineage.io/spec/facets"
Facets = dict[str, dict[str, Any]]
_COUNTS = {
    "rowCount": "dagster/row_count",
    "size": "openlineage/size_bytes",
    "fileCount": "openlineage/file_count",
}
"""The names are those under which what comes in is kept."""


def facet(version: str, name: str, /, **fields: Any) -> dict[str, Any]:
    """One facet; fields without a value are left out."""
    given = {field: value for field, value in fields.items() if value is not None}
    return {"_producer": PRODUCER, "_schemaURL": f"{_FACETS}/{version}/{name}.json#/$defs/{name}", **given}


def described(metadata: Mapping[str, WireValue], named: Callable[[AssetKey], DatasetName]) -> Facets:
    """What metadata says of a dataset: its columns, what these are made from, and where it is kept.

    Args:
        metadata: As an event or definition has it.
        named: What OpenLineage calls an asset, for column lineage.
    """
    found: Facets = {}
    values = {name: value.value for name, value in from_wire(metadata).items() if name.startswith("dagster/")}
    schema, lineage, uri = (values.get(f"dagster/{name}") for name in ("column_schema", "column_lineage", "uri"))
    if isinstance(schema, TableSchema):
        columns = [
            _without_none(name=each.name, type=each.type, description=each.description) for each in schema.columns
        ]
        found["schema"] = facet("1-2-0", "SchemaDatasetFacet", fields=columns)
    if isinstance(lineage, TableColumnLineage):
        fields = {
            column: {
                "inputFields": [
                    _input_field(named(AssetKey.from_coercible(dep.asset_key)), dep.column_name) for dep in deps
                ]
            }
            for column, deps in lineage.deps_by_column.items()
        }
        found["columnLineage"] = facet("1-2-0", "ColumnLineageDatasetFacet", fields=fields)
    if isinstance(uri, str):
        place = without_credentials(uri)
        found["dataSource"] = facet("1-0-1", "DatasourceDatasetFacet", name=place, uri=place)
    return found


def statistics(metadata: Mapping[str, WireValue]) -> Facets:
    """How much was written, as far as metadata says so."""
    counts = {
        field: value.value
        for field, name in _COUNTS.items()
        if (value := metadata.get(name)) is not None and isinstance(value.value, int) and value.value >= 0
    }
    return {"outputStatistics": facet("1-0-2", "OutputStatisticsOutputDatasetFacet", **counts)} if counts else {}


def assertions(evaluations: Iterable[CheckEvaluation]) -> Facets:
    """How some checks of a dataset went; nothing where none was carried out."""
    told = [
        _without_none(
            assertion=each.check_name,
            success=each.passed,
            severity=each.severity.lower(),
            description=each.description,
        )
        for each in evaluations
    ]
    return (
        {"dataQualityAssertions": facet("1-1-0", "DataQualityAssertionsDatasetFacet", assertions=told)} if told else {}
    )


def owned_by(owners: Iterable[str], kind: str) -> Facets:
    """Whose a dataset or job is; `kind` is `Dataset` or `Job`."""
    told = [{"name": owner} for owner in owners]
    return {"ownership": facet("1-0-1", f"Ownership{kind}Facet", owners=told)} if told else {}


def tagged(tags: Mapping[str, str], kind: str) -> Facets:
    """Tags of a dataset, job or run; `kind` is `Dataset`, `Job` or `Run`."""
    told = [{"key": key, "value": value, "source": "HEADWATER"} for key, value in tags.items()]
    return {"tags": facet("1-0-0", f"Tags{kind}Facet", tags=told)} if told else {}


def failed_with(error: ErrorInfo | None) -> Facets:
    """Why a run failed, where that is known."""
    if error is None:
        return {}
    told = facet(
        "1-0-1",
        "ErrorMessageRunFacet",
        message=error.message,
        programmingLanguage="PYTHON",
        stackTrace=error.traceback,
    )
    return {"errorMessage": told}


def _input_field(dataset: DatasetName, column: str) -> dict[str, str]:
    return {"namespace": dataset.namespace, "name": dataset.name, "field": column}


def _without_none(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
