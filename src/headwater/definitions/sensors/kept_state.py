"""What a sensor keeps beside its cursor: small values by key, durable, committed with the tick that sets them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any

import msgspec

from headwater.definitions.arguments import check_text, shown
from headwater.errors import SensorStateError

MOST_KEYS = 1_000_000
MOST_KEY_CHARACTERS = 4_096
MOST_VALUE_BYTES = 16 * 1024
MOST_BYTES = 32 * 1024 * 1024


class KeptState(MutableMapping[str, Any]):
    """A dict that outlives the tick: what a sensor has seen, with a fingerprint of each.

    Changes are kept if the tick ends well, together with its events and its cursor, and forgotten if it fails. Values
    are plain JSON. There is room for a million keys, 16 KiB a value and 32 MiB in all.

    Args:
        kept: What earlier ticks have left, as JSON text by key.

    Example:
        >>> state = KeptState()
        >>> state.renew("a.csv", {"size": 3}), state.renew("a.csv", {"size": 3}), state.renew("a.csv", {"size": 4})
        (True, False, True)
        >>> dict(state)
        {'a.csv': {'size': 4}}
    """

    def __init__(self, kept: Mapping[str, str] | None = None) -> None:
        self._kept = dict(kept or {})
        self._before: dict[str, str | None] = {}
        self._bytes: int | None = None

    def renew(self, key: str, value: Any) -> bool:
        """Keep a value, and say whether it is another one than before.

        Raises:
            SensorStateError: there is no room for it, or it can't be stored.
        """
        text = _encoded(key, value)
        if self._kept.get(key) == text:
            return False
        self._put(key, text)
        return True

    def changes(self) -> tuple[dict[str, str], list[str]]:
        """What was set, as JSON text by key, and which keys were deleted."""
        changed = [key for key, before in self._before.items() if self._kept.get(key) != before]
        put = {key: self._kept[key] for key in changed if key in self._kept}
        return put, [key for key in changed if key not in self._kept]

    def __getitem__(self, key: str) -> Any:
        return msgspec.json.decode(self._kept[key])

    def __setitem__(self, key: str, value: Any) -> None:
        self.renew(key, value)

    def __delitem__(self, key: str) -> None:
        text = self._kept[key]
        self._count(-len(text))
        self._before.setdefault(key, text)
        del self._kept[key]

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._kept))

    def __len__(self) -> int:
        return len(self._kept)

    def __contains__(self, key: object) -> bool:
        return key in self._kept

    def __repr__(self) -> str:
        return f"KeptState({len(self._kept)} keys)"

    def _put(self, key: str, text: str) -> None:
        if key not in self._kept and len(self._kept) >= MOST_KEYS:
            raise SensorStateError(
                f"context.state holds {MOST_KEYS:,} keys, which is the most, so there is no room for {shown(key)}. "
                "Delete what is of no use any more, or share the work out among several sensors."
            )
        before = self._kept.get(key)
        self._count(len(text) - len(before or ""))
        self._before.setdefault(key, before)
        self._kept[key] = text

    def _count(self, more: int) -> None:
        total = (sum(map(len, self._kept.values())) if self._bytes is None else self._bytes) + more
        if more > 0 and total > MOST_BYTES:
            raise SensorStateError(
                f"context.state would hold {total:,} bytes, but {MOST_BYTES:,} are the most. Keep fingerprints "
                "instead of contents, and delete what is of no use any more."
            )
        self._bytes = total


def _encoded(key: object, value: object) -> str:
    name = check_text(key, "A key of context.state")
    if not name or len(name) > MOST_KEY_CHARACTERS:
        raise SensorStateError(
            f"A key of context.state has 1 to {MOST_KEY_CHARACTERS:,} characters, but got {shown(name)}; "
            "keep a hash of it."
        )
    try:
        encoded = msgspec.json.encode(value)
    except (TypeError, ValueError) as error:
        raise SensorStateError(
            f"The value of context.state[{shown(name)}] is plain JSON, but got {shown(value)}: {error}."
        ) from error
    if len(encoded) > MOST_VALUE_BYTES:
        raise SensorStateError(
            f"The value of context.state[{shown(name)}] has {len(encoded):,} bytes, but {MOST_VALUE_BYTES:,} are the "
            "most; keep a fingerprint of it."
        )
    return encoded.decode()
