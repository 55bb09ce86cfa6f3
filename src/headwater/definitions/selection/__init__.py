"""Which assets are meant: `AssetSelection`, its text form, and its evaluation over any adjacency of assets.

Pure. What a selection is evaluated over (a graph of all locations, or one `Definitions`) is built by others.
"""

from headwater.definitions.selection.asset_selection import AssetSelection, CoercibleToAssetSelection
from headwater.definitions.selection.index import SelectionIndex

__all__ = ["AssetSelection", "CoercibleToAssetSelection", "SelectionIndex"]
