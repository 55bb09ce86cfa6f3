"""Datasets of OpenLineage in metadata that can't be told apart, or read."""

from __future__ import annotations

from collections.abc import Iterator

from headwater.definitions.assets.specs import AssetSpec
from headwater.definitions.metadata.datasets import DATASETS, DatasetName, read_datasets
from headwater.definitions.metadata.infer import to_wire
from headwater.definitions.problems.collected import Collected
from headwater.definitions.problems.problem import Problem
from headwater.definitions.source import describe_source
from headwater.errors import DuplicateDefinitionError, InvalidDefinitionError


def unclear_datasets(collected: Collected) -> Iterator[Problem]:
    """News of a dataset go to one asset, so two can't claim it."""
    known: dict[DatasetName, AssetSpec] = {}
    for key, spec in collected.specs.items():
        if DATASETS not in spec.metadata:
            continue
        told = to_wire({DATASETS: spec.metadata[DATASETS]})
        try:
            datasets = read_datasets(told[DATASETS].value, key.to_user_string())
        except InvalidDefinitionError as error:
            yield Problem(
                code="unreadable-dataset", message=str(error), source=spec.source, error=InvalidDefinitionError
            )
            continue
        for dataset in datasets:
            other = known.setdefault(dataset, spec)
            if other is not spec:
                message = (
                    f"The dataset {dataset.name!r} in {dataset.namespace!r} is claimed by asset "
                    f"{other.key.to_user_string()!r} at {describe_source(other.source)} and by "
                    f"{key.to_user_string()!r} at {describe_source(spec.source)}. Leave it to one of them."
                )
                yield Problem(
                    code="duplicate-dataset", message=message, source=spec.source, error=DuplicateDefinitionError
                )
