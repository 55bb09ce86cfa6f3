"""From text to a selection, with errors that say where, what was expected and what was probably meant."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from headwater.definitions.near import nearest
from headwater.definitions.selection import patterns
from headwater.definitions.selection.nodes import (
    FIELDS,
    FUNCTIONS,
    TRAITS,
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
from headwater.definitions.selection.write import NO_VALUE
from headwater.errors import SelectionSyntaxError
from headwater.keys import AssetCheckKey, AssetKey

if TYPE_CHECKING:
    from lark import Lark, Token, Tree
    from lark.exceptions import UnexpectedInput

_GRAMMAR = Path(__file__).with_name("selection.lark")
_DEEPEST = 100
_DESCRIBED = {
    "WORD": "a key",
    "QUOTED": "a quoted text",
    "FIELD": "a field such as group:",
    "TAG": "'tag:'",
    "CHECK": "'check:'",
    "FUNCTION": "a function such as sinks(",
    "NOT": "'not'",
    "LPAR": "'('",
    "RPAR": "')'",
    "UP": "'+'",
    "DOWN": "'+'",
    "AND": "'and'",
    "OR": "'or'",
    "EQUAL": "'='",
    "COLON": "':'",
    "VALUE": "a value",
    "TAGWORD": "the name of a tag",
    "CHECKWORD": "a key",
    "$END": "the end",
}
_OPERATORS = {"&": "and", "|": "or", ",": "or", "!": "not", "-": "and not"}


@cache
def parser() -> Lark:
    """The parser, built when it is first needed: most programs that import the package never do."""
    from lark import Lark

    return Lark(
        _GRAMMAR.read_text(encoding="utf-8"),
        parser="lalr",
        lexer="contextual",
        propagate_positions=True,
        maybe_placeholders=False,
    )


def parse(text: str) -> Node:
    """The selection that a text means.

    Raises:
        SelectionSyntaxError: it is not one of the language.
    """
    from lark.exceptions import UnexpectedInput

    if not text.strip():
        raise fault(text, 0, "The selection is empty", suggestion="write * for every asset")
    _check_nesting(text)
    try:
        tree = parser().parse(text)
    except UnexpectedInput as error:
        raise _explain(text, error) from None
    return _Reader(text).read(cast("Tree[Token]", tree.children[0]))


def fault(
    text: str, position: int, what: str, *, expected: tuple[str, ...] = (), suggestion: str | None = None
) -> SelectionSyntaxError:
    """An error at a place in a text."""
    line = text.count("\n", 0, position) + 1
    column = position - (text.rfind("\n", 0, position) + 1) + 1
    message = f"{what}, at line {line}, column {column} of the selection {text!r}."
    if expected:
        message += f" Expected {_listed(expected)}."
    if suggestion:
        message += f" {suggestion[0].upper()}{suggestion[1:]}."
    error = SelectionSyntaxError(message)
    error.position, error.line, error.column = position, line, column
    error.expected, error.suggestion = expected, suggestion
    return error


def described(terminals: set[str]) -> tuple[str, ...]:
    """What may stand somewhere, in words."""
    return tuple(dict.fromkeys(words for name, words in _DESCRIBED.items() if name in terminals))


class _Reader:
    """Makes nodes of the parser's tree."""

    def __init__(self, text: str) -> None:
        self._text = text

    def read(self, tree: Tree[Token]) -> Node:
        """The node of a tree."""
        read: Any = getattr(self, f"_{tree.data}")
        node: Node = read(tree.children)
        return node

    def _either(self, children: list[Any]) -> Node:
        return any_of(self.read(child) for child in children[::2])

    def _both(self, children: list[Any]) -> Node:
        return all_of(self.read(child) for child in children[::2])

    def _negation(self, children: list[Any]) -> Node:
        inner = self.read(children[-1])
        return negated(inner) if len(children) % 2 == 0 else inner

    def _upstream(self, children: list[Any]) -> Node:
        return Upstream(self.read(children[1]), _depth(children[0]))

    def _downstream(self, children: list[Any]) -> Node:
        return Downstream(self.read(children[0]), _depth(children[1]))

    def _around(self, children: list[Any]) -> Node:
        inner = self.read(children[1])
        return any_of([Upstream(inner, _depth(children[0])), Downstream(inner, _depth(children[2]))])

    def _function(self, children: list[Any]) -> Node:
        name = children[0]
        function = next((known for known in FUNCTIONS if known == name), None)
        if function is None:
            raise self._unknown(name, f"There is no function {str(name)!r}", FUNCTIONS)
        return Of(function, self.read(children[1]))

    def _tag(self, children: list[Any]) -> Node:
        name = patterns.canonical(_value(children[1]), is_key=False)
        value = patterns.canonical(_value(children[2]), is_key=False) if len(children) > 2 else None
        return Tag(name, value)

    def _check(self, children: list[Any]) -> Node:
        asset = AssetKey.from_escaped_user_string(_value(children[1]))
        return Check(AssetCheckKey(asset, patterns.plain(_value(children[2]))))

    def _field(self, children: list[Any]) -> Node:
        field = str(children[0])[:-1]
        if field not in FIELDS:
            hint = f"if the colon belongs to a key, quote it: {self._quote_hint(children)}"
            raise self._unknown(children[0], f"There is no field {field!r}", FIELDS, otherwise=hint)
        if children[1] == NO_VALUE:
            return Match(field, None)
        pattern = patterns.canonical(_value(children[1]), is_key=field == "key")
        if field == "is":
            return Match(field, self._trait(children[1], patterns.plain(pattern)))
        return Match(field, pattern)

    def _key(self, children: list[Any]) -> Node:
        if children[0] == "*":
            return All()
        pattern = patterns.canonical(_value(children[0]), is_key=True)
        if patterns.has_wildcard(pattern):
            return Match("key", pattern)
        return key_node(AssetKey.from_escaped_user_string(pattern))

    def _trait(self, token: Token, trait: str) -> str:
        if trait not in TRAITS:
            raise self._unknown(token, f"Nothing can be {trait!r}", TRAITS)
        return "native" if trait == "materializable" else trait

    def _quote_hint(self, children: list[Any]) -> str:
        return f'"{children[0]}{_value(children[1])}"'

    def _unknown(self, token: Token, what: str, known: Any, *, otherwise: str | None = None) -> SelectionSyntaxError:
        close = nearest(str(token).rstrip(":").strip("\"'"), known)
        suggestion = f"did you mean {close[0]}" if close else otherwise
        return fault(self._text, token.start_pos or 0, what, expected=tuple(known), suggestion=suggestion)


def _depth(token: Token) -> int | None:
    digits = token.strip("+")
    return int(digits[:9]) if digits else None


def _value(token: Token) -> str:
    return token[1:-1] if token.type == "QUOTED" else str(token)


def _check_nesting(text: str) -> None:
    """Refuse what could only be meant to exhaust the reader."""
    depth = 0
    for position, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth > _DEEPEST:
            raise fault(text, position, f"More than {_DEEPEST} parentheses are open")


def _explain(text: str, error: UnexpectedInput) -> SelectionSyntaxError:
    from lark.exceptions import UnexpectedCharacters, UnexpectedToken

    position = error.pos_in_stream if isinstance(error.pos_in_stream, int) else len(text)
    wanted: set[str] = set()
    ended = False
    if isinstance(error, UnexpectedToken):
        wanted = set(error.accepts or error.expected)
        ended = error.token.type == "$END"
    elif isinstance(error, UnexpectedCharacters):
        wanted = set(error.allowed or ()) - (
            set() if text[:position].count("(") > text[:position].count(")") else {"RPAR"}
        )
    if ended:
        position = len(text.rstrip())
    word = re.match(r"\w+|.", text[position:], re.DOTALL)
    found = "The selection ends too early" if ended or word is None else f"{word[0]!r} can't stand here"
    return fault(text, position, found, expected=described(wanted), suggestion=_guess(text, position, wanted))


def _guess(text: str, position: int, wanted: set[str]) -> str | None:
    """What was probably meant."""
    rest = text[position:]
    if rest[:1] in ("'", '"') and "QUOTED" in wanted:
        return f"close the quotation with {rest[0]}"
    if rest[:1] in _OPERATORS and not (rest[0] == "!" and "AND" in wanted):
        return f"write {_OPERATORS[rest[0]]} for {rest[0]}"
    if rest[:1] == "+" and text[:position].rstrip().endswith("+"):
        return "write +2 after, or 2+ before, for two steps"
    if "WORD" in wanted and (word := re.match(r"(?i)(and|or|not)\b", rest)):
        return f'quote a key of that name: "{word[0]}"'
    if rest[:1] == "(":
        return f"functions are {_listed(tuple(FUNCTIONS))}"
    if rest[:1] == ")":
        return "take it away, or open the parenthesis before"
    if not rest.strip() and (number := re.search(r"(\d+)\+\s*$", text)):
        return f'quote a key that is a number: "{number[1]}"+'
    if not rest.strip():
        return "close the parenthesis with )" if "RPAR" in wanted else None
    if "AND" in wanted:
        return "join selections with 'and' or 'or'; a key with blanks or signs in it is quoted"
    return None


def _listed(words: tuple[str, ...]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
