"""What a run of a selection makes and looks at, and what it can't."""

from __future__ import annotations

from headwater.definitions.selection.asset_selection import AssetSelection
from headwater.definitions.selection.index import SelectionIndex, is_runnable
from headwater.definitions.selection.nodes import named_keys
from headwater.errors import ExternalAssetError


def refuse_external(selection: AssetSelection, index: SelectionIndex, who: str) -> None:
    """See that a selection of what is to be run names nothing that another system makes.

    Args:
        selection: What is to be run.
        index: All assets.
        who: Whose it is, for the message.

    Raises:
        ExternalAssetError: it does.
    """
    named = _named(selection)
    external = sorted(
        asset.key
        for asset in index.assets
        if asset.key in named and asset.kind == "external" and not is_runnable(asset)
    )
    if external:
        raise ExternalAssetError(
            f"{who} names {', '.join(external)}, which is external: another system makes it, so no run can. Leave "
            "it out, and name what is made from it here; to report it, use a sensor or POST "
            "/report_asset_materialization/. A run can look at it where @observable_source_asset says how."
        )


def choose_runnable(selection: AssetSelection, index: SelectionIndex) -> set[int]:
    """What a run of a selection is of: its native assets, and those observable ones that it names one by one.

    One that means no native asset at all is of all the observable ones that it means.

    Args:
        selection: What is to be run.
        index: All assets.

    Raises:
        UnknownAssetError: it names a key that is not there.
        SelectionError: it asks for what is not known here.
    """
    named = _named(selection)
    found = index.select(selection.node)
    native = {number for number in found if index.assets[number].kind == "native"}
    seen = {number for number in found if index.assets[number].observable}
    return native | {number for number in seen if not native or index.assets[number].key in named}


def _named(selection: AssetSelection) -> set[str]:
    return {key.to_escaped_user_string() for key in named_keys(selection.node)}
