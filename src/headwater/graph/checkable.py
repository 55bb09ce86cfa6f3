"""Which checks a person means to have carried out: those of the assets of a selection, or some of them by name."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from headwater.definitions.selection import AssetSelection
from headwater.errors import SelectionError
from headwater.graph.asset_graph import AssetGraph


def choose_checks(graph: AssetGraph, selections: Iterable[str], names: Collection[str] = ()) -> list[tuple[str, str]]:
    """The checks that a function here carries out, of all assets that any of some selections means.

    Args:
        graph: All assets.
        selections: Keys and selections; external assets are meant too.
        names: Which checks; all if none is named.

    Raises:
        SelectionSyntaxError: a text is not a selection.
        UnknownAssetError: one names a key that is not there.
        SelectionError: no such check is carried out here.
    """
    keys: dict[str, None] = {}
    for text in selections:
        numbers = [graph.ids[text]] if text in graph.ids else graph.select(AssetSelection.from_string(text))
        keys.update((graph.nodes[number].key, None) for number in numbers)
    found = [
        (check.asset_key, check.name)
        for key in keys
        for check in graph.checks.get(key, ())
        if check.executable and (not names or check.name in names)
    ]
    missing = sorted(set(names) - {name for _, name in found})
    if missing or not found:
        named = f" named {', '.join(missing)}" if missing else ""
        raise SelectionError(
            f"The selection has no check{named} that a function here carries out; `headwater checks list` shows all."
        )
    return found
