"""What older code calls an external asset."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from typing import Any

from headwater.definitions.arguments import check_several, check_type
from headwater.definitions.assets.specs import AssetSpec
from headwater.definitions.partitions import PartitionsDefinition
from headwater.keys import CoercibleToAssetKey


class SourceAsset(AssetSpec):
    """An external asset, in the words of older code. Write `AssetSpec`, which it is; this one warns.

    Args:
        key: Its name; a string is one part of a key.
        metadata: Anything that is known of it, by name.
        io_manager_key: The resource with which others load its data.
        description: What it is, in Markdown.
        partitions_def: The parts that it consists of.
        group_name: Where it stands in the catalog.
        tags: Names and short values to find it by.

    Raises:
        InvalidParameterError: an argument has the wrong type or form.

    Example:
        >>> import warnings
        >>> with warnings.catch_warnings():
        ...     warnings.simplefilter("ignore")
        ...     SourceAsset("orders", io_manager_key="lake").metadata
        {'dagster/io_manager_key': 'lake'}
    """

    __slots__ = ()

    def __init__(
        self,
        key: CoercibleToAssetKey,
        metadata: Mapping[str, Any] | None = None,
        io_manager_key: str | None = None,
        description: str | None = None,
        partitions_def: PartitionsDefinition | None = None,
        group_name: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        warnings.warn(
            "SourceAsset is the old name: write AssetSpec(key, ...), with .with_io_manager_key(...) where it had "
            "io_manager_key; for one with a function that looks at it, write @observable_source_asset.",
            DeprecationWarning,
            stacklevel=2,
        )
        spec = AssetSpec(
            key,
            metadata=metadata,
            description=description,
            partitions_def=partitions_def,
            group_name=group_name,
            tags=tags,
        )
        if io_manager_key is not None:
            spec = spec.with_io_manager_key(io_manager_key)
        self._set(**{name: getattr(spec, name) for name in self._field_names()})


def external_assets_from_specs(specs: Iterable[AssetSpec]) -> list[AssetSpec]:
    """External assets, in the words of older code: `Definitions(assets=...)` takes the specs themselves.

    Args:
        specs: What is known of each.

    Raises:
        InvalidParameterError: an element is not a spec.

    Example:
        >>> [spec.key.to_user_string() for spec in external_assets_from_specs([AssetSpec("orders")])]
        ['orders']
    """
    where = "specs of external_assets_from_specs"
    return [
        check_type(spec, AssetSpec, f"An element of {where}", "an AssetSpec") for spec in check_several(specs, where)
    ]
