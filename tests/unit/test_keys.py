"""Keys: what they accept, how they compare, and their text forms."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from strategies import asset_keys, texts

from headwater.errors import InvalidParameterError
from headwater.keys import AssetCheckKey, AssetKey


@given(asset_keys)
@example(AssetKey([]))
@example(AssetKey([""]))
@example(AssetKey(["\\"]))
@example(AssetKey(["", "/", "\\/", "\n"]))
def test_escaped_text_is_lossless(key: AssetKey) -> None:
    """Every key comes back from its escaped text form."""
    assert key == AssetKey.from_escaped_user_string(key.to_escaped_user_string())


@given(st.lists(asset_keys, unique=True))
def test_escaped_text_is_unambiguous(keys: list[AssetKey]) -> None:
    """Different keys have different escaped text forms."""
    assert len(keys) == len({key.to_escaped_user_string() for key in keys})


@given(texts)
def test_any_text_reads_as_some_key(text: str) -> None:
    """Reading an escaped text never fails, and what it reads is stable."""
    key = AssetKey.from_escaped_user_string(text)
    assert key == AssetKey.from_escaped_user_string(key.to_escaped_user_string())


@given(asset_keys)
def test_stored_text_is_lossless(key: AssetKey) -> None:
    """Every key comes back from its JSON form."""
    assert key == AssetKey.from_db_string(key.to_string())


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a/b", ["a", "b"]),
        (r"a\/b", ["a/b"]),
        (r"a\\b", ["a\\b"]),
        (r"a\xb", ["axb"]),
        ("a/", ["a", ""]),
        ("/", ["", ""]),
        ("", [""]),
        ("\\", []),
        ("a\\", ["a\\"]),
    ],
)
def test_escaped_text_reads_as(text: str, parts: list[str]) -> None:
    """A slash splits unless it is escaped; a backslash at the end stands for itself."""
    assert AssetKey(parts) == AssetKey.from_escaped_user_string(text)


@pytest.mark.parametrize(
    ("text", "parts"),
    [('["a", "b/c"]', ["a", "b/c"]), ("s3://bucket/x.csv", ["s3", "bucket", "x", "csv"]), ("[1]", ["1"]), ("[", None)],
)
def test_stored_text_reads_as(text: str, parts: list[str] | None) -> None:
    """A JSON list of strings is a key; anything else is split at what is no word character."""
    assert (None if parts is None else AssetKey(parts)) == AssetKey.from_db_string(text)


def test_deeply_nested_text_is_no_list() -> None:
    """Text that nests brackets without end is read as text, not as JSON."""
    assert AssetKey.from_db_string("[" * 100_000) is None


def test_string_is_one_part() -> None:
    """A slash in a string does not split it."""
    assert ["a/b"] == AssetKey("a/b").path


@pytest.mark.parametrize("path", [None, 5, {"a"}, ["a", 5], AssetKey("a"), b"a", "a\0", "\ud800", ["a", "\udfff"]])
def test_refuses_what_is_no_key(path: object) -> None:
    """Anything but strings and lists of strings that can be stored is refused."""
    with pytest.raises(InvalidParameterError):
        AssetKey(path)  # type: ignore[arg-type]


def test_keys_sort_and_compare_by_parts() -> None:
    """Equality, hash and order go by parts; a key equals no string."""
    assert AssetKey("a") == AssetKey(["a"])
    assert hash(AssetKey("a")) == hash(AssetKey(["a"]))
    text: object = "a"
    assert AssetKey("a") != text
    assert [AssetKey(["a", "z"]), AssetKey("b")] == sorted([AssetKey("b"), AssetKey(["a", "z"])])


def test_prefixes() -> None:
    """A prefix of one part or several can be put before a key and asked for."""
    key = AssetKey("c").with_prefix(["a", "b"])
    assert AssetKey(["a", "b", "c"]) == key
    assert key.has_prefix("a")
    assert key.has_prefix(["a", "b"])
    assert not key.has_prefix("b")


def test_python_identifier() -> None:
    """A key becomes a name by joining its parts."""
    assert "lake__click_stream_v2__x" == AssetKey(["lake", "click-stream.v2"]).to_python_identifier("x")


def test_check_key_text_form() -> None:
    """A check is written as asset, colon, name."""
    key = AssetCheckKey(AssetKey(["a", "b"]), "has_rows")
    assert "a/b:has_rows" == key.to_user_string()
    assert key == AssetCheckKey.from_user_string("a/b:has_rows")


def test_check_key_needs_a_colon() -> None:
    """Text without a colon names no check, and the error shows the form."""
    with pytest.raises(InvalidParameterError, match="asset/key:check_name"):
        AssetCheckKey.from_user_string("a/b")
