"""Selections of every sort, and a second, naive way to evaluate them."""

from __future__ import annotations

import fnmatch

from hypothesis import strategies as st
from strategies import asset_keys, printable, texts

import headwater as hw
from headwater.definitions.selection import nodes
from headwater.definitions.selection.patterns import literal
from headwater.graph.asset_graph import AssetGraph

KEYS = [hw.AssetKey(key) for key in ("a", "b", "ab", ["a", "b"], ["a", "b", "c"], "a/b", "a*", "d")]
GROUPS = ["g", "h"]
TAGS = [("k", "v"), ("k", "w"), ("l", "")]
OWNERS = ["team:x", "team:y"]
KINDS = ["csv", "sql"]


def _patterns(values: list[str]) -> st.SearchStrategy[str]:
    return st.sampled_from([*map(literal, values), "*", "?", "*a*", values[0][:1] + "*"])


_simple: st.SearchStrategy[nodes.Node] = st.one_of(
    st.just(nodes.All()),
    st.sampled_from(KEYS).map(nodes.Key),
    st.builds(nodes.Match, st.just("group"), _patterns(GROUPS)),
    st.builds(nodes.Match, st.just("owner"), st.none() | _patterns(OWNERS)),
    st.builds(nodes.Match, st.just("kind"), st.none() | _patterns(KINDS)),
    st.builds(nodes.Match, st.just("is"), st.sampled_from(["native", "external", "stub"])),
    st.builds(nodes.Tag, st.sampled_from(["k", "l", "*"]), st.none() | _patterns(["v", "w", ""])),
    st.builds(nodes.Match, st.just("key"), st.sampled_from(["a*", "a/*", "a\\*", "?", "*b", "a\\/b", "a/b", "*/?"])),
)

_wild: st.SearchStrategy[nodes.Node] = st.one_of(
    asset_keys.map(nodes.key_node),
    st.builds(nodes.Match, st.sampled_from(["group", "owner", "kind", "status"]), st.none() | texts.map(literal)),
    st.builds(nodes.Tag, texts.map(literal), st.none() | texts.map(literal)),
    st.builds(nodes.Check, st.builds(hw.AssetCheckKey, asset_keys.filter(lambda key: key.parts != ()), printable)),
)
"""With names that nobody would choose."""


def _combined(inner: st.SearchStrategy[nodes.Node]) -> st.SearchStrategy[nodes.Node]:
    depths = st.none() | st.integers(0, 3)
    return st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(nodes.all_of),
        st.lists(inner, min_size=2, max_size=3).map(nodes.any_of),
        inner.map(nodes.negated),
        st.builds(nodes.Upstream, inner, depths),
        st.builds(nodes.Downstream, inner, depths),
        st.builds(nodes.Of, st.sampled_from(sorted(nodes.FUNCTIONS)), inner),
        st.builds(lambda node, up, down: nodes.any_of([nodes.Upstream(node, up), nodes.Downstream(node, down)]),
                  inner, depths, depths),
    )  # fmt: skip


simple_nodes = st.recursive(_simple, _combined, max_leaves=6)
any_nodes = st.recursive(_simple | _wild, _combined, max_leaves=6)


def naive(graph: AssetGraph, node: nodes.Node) -> set[str]:
    """The keys that a selection means, worked out asset by asset."""
    return {each.key for each in graph.nodes if _holds(graph, node, each.key)}


def _holds(graph: AssetGraph, node: nodes.Node, key: str) -> bool:  # noqa: C901 - one case for each sort of node
    definition = graph.node(key).definition
    match node:
        case nodes.All():
            return True
        case nodes.Key(wanted):
            return wanted.to_escaped_user_string() == key
        case nodes.Match("key", pattern):
            return pattern is not None and _fits_key(pattern, hw.AssetKey.from_escaped_user_string(key).parts)
        case nodes.Match("is", trait):
            return definition.kind == trait
        case nodes.Match(field, pattern):
            values = {"group": (definition.group,), "owner": definition.owners, "kind": definition.kinds}[field]
            return not values if pattern is None else any(_fits(pattern, value) for value in values)
        case nodes.Tag(name, value):
            return any(_fits(name, k) and (value is None or _fits(value, v)) for k, v in definition.tags.items())
        case nodes.Not(inner):
            return not _holds(graph, inner, key)
        case nodes.And(terms):
            return all(_holds(graph, term, key) for term in terms)
        case nodes.Or(terms):
            return any(_holds(graph, term, key) for term in terms)
        case nodes.Upstream(inner, depth):
            return _reaches(graph, inner, key, depth, graph.downstream_keys)
        case nodes.Downstream(inner, depth):
            return _reaches(graph, inner, key, depth, graph.upstream_keys)
        case nodes.Of("checks", _) | nodes.Check():
            return False
        case nodes.Of("roots" | "sinks" as end, inner):
            towards = graph.upstream_keys if end == "roots" else graph.downstream_keys
            others = [other for other in towards(key) if not _in_one_circle(graph, key, other)]
            return _holds(graph, inner, key) and not any(_holds(graph, inner, other) for other in others)
        case nodes.Of(_, inner):
            return _holds(graph, inner, key)
    raise AssertionError(node)


def _reaches(graph: AssetGraph, inner: nodes.Node, key: str, depth: int | None, step: object) -> bool:
    """Whether some asset that is meant can be reached in so many steps."""
    assert callable(step)
    near = {key}
    for _ in range(len(graph.nodes) if depth is None else depth):
        near |= {other for each in near for other in step(each)}
    return any(_holds(graph, inner, each) for each in near)


def _in_one_circle(graph: AssetGraph, key: str, other: str) -> bool:
    return _reaches(graph, nodes.Key(hw.AssetKey.from_escaped_user_string(other)), key, None, graph.upstream_keys) and (
        _reaches(graph, nodes.Key(hw.AssetKey.from_escaped_user_string(other)), key, None, graph.downstream_keys)
    )


def _fits(pattern: str, value: str) -> bool:
    """By the standard library's own wildcards, which know sets as well."""
    return fnmatch.fnmatchcase(value, _as_fnmatch(pattern))


def _fits_key(pattern: str, parts: tuple[str, ...]) -> bool:
    """A slash between parts is another character than one inside a part, so it is given another one here."""
    return fnmatch.fnmatchcase("\0".join(parts), _as_fnmatch(pattern, separator="\0"))


def _as_fnmatch(pattern: str, separator: str = "/") -> str:
    written = []
    characters = iter(pattern)
    for character in characters:
        if character == "\\":
            literal_one = next(characters)
            written.append(f"[{literal_one}]" if literal_one in "*?[" else literal_one)
        else:
            written.append({"/": separator, "[": "[[]"}.get(character, character))
    return "".join(written)
