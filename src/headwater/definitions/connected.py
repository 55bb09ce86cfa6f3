"""What depends on what in one set of definitions, by number: worked out once, for all who ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from headwater.definitions.assets.specs import AssetSpec
from headwater.definitions.knots import find_knots
from headwater.keys import AssetKey


class Connected(msgspec.Struct, frozen=True, kw_only=True):
    """Assets by number, in the order of their texts. One that is only spoken of, a stub, has no spec."""

    keys: Sequence[AssetKey]
    texts: Sequence[str]
    specs: Sequence[AssetSpec | None]
    upstream: Sequence[Sequence[int]]
    downstream: Sequence[Sequence[int]]
    knots: Sequence[Sequence[int]]
    """Assets that all depend on each other; one alone that depends on itself."""

    @property
    def stubs(self) -> frozenset[AssetKey]:
        """The assets that are only spoken of."""
        return frozenset(key for key, spec in zip(self.keys, self.specs, strict=True) if spec is None)


def connect(specs: Mapping[AssetKey, AssetSpec], mentioned: Iterable[AssetKey]) -> Connected:
    """Connect specs.

    Args:
        specs: By key.
        mentioned: What others than specs speak of.
    """
    # Keys are hashed here, and numbers used from then on: of a hundred thousand assets, hashing is most of the work.
    numbers = {key: number for number, key in enumerate(specs)}
    number_of = numbers.setdefault
    upstream: list[tuple[int, ...]] = [
        tuple([number_of(dep.asset_key, len(numbers)) for dep in spec.deps]) if spec.deps else ()
        for spec in specs.values()
    ]
    for key in mentioned:
        number_of(key, len(numbers))
    keys: list[AssetKey] = list(numbers)
    texts = [key.to_escaped_user_string() for key in keys]
    found: list[AssetSpec | None] = [*specs.values(), *[None] * (len(keys) - len(specs))]
    upstream += [()] * (len(keys) - len(specs))
    order = sorted(range(len(keys)), key=texts.__getitem__)
    if order != list(range(len(keys))):
        place = [0] * len(order)
        for number, old in enumerate(order):
            place[old] = number
        keys, texts, found = ([each[old] for old in order] for each in (keys, texts, found))  # type: ignore[assignment]
        upstream = [tuple([place[up] for up in upstream[old]]) for old in order]
    below: dict[int, list[int]] = {}
    for number, above in enumerate(upstream):
        for each in above:
            below.setdefault(each, []).append(number)
    # Most assets of a wide graph are at its end, and share one empty value.
    downstream: list[Sequence[int]] = [below.get(number, ()) for number in range(len(keys))]
    return Connected(
        keys=keys, texts=texts, specs=found, upstream=upstream, downstream=downstream, knots=find_knots(downstream)
    )
