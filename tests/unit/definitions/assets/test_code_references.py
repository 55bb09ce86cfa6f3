"""References from assets to their code: found by themselves, turned into links, stored and read back."""

from __future__ import annotations

from pathlib import PurePath

import pytest

from headwater.definitions.assets.code_references import (
    CODE_REFERENCES,
    AnchorBasedFilePathMapping,
    link_code_references_to_git,
    with_source_code_references,
)
from headwater.definitions.assets.decorator import asset
from headwater.definitions.assets.specs import AssetSpec
from headwater.definitions.metadata.code_references import (
    CodeReferencesMetadataValue,
    LocalFileCodeReference,
    UrlCodeReference,
)
from headwater.definitions.metadata.from_wire import from_wire
from headwater.definitions.metadata.infer import normalize_metadata, to_wire
from headwater.errors import InvalidMetadataError, InvalidParameterError


@asset
def made() -> None:
    """An asset of this file."""


def test_found_and_linked() -> None:
    """Each asset refers to its own line; with the place of one file in the repository that becomes a link."""
    spec = AssetSpec("external")
    found = with_source_code_references([spec, made])
    mapping = AnchorBasedFilePathMapping(PurePath(__file__), "tests/unit/test_code_references.py")
    linked = link_code_references_to_git(found, "https://github.com/acme/shop.git", "main", mapping)
    references = [item.metadata[CODE_REFERENCES].code_references for item in (found[0], linked[0], linked[1].specs[0])]

    assert spec.source is not None
    assert [LocalFileCodeReference(__file__, spec.source.line)] == references[0]
    url = f"https://github.com/acme/shop/blob/main/tests/unit/test_code_references.py#L{spec.source.line}"
    assert [UrlCodeReference(url, "tests/unit/test_code_references.py")] == references[1]
    assert references[2][0].url.startswith(
        "https://github.com/acme/shop/blob/main/tests/unit/test_code_references.py#L"
    )


def test_twice_keeps_what_is_there() -> None:
    """References that a spec has already stay before its own."""
    docs = UrlCodeReference("https://wiki.example/orders", "how it is made")
    spec = AssetSpec("orders", metadata={CODE_REFERENCES: CodeReferencesMetadataValue([docs])})
    (found,) = with_source_code_references([spec])

    first, own = found.metadata[CODE_REFERENCES].code_references
    assert (docs, __file__) == (first, own.file_path)


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/code/shop/a/b.py", "python/shop/a/b.py"), ("/code/other.py", "python/other.py")],
)
def test_mapped_by_an_anchor(path: str, expected: str) -> None:
    """A file beside, below or above the anchor has its place in the repository."""
    mapping = AnchorBasedFilePathMapping(PurePath("/code/shop/defs.py"), "python/shop/defs.py")

    assert expected == mapping.convert_to_source_control_path(PurePath(path))


def test_outside_of_the_repository() -> None:
    """A file that the repository can't hold is an error that names both."""
    mapping = AnchorBasedFilePathMapping(PurePath("/code/shop/defs.py"), "defs.py")

    with pytest.raises(InvalidParameterError, match=r"/lib/x\.py is outside of the repository"):
        mapping.convert_to_source_control_path(PurePath("/lib/x.py"))


def test_stored_and_read_back() -> None:
    """What is stored reads back as it was given."""
    value = CodeReferencesMetadataValue([LocalFileCodeReference("/a.py", 3), UrlCodeReference("https://x", "there")])

    assert normalize_metadata({"code": value}) == from_wire(to_wire({"code": value}))


def test_anything_else_is_refused() -> None:
    """A plain path is no reference, and the error says what is."""
    with pytest.raises(InvalidMetadataError, match="LocalFileCodeReference or a UrlCodeReference"):
        CodeReferencesMetadataValue(["/a.py"])  # type: ignore[list-item]
