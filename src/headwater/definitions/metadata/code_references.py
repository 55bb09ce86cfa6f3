"""Code references as metadata: where the code of an asset stands, on disk or on a Git host."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import msgspec

from headwater.definitions.arguments import check_optional_text, check_several, check_text, shown
from headwater.definitions.metadata.kinds import MetadataValue
from headwater.definitions.snapshot import WireValue
from headwater.errors import InvalidMetadataError, InvalidParameterError


class LocalFileCodeReference(msgspec.Struct, frozen=True):
    """A place in a file of the machine that has the definitions.

    Args:
        file_path: The file's path.
        line_number: The line, from 1 on.
        label: What the app calls it.

    Example:
        >>> LocalFileCodeReference("/code/shop/orders.py", 12).line_number
        12
    """

    file_path: str
    line_number: int | None = None
    label: str | None = None

    def __post_init__(self) -> None:
        check_text(self.file_path, "file_path")
        if self.line_number is not None and (
            isinstance(self.line_number, bool) or not isinstance(self.line_number, int)
        ):
            raise InvalidParameterError(f"line_number is a number, but got {shown(self.line_number)}.")
        check_optional_text(self.label, "label")

    def to_plain(self) -> dict[str, Any]:
        """The reference as plain JSON."""
        return {"file": self.file_path, "line": self.line_number, "label": self.label}


class UrlCodeReference(msgspec.Struct, frozen=True):
    """An address under which the code can be read.

    Args:
        url: The address.
        label: What the app calls it.

    Example:
        >>> UrlCodeReference("https://git.example/shop/orders.py").label
    """

    url: str
    label: str | None = None

    def __post_init__(self) -> None:
        check_text(self.url, "url")
        check_optional_text(self.label, "label")

    def to_plain(self) -> dict[str, Any]:
        """The reference as plain JSON."""
        return {"url": self.url, "label": self.label}


CodeReference = LocalFileCodeReference | UrlCodeReference


class CodeReferencesMetadataValue(MetadataValue, frozen=True):
    """Where the code of an asset stands; under the metadata key `headwater/code_references` the app shows it as links.

    Example:
        >>> CodeReferencesMetadataValue([UrlCodeReference("https://git.example/shop.py")]).kind
        'code_references'
    """

    kind: ClassVar[str] = "code_references"
    code_references: Sequence[CodeReference]

    def __post_init__(self) -> None:
        for reference in check_several(self.code_references, "code_references"):
            if not isinstance(reference, (LocalFileCodeReference, UrlCodeReference)):
                raise InvalidMetadataError(
                    "An element of code_references is a LocalFileCodeReference or a UrlCodeReference, but got "
                    f"{shown(reference)}."
                )

    def to_wire(self) -> WireValue:
        """The references as plain JSON."""
        return WireValue(self.kind, [reference.to_plain() for reference in self.code_references])
