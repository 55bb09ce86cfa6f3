"""What a selection that is being written may go on with."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Literal

import msgspec

from headwater.definitions.selection.index import Facts, SelectionIndex
from headwater.definitions.selection.nodes import FIELDS, FUNCTIONS, TRAITS
from headwater.definitions.selection.parse import parser
from headwater.definitions.selection.patterns import literal
from headwater.definitions.selection.write import NO_VALUE, quoted
from headwater.errors import SelectionError

# The word that ends at the cursor: quoted and not closed yet, or bare; with the field before it.
_WORD = re.compile(r"""(?:(?P<field>[A-Za-z_]\w*):)?(?P<word>"(?:\\.|[^"\\])*|(?:\\.|[^\s()"'+,&|!\\])*)$""", re.DOTALL)
_MEANINGS = {"and": "both", "or": "either", "not": "everything else"}


class Completion(msgspec.Struct, frozen=True):
    """One way to go on: the text to put in the place of the word at the cursor."""

    text: str
    kind: Literal["key", "field", "function", "operator", "value"]
    detail: str | None = None


class Completions(msgspec.Struct, frozen=True):
    """Ways to go on, best first, and which part of the text they take the place of."""

    start: int
    end: int
    items: list[Completion]


def complete(
    index: SelectionIndex, text: str, cursor: int | None = None, *, facts: Facts | None = None, limit: int = 20
) -> Completions:
    """What may stand at a place in a selection.

    Args:
        index: The assets whose keys and values are offered.
        text: The selection as far as it is written.
        cursor: How many characters stand before the cursor; None for all of them.
        facts: As for `SelectionIndex.select`.
        limit: How many ways at most.
    """
    end = len(text) if cursor is None else max(0, min(cursor, len(text)))
    found = _WORD.search(text[:end])
    assert found is not None
    wanted = _wanted(text[: found.start()])
    word = found["word"].removeprefix('"').replace('\\"', '"')
    if found["field"] is not None and "FIELD" in wanted:
        items = _values(index, found["field"], word, facts)
    else:
        items = _words(index, word, wanted)
    chosen = [item for _, item in zip(range(limit), items, strict=False)]
    return Completions(found.start(), end, chosen)


def _wanted(text: str) -> Collection[str]:
    """The terminals that may follow a text; none if it is wrong already."""
    from lark.exceptions import UnexpectedInput

    interactive = parser().parse_interactive(text)
    try:
        interactive.exhaust_lexer()
    except UnexpectedInput:
        return ()
    accepted: set[str] = interactive.accepts()  # type: ignore[no-untyped-call]
    return accepted


def _words(index: SelectionIndex, word: str, wanted: Collection[str]) -> Iterator[Completion]:
    operators = [name for name in _MEANINGS if name.upper() in wanted and name.startswith(word.lower())]
    if "WORD" in wanted:
        for name, meaning in FIELDS.items():
            if name.startswith(word.lower()):
                yield Completion(f"{name}:", "field", meaning)
        if word:
            yield from (Completion(quoted(text), "key") for text in _best(index.key_texts, word))
        for function, meaning in FUNCTIONS.items():
            if function.startswith(word.lower()):
                yield Completion(f"{function}(", "function", meaning)
    yield from (Completion(name, "operator", _MEANINGS[name]) for name in operators)
    if not word:
        if "DOWN" in wanted:
            yield Completion("+", "operator", "and all that is made from it")
        if "UP" in wanted:
            yield Completion("+", "operator", "and all that it is made from")
        if "RPAR" in wanted:
            yield Completion(")", "operator", None)
        if "WORD" in wanted:
            yield from (Completion(quoted(text), "key") for text in index.key_texts)


def _values(index: SelectionIndex, field: str, word: str, facts: Facts | None) -> Iterator[Completion]:
    if field == "key":
        counted: dict[str, int] = dict.fromkeys(index.key_texts, 1)
    elif field == "check":
        counted = {f"{quoted(literal(key))}:{quoted(name)}": 1 for key, name in sorted(index.checks)}
    elif field == "is":
        counted = {trait: len(index.values("is").get(trait, ())) for trait in TRAITS if trait != "materializable"}
    elif field == "tag":
        yield from _tags(index, word)
        return
    elif field in FIELDS:
        try:
            values = index.values(field, facts)
        except SelectionError:
            return
        counted = {literal(value): len(found) for value, found in values.items() if value is not None}
        if None in values and NO_VALUE.startswith(word):
            yield Completion(f"{field}:{NO_VALUE}", "value", f"{_count(len(values[None]))} without one")
    else:
        return
    for text in _best(sorted(counted, key=lambda value: (-counted[value], value)), word):
        shown = text if field == "check" else quoted(text, colon=True)
        yield Completion(f"{field}:{shown}", "value", None if field in ("key", "check") else _count(counted[text]))


def _tags(index: SelectionIndex, word: str) -> Iterator[Completion]:
    name, equals, value = word.partition("=")
    if equals and name in index.tags:
        for known in _best(sorted(index.tags[name]), value.strip('"')):
            shown = f"tag:{quoted(literal(name), colon=True)}={quoted(literal(known), colon=True)}"
            yield Completion(shown, "value", _count(len(index.tags[name][known])))
        return
    for known in _best(sorted(index.tags), name):
        detail = _count(sum(map(len, index.tags[known].values())))
        yield Completion(f"tag:{quoted(literal(known), colon=True)}", "value", detail)


def _best(texts: Collection[str], word: str) -> Iterator[str]:
    """Texts with a word in them: those that begin with it first."""
    lower = word.lower()
    yield from (text for text in texts if text.lower().startswith(lower))
    if lower:
        yield from (text for text in texts if lower in text.lower() and not text.lower().startswith(lower))


def _count(assets: int) -> str:
    return f"{assets:,} asset" if assets == 1 else f"{assets:,} assets"
