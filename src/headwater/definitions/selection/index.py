"""Evaluate selections: assets are numbers here, and whatever can be asked for by value is looked up, not searched."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Protocol, TypeAlias

from headwater.definitions.near import nearest
from headwater.definitions.reach import reach
from headwater.definitions.selection import patterns
from headwater.definitions.selection.nodes import (
    All,
    And,
    Check,
    Downstream,
    Key,
    Match,
    Node,
    Not,
    Of,
    Or,
    Tag,
    Upstream,
)
from headwater.errors import SelectionError, UnknownAssetError
from headwater.keys import AssetKey

Facts: TypeAlias = Mapping[str, Callable[[], Sequence[str | None]]]
"""By field, what gives a value for each asset: known only where the index is used, such as `status`."""


_MOST_COMPARED = 5_000
"""Among more keys than that, looking for one that was misspelt takes too long."""


class SelectableAsset(Protocol):
    """What a selection can ask of one asset; its key is in the escaped text form."""

    @property
    def key(self) -> str:
        """Its key."""
        ...

    @property
    def kind(self) -> str:
        """`native`, `external` or `stub`."""
        ...

    @property
    def observable(self) -> bool:
        """Whether it is external, and a function looks at it."""
        ...

    @property
    def group(self) -> str:
        """Its group."""
        ...

    @property
    def owners(self) -> tuple[str, ...]:
        """Who answers for it."""
        ...

    @property
    def kinds(self) -> tuple[str, ...]:
        """What it is made of or with."""
        ...

    @property
    def tags(self) -> Mapping[str, str]:
        """Its tags."""
        ...

    @property
    def partitions(self) -> Any:
        """Its partitions; None if it has none."""
        ...

    @property
    def condition(self) -> Any:
        """When to make it; None for never."""
        ...


def is_runnable(asset: SelectableAsset) -> bool:
    """Whether a run can make an asset or look at it."""
    return asset.kind == "native" or asset.observable


class SelectionIndex:
    """Assets by number with all that a selection can ask of them; built once, asked often.

    Args:
        assets: What is known of each, sorted by key.
        upstream: For each, the numbers of what it is made from.
        downstream: For each, the numbers of what is made from it.
        knots: Sets of assets that all depend on each other.
        checks: (asset key, name) of every check.
        facts: By field, what gives a value for each asset beyond what its definition says.
        reported: The numbers of assets that are there though nobody defined them.
        made_together: Sets of assets that one function makes, all or none.
    """

    def __init__(
        self,
        assets: Sequence[SelectableAsset],
        upstream: Sequence[Sequence[int]],
        downstream: Sequence[Sequence[int]],
        *,
        knots: Iterable[Collection[int]] = (),
        checks: Iterable[tuple[str, str]] = (),
        facts: Facts | None = None,
        reported: Collection[int] = (),
        made_together: Iterable[Collection[int]] = (),
    ) -> None:
        self.assets = assets
        self.numbers = {asset.key: number for number, asset in enumerate(assets)}
        self.upstream, self.downstream = upstream, downstream
        self.knot_of = {number: frozenset(knot) for knot in knots for number in knot}
        self.made_with = {number: frozenset(made) for made in made_together for number in made}
        self.checks = frozenset(checks)
        self.facts = dict(facts or {})
        self._reported = frozenset(reported)
        self._values: dict[str, dict[str | None, set[int]]] = {}

    @cached_property
    def everything(self) -> frozenset[int]:
        """All numbers."""
        return frozenset(range(len(self.assets)))

    @cached_property
    def key_texts(self) -> list[str]:
        """Every key as it is written in a selection, without quotes."""
        return [_key_text(key) for key in self.numbers]

    @cached_property
    def tags(self) -> dict[str, dict[str, set[int]]]:
        """By name and value, the assets that carry a tag."""
        tags: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
        for number, asset in enumerate(self.assets):
            for name, value in asset.tags.items():
                tags[name][value].add(number)
        return tags

    def values(self, field: str, facts: Facts | None = None) -> Mapping[str | None, set[int]]:
        """By value of a field, the assets that have it; None for those that have none.

        Raises:
            SelectionError: the field is not known here.
        """
        if facts and field in facts:
            return _by_value(_rows_of(facts[field]()))
        if field not in self._values:
            self._values[field] = _by_value(self._rows(field))
        return self._values[field]

    def select(self, node: Node, facts: Facts | None = None) -> set[int]:
        """The numbers of the assets that a selection means.

        Raises:
            UnknownAssetError: it names a key that is not there.
            SelectionError: it asks for what is not known here.
        """
        return set(_Evaluation(self, facts).assets(node))

    def select_checks(self, node: Node, facts: Facts | None = None) -> set[tuple[str, str]]:
        """The checks (asset key, name) that a selection means.

        Raises:
            UnknownAssetError: it names a key that is not there.
            SelectionError: it asks for what is not known here.
        """
        return set(_Evaluation(self, facts).checks(node))

    def number(self, key: AssetKey) -> int:
        """The number of an asset.

        Raises:
            UnknownAssetError: there is none of that key; the message has keys that look like it.
        """
        text = key.to_escaped_user_string()
        number = self.numbers.get(text)
        if number is None:
            close = nearest(text, self.numbers, most=3) if len(self.numbers) <= _MOST_COMPARED else []
            hint = f" Did you mean {' or '.join(close)}?" if close else " Write key:… to select by a pattern."
            raise UnknownAssetError(f"The selection names the asset {text!r}, which is not there.{hint}")
        return number

    def _rows(self, field: str) -> Iterable[Collection[str]]:
        """The values of a field, for each asset."""
        if field in self.facts:
            return _rows_of(self.facts[field]())
        if field == "group":
            return ([asset.group] for asset in self.assets)
        if field == "owner":
            return (asset.owners for asset in self.assets)
        if field == "kind":
            return (asset.kinds for asset in self.assets)
        if field == "is":
            return (self._traits(number, asset) for number, asset in enumerate(self.assets))
        raise SelectionError(
            f"A selection can't ask for {field}: here, which is known only to a deployment. "
            "Use it in the app, over HTTP or with the command."
        )

    def _traits(self, number: int, asset: SelectableAsset) -> list[str]:
        traits: list[str] = ["undefined" if number in self._reported else asset.kind]
        if asset.partitions is not None:
            traits.append("partitioned")
        if asset.condition is not None and is_runnable(asset):
            traits.append("automated")
        return traits


class _Evaluation:
    """One evaluation; what stands in a selection twice is worked out once."""

    def __init__(self, index: SelectionIndex, facts: Facts | None) -> None:
        self._index = index
        self._facts = facts
        self._known: dict[Node, Collection[int]] = {}

    def assets(self, node: Node) -> frozenset[int] | set[int]:
        found = self._known.get(node)
        if found is None:
            found = self._known[node] = self._find(node)
        assert isinstance(found, (set, frozenset))
        return found

    def _find(self, node: Node) -> frozenset[int] | set[int]:  # noqa: C901 - one case for each sort of node
        index = self._index
        match node:
            case All():
                return index.everything
            case Key(key):
                return {index.number(key)}
            case Match("key", pattern):
                return self._keys(pattern)
            case Match(field, pattern):
                return _matching(index.values(field, self._facts), pattern)
            case Tag(name, value):
                return self._tagged(name, value)
            case Upstream(inner, depth):
                return reach(index.upstream, self.assets(inner), depth)
            case Downstream(inner, depth):
                return reach(index.downstream, self.assets(inner), depth)
            case Not(inner):
                return index.everything - self.assets(inner)
            case Or(nodes):
                return frozenset().union(*(self.assets(inner) for inner in nodes))
            case And(nodes):
                return self._common(nodes)
            case Of(function, inner):
                return self._of(function, inner)
            case Check():
                return frozenset()

    def _common(self, nodes: Sequence[Node]) -> frozenset[int] | set[int]:
        """What remains; what is negated is taken away last, so that nobody builds its complement."""
        wanted = [self.assets(node) for node in nodes if not isinstance(node, Not)]
        wanted.sort(key=len)
        found = wanted[0].intersection(*wanted[1:]) if wanted else self._index.everything
        return found.difference(*(self.assets(node.node) for node in nodes if isinstance(node, Not)))

    def _keys(self, pattern: str | None) -> set[int]:
        numbers = self._index.numbers
        if pattern is None:
            empty = AssetKey(()).to_escaped_user_string()
            return {numbers[empty]} if empty in numbers else set()
        if not patterns.has_wildcard(pattern):
            number = numbers.get(AssetKey.from_escaped_user_string(pattern).to_escaped_user_string())
            return set() if number is None else {number}
        matches = patterns.matcher(pattern, is_key=True)
        return {number for key, number in numbers.items() if matches(key)}

    def _tagged(self, name: str, value: str | None) -> set[int]:
        tags = self._index.tags
        values = [tags[known] for known in _fitting(tags, name)]
        return set().union(
            *(held[known] for held in values for known in (held if value is None else _fitting(held, value)))
        )

    def _of(self, function: str, inner: Node) -> frozenset[int] | set[int]:
        if function == "checks":
            return frozenset()
        found = self.assets(inner)
        if function in ("roots", "sinks"):
            towards = self._index.upstream if function == "roots" else self._index.downstream
            alone = self._index.knot_of
            return {
                number
                for number in found
                if not any(other in found and other not in alone.get(number, ()) for other in towards[number])
            }
        if function == "required_multi_asset_neighbors":
            with_these = (self._index.made_with.get(number, ()) for number in found)
            return frozenset(found).union(*with_these)
        return found

    def checks(self, node: Node) -> frozenset[tuple[str, str]]:
        """The checks that a selection means: of the assets that it means, unless it says otherwise."""
        every = self._index.checks
        match node:
            case Check(check):
                return every & {(check.asset_key.to_escaped_user_string(), check.name)}
            case Of("without_checks", _):
                return frozenset()
            case Of("checks", inner):
                return self._checks_of(inner)
            case Not(inner):
                return every - self.checks(inner)
            case Or(nodes):
                return frozenset().union(*(self.checks(inner) for inner in nodes))
            case And(nodes):
                return every.intersection(*(self.checks(inner) for inner in nodes))
            case _:
                return self._checks_of(node)

    def _checks_of(self, node: Node) -> frozenset[tuple[str, str]]:
        keys = {self._index.assets[number].key for number in self.assets(node)}
        return frozenset(check for check in self._index.checks if check[0] in keys)


def _key_text(key: str) -> str:
    return patterns.literal_key(AssetKey.from_escaped_user_string(key))


def _rows_of(values: Iterable[str | None]) -> Iterable[Collection[str]]:
    return (() if value is None else (value,) for value in values)


def _by_value(rows: Iterable[Collection[str]]) -> dict[str | None, set[int]]:
    values: dict[str | None, set[int]] = defaultdict(set)
    for number, row in enumerate(rows):
        for value in row or (None,):
            values[value].add(number)
    return dict(values)


def _matching(values: Mapping[str | None, set[int]], pattern: str | None) -> set[int]:
    if pattern is None:
        return values.get(None, set())
    fitting = _fitting([value for value in values if value is not None], pattern)
    return set().union(*(values[value] for value in fitting))


def _fitting(values: Collection[str], pattern: str) -> list[str]:
    """Those of some values that a pattern matches."""
    if not patterns.has_wildcard(pattern):
        value = patterns.plain(pattern)
        return [value] if value in values else []
    matches = patterns.matcher(pattern, is_key=False)
    return [value for value in values if matches(value)]
