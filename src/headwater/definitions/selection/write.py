"""From a selection to its text, which `parse` reads back as the same selection."""

from __future__ import annotations

import re

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
from headwater.definitions.selection.patterns import literal_key

NO_VALUE = "<null>"
_OR, _AND, _NOT, _REACH, _WHOLE = range(5)
_BARE = re.compile(r"[\w./*?%#~@$-]+")
_WORDS = frozenset({"and", "or", "not"})


def write(node: Node) -> str:
    """The text of a selection."""
    return _write(node, _OR)


def quoted(text: str, *, colon: bool = False) -> str:
    """A value as it may stand in a selection: as it is if nothing in it could be mistaken.

    Args:
        text: The value; a backslash in it takes the next character for itself.
        colon: Whether colons mean nothing where it stands.
    """
    bare = text.replace(":", "") if colon else text
    if _BARE.fullmatch(bare) and bare.lower() not in _WORDS and not bare.isdigit():
        return text
    return '"' + text.replace('"', '\\"') + '"'


def _write(node: Node, binding: int) -> str:
    """The text, in parentheses if it binds less tightly than its place asks for."""
    text, own = _text(node)
    return text if own >= binding else f"({text})"


def _text(node: Node) -> tuple[str, int]:
    match node:
        case All():
            return "*", _WHOLE
        case Key(key):
            return quoted(literal_key(key)), _WHOLE
        case Match(field, pattern):
            return f"{field}:{NO_VALUE if pattern is None else quoted(pattern, colon=True)}", _WHOLE
        case Tag(name, value):
            return f"tag:{quoted(name, colon=True)}" + (
                f"={quoted(value, colon=True)}" if value is not None else ""
            ), _WHOLE
        case Check(check):
            asset, name = literal_key(check.asset_key), re.sub(r"\\", r"\\\\", check.name)
            return f"check:{quoted(asset)}:{quoted(name)}", _WHOLE
        case Of(function, inner):
            return f"{function}({_write(inner, _OR)})", _WHOLE
        case Upstream(inner, depth):
            return f"{_steps(depth)}+{_write(inner, _WHOLE)}", _REACH
        case Downstream(inner, depth):
            return f"{_write(inner, _WHOLE)}+{_steps(depth)}", _REACH
        case Not(inner):
            return f"not {_write(inner, _NOT)}", _NOT
        case And(nodes):
            return " and ".join(_write(inner, _NOT) for inner in nodes), _AND
        case Or(nodes):
            return _either(nodes)


def _either(nodes: tuple[Node, ...]) -> tuple[str, int]:
    """Alternatives; the two directions from one selection are written as one, `+x+`."""
    texts: list[str] = []
    rest = list(nodes)
    while rest:
        node = rest.pop(0)
        below = rest[0] if rest else None
        if isinstance(node, Upstream) and isinstance(below, Downstream) and node.node == below.node:
            rest.pop(0)
            texts.append(f"{_steps(node.depth)}+{_write(node.node, _WHOLE)}+{_steps(below.depth)}")
        else:
            texts.append(_write(node, _AND))
    return " or ".join(texts), _OR if len(texts) > 1 else _REACH


def _steps(depth: int | None) -> str:
    return "" if depth is None else str(depth)
