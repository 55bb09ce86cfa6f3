"""Selections as text: what is written is read back, and what can't be read is explained."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selections import any_nodes
from strategies import asset_keys

import headwater as hw
from headwater.definitions.selection.nodes import Node
from headwater.definitions.selection.parse import parse
from headwater.definitions.selection.write import write

Selection = hw.AssetSelection


@given(any_nodes)
def test_what_is_written_is_read_back(node: Node) -> None:
    """Every selection equals what its text means."""
    assert node == parse(write(node))


@given(asset_keys)
def test_every_key_can_be_named(key: hw.AssetKey) -> None:
    """A key of any text, wildcards and quotes and slashes included, is itself after a round trip."""
    selection = Selection.assets(key)

    assert selection == Selection.from_string(str(selection))
    assert {key} == selection.resolve(hw.Definitions([hw.AssetSpec(key), hw.AssetSpec(key.with_prefix("other"))]))


@given(st.text(alphabet="ab+*/\\\"'() :=andort0", max_size=12))
def test_any_text_is_a_selection_or_an_error_of_ours(text: str) -> None:
    """Nothing but a syntax error with a place inside the text comes of nonsense."""
    try:
        selection = Selection.from_string(text)
    except hw.SelectionSyntaxError as error:
        at = error.position
    else:
        at = 0
        assert selection == Selection.from_string(str(selection))

    assert 0 <= at <= len(text)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("raw/*", "key:raw/*"),
        ("+x+", "+x+"),
        ("2+x+3 AND NOT (a OR b)", "2+x+3 and not (a or b)"),
        ("(a)", "a"),
        ("not not a", "a"),
        ("is:materializable", "is:native"),
        ("owner:team:data", "owner:team:data"),
        ("owner:'a@b.c'", "owner:a@b.c"),
        ('tag:"k"="v"', "tag:k=v"),
        ('"3"+', '"3"+'),
        ("sinks( +a ) or\n roots(*)", "sinks(+a) or roots(*)"),
        ("not_a or ordered", "not_a or ordered"),
        ('"s3://lake/orders"', '"s3://lake/orders"'),
    ],
)
def test_there_is_one_way_to_write_each(text: str, written: str) -> None:
    """Whatever the spelling, the text of what it means is the plain one."""
    assert written == str(Selection.from_string(text))


@pytest.mark.parametrize(
    ("text", "position", "suggestion"),
    [
        ("", 0, "write * for every asset"),
        ("a b", 2, "join selections with 'and' or 'or'; a key with blanks or signs in it is quoted"),
        ("a & b", 2, "write and for &"),
        ("a, b", 1, "write or for ,"),
        ("a - b", 2, "write and not for -"),
        ("x++", 2, "write +2 after, or 2+ before, for two steps"),
        ("(a", 2, "close the parenthesis with )"),
        ("a)", 1, "take it away, or open the parenthesis before"),
        ("a or grup:x", 5, "did you mean group"),
        ("s3://a/b", 0, 'if the colon belongs to a key, quote it: "s3://a/b"'),
        ('a or "b', 5, 'close the quotation with "'),
        ("sink(x)", 0, "did you mean sinks"),
        ("is:nativ", 3, "did you mean native"),
        ("2020+", 5, 'quote a key that is a number: "2020"+'),
        ("a or or b", 5, 'quote a key of that name: "or"'),
    ],
)
def test_a_mistake_is_explained(text: str, position: int, suggestion: str) -> None:
    """The error says where it is and what was probably meant."""
    with pytest.raises(hw.SelectionSyntaxError) as caught:
        Selection.from_string(text)

    assert (position, suggestion) == (caught.value.position, caught.value.suggestion)


def test_the_place_of_a_mistake_counts_lines() -> None:
    """Line and column count from one, in a text of several lines too; what could stand there is named."""
    with pytest.raises(hw.SelectionSyntaxError, match="at line 2, column 6") as caught:
        Selection.from_string("a\nor b c")

    assert (2, 6) == (caught.value.line, caught.value.column)
    assert ("'+'", "'and'", "'or'", "the end") == caught.value.expected


def test_a_tower_of_parentheses_is_refused() -> None:
    """Nesting that nobody writes by hand can't exhaust the reader."""
    with pytest.raises(hw.SelectionSyntaxError, match="More than 100 parentheses"):
        Selection.from_string("(" * 5_000 + "a")
    assert "a" == str(Selection.from_string("not " * 5_000 + "a"))
