"""What a run in the test's own process came to, in short."""

from __future__ import annotations

import headwater as hw


def made_keys(result: hw.ExecuteInProcessResult) -> set[str]:
    """The keys of the assets that a run made."""
    return {event.asset_key.to_user_string() for event in result.get_asset_materialization_events() if event.asset_key}
