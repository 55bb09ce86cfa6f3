"""Which assets a person means to have made: keys and selections, without what other systems make."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from headwater.definitions.selection import AssetSelection
from headwater.definitions.selection.nodes import Key
from headwater.errors import SelectionError
from headwater.graph.asset_graph import AssetGraph


class Makeable(msgspec.Struct, frozen=True):
    """Keys to make, and those that were selected too but are made elsewhere."""

    keys: list[str]
    left_out: list[str]


def choose_makeable(graph: AssetGraph, selections: Iterable[str]) -> Makeable:
    """The assets that any of some selections means; an asset that is named by its key is meant to be made.

    Raises:
        SelectionSyntaxError: a text is not a selection.
        UnknownAssetError: one names a key that is not there.
        SelectionError: they mean no asset that can be made here.
    """
    keys: set[str] = set()
    left_out: set[str] = set()
    for text in selections:
        if text in graph.ids:
            keys.add(text)
            continue
        selection = AssetSelection.from_string(text)
        found = [graph.nodes[number] for number in graph.select(selection)]
        # Whoever names an external asset is told why it can't be made; whoever selects a group is not.
        named = isinstance(selection.node, Key)
        keys.update(node.key for node in found if named or node.kind == "native")
        left_out.update(node.key for node in found if not named and node.kind != "native")
    if not keys:
        raise SelectionError(
            "The selection means no asset that can be made here; `headwater asset list SELECTION` shows what it means."
        )
    return Makeable(sorted(keys), sorted(left_out - keys))
