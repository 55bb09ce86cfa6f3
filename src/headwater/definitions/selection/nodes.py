"""What a selection is made of: plain values, equal if they say the same in the same order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias, Union

import msgspec

from headwater.definitions.selection import patterns
from headwater.keys import AssetCheckKey, AssetKey

FIELDS = {
    "key": "assets whose key matches, written with slashes",
    "group": "assets of a group",
    "tag": "assets with a tag: tag:name or tag:name=value",
    "owner": "assets that somebody answers for",
    "kind": "assets of a kind, such as csv",
    "is": "native (or materializable), external, stub, undefined, partitioned or automated",
    "status": "assets that stand so now",
    "code_location": "assets of a code location",
    "check": "one check: check:asset/key:name",
}
"""What can stand before a colon, and what it selects."""

TRAITS = ("native", "materializable", "external", "stub", "undefined", "partitioned", "automated")
"""What `is:` can be followed by."""

Scope: TypeAlias = Literal["roots", "sinks", "checks", "without_checks", "required_multi_asset_neighbors"]

FUNCTIONS: dict[Scope, str] = {
    "roots": "those that depend on none of the others",
    "sinks": "those that none of the others depends on",
    "checks": "the checks of these, without the assets",
    "without_checks": "these without their checks",
    "required_multi_asset_neighbors": "these, and what can't be made without them",
}
"""What can stand before a parenthesis, and what it gives."""


class All(msgspec.Struct, frozen=True):
    """Every asset."""


class Key(msgspec.Struct, frozen=True):
    """One asset, which must be there."""

    key: AssetKey


class Match(msgspec.Struct, frozen=True):
    """The assets that have a value which a pattern matches; None for those that have no value."""

    field: str
    pattern: str | None


class Tag(msgspec.Struct, frozen=True):
    """The assets with a tag; its value is None where any will do."""

    name: str
    value: str | None


class Check(msgspec.Struct, frozen=True):
    """One check."""

    check: AssetCheckKey


class Of(msgspec.Struct, frozen=True):
    """What a function makes of a selection."""

    function: Scope
    node: Node


class Upstream(msgspec.Struct, frozen=True):
    """Some assets and what they are made from; all of it where the depth is None."""

    node: Node
    depth: int | None = None


class Downstream(msgspec.Struct, frozen=True):
    """Some assets and what is made from them; all of it where the depth is None."""

    node: Node
    depth: int | None = None


class And(msgspec.Struct, frozen=True):
    """What several selections have in common; none of them is an `And` itself."""

    nodes: tuple[Node, ...]


class Or(msgspec.Struct, frozen=True):
    """What any of several selections has; none of them is an `Or` itself."""

    nodes: tuple[Node, ...]


class Not(msgspec.Struct, frozen=True):
    """Everything else."""

    node: Node


Node: TypeAlias = Union["All", "Key", "Match", "Tag", "Check", "Of", "Upstream", "Downstream", "And", "Or", "Not"]

NOTHING = Not(All())


def all_of(nodes: Iterable[Node]) -> Node:
    """What several selections have in common."""
    terms = [term for node in nodes for term in (node.nodes if isinstance(node, And) else (node,))]
    return And(tuple(terms)) if len(terms) > 1 else terms[0]


def any_of(nodes: Iterable[Node]) -> Node:
    """What any of several selections has; nothing, if there are none."""
    terms = [term for node in nodes for term in (node.nodes if isinstance(node, Or) else (node,))]
    return Or(tuple(terms)) if len(terms) > 1 else terms[0] if terms else NOTHING


def negated(node: Node) -> Node:
    """Everything else."""
    return node.node if isinstance(node, Not) else Not(node)


def key_node(key: AssetKey) -> Node:
    """One asset; the key without parts has no text but `key:<null>`."""
    return Key(key) if key.parts else Match("key", None)


def named_keys(node: Node) -> set[AssetKey]:
    """The assets that a selection names one by one."""
    match node:
        case Key(key):
            return {key}
        case Or(nodes):
            return set().union(*map(named_keys, nodes))
        case _:
            return set()


def fields_of(node: Node) -> set[str]:
    """The fields that a selection asks for."""
    match node:
        case Match(field, _):
            return {field}
        case Of(_, inner) | Upstream(inner, _) | Downstream(inner, _) | Not(inner):
            return fields_of(inner)
        case And(nodes) | Or(nodes):
            return set().union(*map(fields_of, nodes))
        case _:
            return set()


def tolerant(node: Node) -> Node:
    """The same, but each key that it names may be missing."""
    match node:
        case Key(key):
            return Match("key", patterns.literal_key(key))
        case Of(_, inner) | Upstream(inner, _) | Downstream(inner, _) | Not(inner):
            return msgspec.structs.replace(node, node=tolerant(inner))
        case And(nodes) | Or(nodes):
            return msgspec.structs.replace(node, nodes=tuple(map(tolerant, nodes)))
        case _:
            return node
