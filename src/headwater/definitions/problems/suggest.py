"""What a key that nobody defined was probably meant to be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from headwater.definitions.near import nearest
from headwater.keys import AssetKey

# Comparing with more keys than these takes longer than a suggestion is worth; the exact ones are still found.
_MOST_COMPARED = 20_000
_MOST = 3


class Suggestions:
    """The keys that there are, ready to be compared with ones that are not."""

    def __init__(self, known: Iterable[AssetKey]) -> None:
        self._by_text: dict[str, AssetKey] = {}
        self._by_last: dict[str, list[AssetKey]] = {}
        for key in sorted(known):
            self._by_text[key.to_user_string()] = key
            if key.parts:
                self._by_last.setdefault(key.parts[-1], []).append(key)

    def near(self, key: AssetKey) -> list[AssetKey]:
        """Up to three keys: the same name split otherwise, elsewhere, or misspelt."""
        elsewhere = self._by_last.get(key.parts[-1], []) if key.parts else []
        return list(dict.fromkeys((*self._split_otherwise(key), *elsewhere, *self._misspelt(key, 0.6))))[:_MOST]

    def surely_meant(self, key: AssetKey) -> list[AssetKey]:
        """Only what can hardly be a coincidence: the same name split otherwise, or off by a letter or two."""
        return list(dict.fromkeys((*self._split_otherwise(key), *self._misspelt(key, 0.8))))[:_MOST]

    def _split_otherwise(self, key: AssetKey) -> list[AssetKey]:
        found = self._by_text.get(key.to_user_string())
        return [] if found is None else [found]

    def _misspelt(self, key: AssetKey, likeness: float) -> list[AssetKey]:
        if len(self._by_text) > _MOST_COMPARED:
            return []
        near = nearest(key.to_user_string(), self._by_text, most=_MOST, likeness=likeness)
        return [self._by_text[match] for match in near]

    def question(self, key: AssetKey) -> str:
        """A sentence for the end of a message; empty where nothing is near."""
        return ask(self.near(key))


def ask(candidates: Sequence[AssetKey]) -> str:
    """Whether one of these was meant; empty where there are none."""
    return f" Did you mean {' or '.join(repr(candidate) for candidate in candidates)}?" if candidates else ""
