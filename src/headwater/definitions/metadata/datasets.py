"""What OpenLineage calls an asset, as its definition may say under the metadata key `openlineage/datasets`."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from headwater.errors import InvalidDefinitionError

DATASETS = "openlineage/datasets"


class DatasetName(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A dataset as producers name it (https://openlineage.io/docs/spec/naming)."""

    namespace: str
    name: str


def read_datasets(value: object, key: str) -> tuple[DatasetName, ...]:
    """The datasets that an asset's definition claims.

    Args:
        value: What stands under `openlineage/datasets`: one `{"namespace": …, "name": …}`, or a list of them.
        key: The asset's, for the message.

    Raises:
        InvalidDefinitionError: it is neither.
    """
    try:
        found = msgspec.convert(value, DatasetName | list[DatasetName])
    except msgspec.ValidationError as error:
        raise InvalidDefinitionError(
            f"The metadata {DATASETS!r} of asset {key!r} names no dataset ({error}). Write "
            '{"namespace": "postgres://db:5432", "name": "shop.public.orders"}, or a list of such.'
        ) from error
    return (found,) if isinstance(found, DatasetName) else tuple(found)


def declared_datasets(metadata: Mapping[str, object], key: str) -> tuple[DatasetName, ...]:
    """The datasets in an asset's metadata, as values by name; none where it has none that can be read.

    What can't be read is told as the definitions are loaded.
    """
    if DATASETS not in metadata:
        return ()
    try:
        return read_datasets(metadata[DATASETS], key)
    except InvalidDefinitionError:
        return ()
