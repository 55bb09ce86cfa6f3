"""Assets as OpenLineage's datasets: their names, and what is known of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from headwater.definitions.metadata.datasets import DatasetName
from headwater.graph.asset_graph import AssetGraph, AssetNode, undefined_node
from headwater.keys import AssetKey
from headwater.openlineage.naming import default_dataset
from headwater.openlineage.outgoing.facets import Facets, assertions, described, facet, owned_by, statistics, tagged
from headwater.records.log.events import CheckEvaluation, Event, Materialization


class Datasets:
    """The assets of a graph as datasets.

    Args:
        graph: Their definitions. What one claims under `openlineage/datasets` is its name, the first of several.
        namespace: Of assets that nobody else has a name for.
    """

    def __init__(self, graph: AssetGraph, namespace: str) -> None:
        self._graph = graph
        self._namespace = namespace
        self._claims: dict[str, DatasetName] = {}
        for dataset, key in graph.datasets:
            self._claims.setdefault(key, dataset)

    def node(self, key: str) -> AssetNode:
        """An asset, be it defined or not."""
        return self._graph.node(key) if key in self._graph.ids else undefined_node(key)

    def of_step(self, keys: Sequence[str], versions: Mapping[str | None, Event] | None = None) -> dict[str, list[Any]]:
        """The `inputs` and `outputs` of a step: of what it only looks at, an observable asset, it writes nothing.

        Args:
            keys: The step's assets.
            versions: What it made of each.
        """
        looked_at = [key for key in keys if self.node(key).kind in ("external", "stub")]
        made = [key for key in keys if key not in looked_at]
        upstream = (each for key in made if key in self._graph.ids for each in self._graph.upstream_keys(key))
        read = dict.fromkeys([*(key for key in upstream if key not in made), *looked_at])
        return {
            "inputs": [self._dataset(key) for key in read],
            "outputs": [self._output(key, None if versions is None else versions.get(key)) for key in made],
        }

    def _output(self, key: str, version: Event | None) -> dict[str, Any]:
        """An asset that is made, with what is known of the version that was."""
        found = self._dataset(key)
        if version is not None and isinstance(version.payload, Materialization):
            facets: Facets = found["facets"]
            facets.update(described(version.payload.metadata, self._named))
            if version.data_version is not None:
                facets["version"] = facet("1-0-1", "DatasetVersionDatasetFacet", datasetVersion=version.data_version)
            found["outputFacets"] = statistics(version.payload.metadata)
        return found

    def judged(self, key: str, evaluations: Iterable[CheckEvaluation]) -> dict[str, Any]:
        """An asset that was looked at, and what was found."""
        return {**self._dataset(key), "inputFacets": assertions(evaluations)}

    def _dataset(self, key: str) -> dict[str, Any]:
        definition = self.node(key).definition
        name = self._named_as(key)
        facets = {
            **described(definition.metadata, self._named),
            **owned_by(definition.owners, "Dataset"),
            **tagged(definition.tags, "Dataset"),
        }
        if definition.description:
            text = facet("1-1-0", "DocumentationDatasetFacet", description=definition.description)
            facets["documentation"] = text
        return {"namespace": name.namespace, "name": name.name, "facets": facets}

    def _named(self, key: AssetKey) -> DatasetName:
        return self._named_as(key.to_escaped_user_string())

    def _named_as(self, key: str) -> DatasetName:
        claimed = self._claims.get(key)
        if claimed is not None:
            return claimed
        if self.node(key).kind == "native":
            return DatasetName(self._namespace, key)
        return default_dataset(AssetKey.from_escaped_user_string(key), self._namespace)
