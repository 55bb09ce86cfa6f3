"""Which assets a person means to have made or looked at: keys and selections, without what other systems make."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from headwater.definitions.selection import AssetSelection
from headwater.definitions.selection.nodes import Key
from headwater.definitions.selection.runnable import choose_runnable
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
        runnable = {graph.nodes[number].key for number in choose_runnable(selection, graph.selection_index)}
        keys.update(node.key for node in found if named or node.key in runnable)
        left_out.update(node.key for node in found if not named and node.key not in runnable)
    if not keys:
        raise SelectionError(
            "The selection means no asset that can be made here; `headwater asset list SELECTION` shows what it means."
        )
    return Makeable(sorted(keys), sorted(left_out - keys))


def choose_observable(graph: AssetGraph, selections: Iterable[str]) -> list[str]:
    """The observable assets that any of some selections means.

    Raises:
        SelectionSyntaxError: a text is not a selection.
        UnknownAssetError: one names a key that is not there.
        SelectionError: one means no asset that a function here looks at.
    """
    keys: set[str] = set()
    for text in selections:
        meant = (graph.ids[text],) if text in graph.ids else graph.select(AssetSelection.from_string(text))
        found = {graph.nodes[number].key for number in meant if graph.nodes[number].definition.observable}
        if not found:
            raise SelectionError(
                f"{text} means no asset that can be looked at: write @observable_source_asset for one that another "
                "system makes, or `headwater materialize` for one that is made here."
            )
        keys |= found
    return sorted(keys)
