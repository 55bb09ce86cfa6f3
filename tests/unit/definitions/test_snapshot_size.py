"""What a large estate costs as a snapshot."""

from __future__ import annotations

import headwater as hw
from headwater.definitions.build_snapshot import build_snapshot
from headwater.definitions.snapshot import SNAPSHOT_VERSION, decode_snapshot, encode_snapshot

_ASSETS = 10_000
_MOST_BYTES = 400


def test_an_asset_takes_few_bytes() -> None:
    """With two deps, group, owner, kind, tags and its place in a file, an asset takes under 400 bytes."""
    specs = [
        hw.AssetSpec(
            ["warehouse", f"domain_{n % 40}", f"table_{n:06}"],
            deps=[["warehouse", f"domain_{m % 40}", f"table_{m:06}"] for m in (n - 1, n - 90) if m >= 0],
            group_name=f"domain_{n % 40}",
            owners=[f"team:domain_{n % 40}"],
            kinds={"postgres"},
            tags={"tier": "gold" if n % 3 else "silver", "domain": f"d{n % 40}"},
        )
        for n in range(_ASSETS)
    ]
    snapshot = build_snapshot(hw.Definitions(specs))
    body = encode_snapshot(snapshot)

    assert _ASSETS == len(snapshot.assets)
    assert _MOST_BYTES * _ASSETS > len(body)
    assert snapshot == decode_snapshot(body)
    assert SNAPSHOT_VERSION == decode_snapshot(body).version
