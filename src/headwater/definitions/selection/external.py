"""What a selection names one by one, as against what it happens to mean."""

from __future__ import annotations

from headwater.definitions.selection.asset_selection import AssetSelection
from headwater.definitions.selection.index import SelectionIndex
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
    named = {key.to_escaped_user_string() for key in named_keys(selection.node)}
    external = sorted(asset.key for asset in index.assets if asset.key in named and asset.kind == "external")
    if external:
        raise ExternalAssetError(
            f"{who} names {', '.join(external)}, which is external: another system makes it, so no run can. Leave "
            "it out, and name what is made from it here; to report it, use a sensor or POST "
            "/report_asset_materialization/."
        )
