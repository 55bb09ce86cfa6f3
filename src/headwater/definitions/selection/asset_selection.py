"""`AssetSelection`: which assets (and checks) are meant."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol, TypeAlias, Union

import msgspec

from headwater.definitions.arguments import check_asset_key, check_text, check_type, shown
from headwater.definitions.selection import patterns
from headwater.definitions.selection.index import SelectionIndex
from headwater.definitions.selection.nodes import (
    All,
    Check,
    Downstream,
    Match,
    Node,
    Of,
    Tag,
    Upstream,
    all_of,
    any_of,
    key_node,
    negated,
)
from headwater.definitions.selection.parse import parse
from headwater.definitions.selection.write import write
from headwater.errors import InvalidParameterError
from headwater.keys import AssetCheckKey, AssetKey, CoercibleToAssetKey

CoercibleToAssetSelection: TypeAlias = Union["AssetSelection", str, Iterable[Any]]


class Selectable(Protocol):
    """What a selection can be resolved over: `Definitions`, or the graph of a deployment."""

    @property
    def selection_index(self) -> SelectionIndex:
        """Its assets with all that a selection can ask of them."""
        ...


class AssetSelection(msgspec.Struct, frozen=True):
    """Some assets, and with them their checks, named by what is known of them and how they are connected.

    Combine with `&`, `|`, `-` and `~`. `str(selection)` writes it in the selection language, which `from_string`
    reads. External assets are selected like any other; `materializable()`, or `include_sources=False`, leaves out
    all that no run can make.

    Example:
        >>> selection = AssetSelection.groups("finance").upstream(2) - AssetSelection.tag("pii")
        >>> str(selection)
        '2+group:finance and not tag:pii'
        >>> AssetSelection.from_string("2+group:finance and not tag:pii") == selection
        True
    """

    node: Node

    @staticmethod
    def all(include_sources: bool | None = None) -> AssetSelection:
        """Every asset.

        Example:
            >>> str(AssetSelection.all(include_sources=False))
            '* and is:native'
        """
        return _with_sources(All(), include_sources)

    @staticmethod
    def assets(*assets: CoercibleToAssetKey | Any) -> AssetSelection:
        """Some assets, by key or definition; a string is split at each `/`, as in the language.

        Raises:
            InvalidParameterError: an argument has no key.

        Example:
            >>> str(AssetSelection.assets("raw/orders", ["raw", "customers"]))
            'raw/orders or raw/customers'
        """
        return AssetSelection(any_of(key_node(key) for asset in assets for key in _keys(asset)))

    @staticmethod
    def keys(*asset_keys: CoercibleToAssetKey) -> AssetSelection:
        """The same as `assets`."""
        return AssetSelection.assets(*asset_keys)

    @staticmethod
    def key_prefixes(*key_prefixes: CoercibleToAssetKey, include_sources: bool | None = None) -> AssetSelection:
        """The assets whose keys begin with the parts of one of these; a string is one part.

        Example:
            >>> str(AssetSelection.key_prefixes("raw"))
            'key:raw or key:raw/*'
        """
        nodes: list[Node] = []
        for prefix in key_prefixes:
            key = check_asset_key(prefix, "A prefix")
            nodes += [Match("key", patterns.literal_key(key)), Match("key", patterns.literal_key(key) + "/*")]
        return _with_sources(any_of(nodes), include_sources)

    @staticmethod
    def key_substring(key_substring: str, include_sources: bool | None = None) -> AssetSelection:
        """The assets whose key, written with slashes, has a text in it."""
        text = patterns.literal(check_text(key_substring, "key_substring"))
        return _with_sources(Match("key", f"*{text}*"), include_sources)

    @staticmethod
    def groups(*group_strs: str, include_sources: bool | None = None) -> AssetSelection:
        """The assets of some groups."""
        return _with_sources(any_of(_match("group", name) for name in group_strs), include_sources)

    @staticmethod
    def tag(key: str, value: str | None = None, include_sources: bool | None = None) -> AssetSelection:
        """The assets with a tag, whatever its value if that is None."""
        wanted = None if value is None else patterns.literal(check_text(value, "The value of a tag"))
        return _with_sources(Tag(patterns.literal(check_text(key, "A tag")), wanted), include_sources)

    @staticmethod
    def tag_string(string: str, include_sources: bool | None = None) -> AssetSelection:
        """The assets with a tag, from `name=value` or `name`."""
        name, equals, value = check_text(string, "A tag").partition("=")
        return AssetSelection.tag(name, value if equals else None, include_sources)

    @staticmethod
    def owner(owner: str) -> AssetSelection:
        """The assets that somebody answers for: an e-mail address or `team:name`."""
        return AssetSelection(_match("owner", owner))

    @staticmethod
    def kind(kind: str, include_sources: bool | None = None) -> AssetSelection:
        """The assets of a kind, such as `csv`."""
        return _with_sources(_match("kind", kind), include_sources)

    @staticmethod
    def checks(*asset_checks: AssetCheckKey | Any) -> AssetSelection:
        """Some checks alone, without their assets: keys, specs or functions decorated with `@asset_check`.

        Raises:
            InvalidParameterError: an argument is none of these.
        """
        return AssetSelection(any_of(Check(_check_key(check)) for check in asset_checks))

    @staticmethod
    def checks_for_assets(*assets: CoercibleToAssetKey | Any) -> AssetSelection:
        """All checks of some assets, without the assets."""
        return AssetSelection(Of("checks", AssetSelection.assets(*assets).node))

    @staticmethod
    def all_asset_checks() -> AssetSelection:
        """All checks, and no asset."""
        return AssetSelection(Of("checks", All()))

    @staticmethod
    def from_coercible(selection: CoercibleToAssetSelection | Any) -> AssetSelection:
        """A selection from its text, from keys or definitions, or from several of these together.

        Raises:
            SelectionSyntaxError: a text is not one of the language.
            InvalidParameterError: the value is something else.

        Example:
            >>> str(AssetSelection.from_coercible(["+orders", AssetKey("customers")]))
            '+orders or customers'
        """
        if isinstance(selection, AssetSelection):
            return selection
        if isinstance(selection, str):
            return AssetSelection.from_string(selection)
        if isinstance(selection, Iterable) and not isinstance(selection, bytes):
            return AssetSelection(any_of(AssetSelection.from_coercible(item).node for item in selection))
        return AssetSelection.assets(selection)

    @staticmethod
    def from_string(string: str, include_sources: bool | None = None) -> AssetSelection:
        """A selection from its text.

        Raises:
            SelectionSyntaxError: it is not one of the language; the error says where, and what was expected.

        Example:
            >>> AssetSelection.from_string("raw/* or +group:finance")
            AssetSelection.from_string('key:raw/* or +group:finance')
        """
        return _with_sources(parse(check_text(string, "A selection")), include_sources)

    def upstream(self, depth: int | None = None, include_self: bool = True) -> AssetSelection:
        """These and what they are made from, up to `depth` steps away; None for all of it.

        Raises:
            InvalidParameterError: `depth` is below 0, or no whole number.
        """
        reached = AssetSelection(Upstream(self.node, _check_depth(depth)))
        return reached if include_self else reached - self

    def downstream(self, depth: int | None = None, include_self: bool = True) -> AssetSelection:
        """These and what is made from them, up to `depth` steps away; None for all of it.

        Raises:
            InvalidParameterError: `depth` is below 0, or no whole number.
        """
        reached = AssetSelection(Downstream(self.node, _check_depth(depth)))
        return reached if include_self else reached - self

    def roots(self) -> AssetSelection:
        """Those of these that depend on none of the others; assets in a circle stand or fall together."""
        return AssetSelection(Of("roots", self.node))

    def sinks(self) -> AssetSelection:
        """Those of these that none of the others depends on; assets in a circle stand or fall together."""
        return AssetSelection(Of("sinks", self.node))

    def sources(self) -> AssetSelection:
        """The same as `roots`."""
        return self.roots()

    def upstream_source_assets(self) -> AssetSelection:
        """What these are made from, directly or not, and other systems make."""
        return AssetSelection(all_of([Upstream(self.node), negated(Match("is", "native"))]))

    def required_multi_asset_neighbors(self) -> AssetSelection:
        """These, and what can't be made without them: the other assets of a function that makes all or none."""
        return AssetSelection(Of("required_multi_asset_neighbors", self.node))

    def materializable(self) -> AssetSelection:
        """Those of these that are native, so that a run can make them."""
        return AssetSelection(all_of([self.node, Match("is", "native")]))

    def without_checks(self) -> AssetSelection:
        """These without their checks."""
        return AssetSelection(Of("without_checks", self.node))

    def resolve(self, all_assets: Selectable) -> set[AssetKey]:
        """The keys that are meant among the assets of `Definitions`, or of a graph.

        Raises:
            UnknownAssetError: it names a key that is not there.
            SelectionError: it asks for what is not known there, such as the status of assets in `Definitions`.
        """
        index = all_assets.selection_index
        return {AssetKey.from_escaped_user_string(index.assets[number].key) for number in index.select(self.node)}

    def resolve_checks(self, all_assets: Selectable) -> set[AssetCheckKey]:
        """The checks that are meant: those that it names, and those of the assets that it means.

        Raises:
            UnknownAssetError: it names a key that is not there.
            SelectionError: it asks for what is not known there.
        """
        found = all_assets.selection_index.select_checks(self.node)
        return {AssetCheckKey(AssetKey.from_escaped_user_string(key), name) for key, name in found}

    def __and__(self, other: AssetSelection) -> AssetSelection:
        return AssetSelection(all_of([self.node, _checked(other).node]))

    def __or__(self, other: AssetSelection) -> AssetSelection:
        return AssetSelection(any_of([self.node, _checked(other).node]))

    def __sub__(self, other: AssetSelection) -> AssetSelection:
        return self & ~_checked(other)

    def __invert__(self) -> AssetSelection:
        return AssetSelection(negated(self.node))

    def __str__(self) -> str:
        return write(self.node)

    def __repr__(self) -> str:
        return f"AssetSelection.from_string({str(self)!r})"


def _keys(asset: object) -> list[AssetKey]:
    """The keys of what `assets` is given; a definition may make several."""
    if isinstance(asset, str):
        return [AssetKey.from_escaped_user_string(asset)]
    several = getattr(asset, "keys", None)
    if isinstance(several, (set, frozenset, list, tuple)) and several:
        return sorted(several)
    return [check_asset_key(asset, "An asset of a selection")]


def _match(field: str, value: str) -> Node:
    return Match(field, patterns.literal(check_text(value, f"The {field} of a selection")))


def _with_sources(node: Node, include_sources: bool | None) -> AssetSelection:
    selection = AssetSelection(node)
    return selection.materializable() if include_sources is False else selection


def _checked(value: object) -> AssetSelection:
    return check_type(value, AssetSelection, "What an AssetSelection is combined with", "another one")


def _check_depth(depth: object) -> int | None:
    if depth is None or (isinstance(depth, int) and not isinstance(depth, bool) and depth >= 0):
        return depth
    raise InvalidParameterError(
        f"depth is a whole number of steps, 0 or more, or None for all, but got {shown(depth)}."
    )


def _check_key(value: object) -> AssetCheckKey:
    key = value if isinstance(value, AssetCheckKey) else getattr(value, "key", None)
    return check_type(key, AssetCheckKey, "A check", "a key, a spec or a function decorated with @asset_check")
