"""Lead from assets to the code that defines them, in a file here or on a Git host."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import Any, Protocol

import msgspec

from headwater.definitions.arguments import check_text, check_type
from headwater.definitions.assets.map_specs import map_asset_specs
from headwater.definitions.assets.specs import AssetSpec
from headwater.definitions.metadata.code_references import (
    CodeReference,
    CodeReferencesMetadataValue,
    LocalFileCodeReference,
    UrlCodeReference,
)
from headwater.errors import InvalidParameterError

CODE_REFERENCES = "headwater/code_references"
"""The metadata key under which an asset's code references stand."""


class FilePathMapping(Protocol):
    """What turns the path of a file here into its path in a repository."""

    def convert_to_source_control_path(self, local_path: PurePath) -> str:
        """The path in the repository, with slashes."""
        ...


class AnchorBasedFilePathMapping(msgspec.Struct, frozen=True):
    """Maps paths by one file whose place is known on both sides.

    Args:
        local_file_anchor: The file on this machine.
        file_anchor_path_in_repository: The same file's path in the repository.

    Example:
        >>> from pathlib import PurePath
        >>> mapping = AnchorBasedFilePathMapping(PurePath("/code/shop/defs.py"), "python/shop/defs.py")
        >>> mapping.convert_to_source_control_path(PurePath("/code/shop/assets/orders.py"))
        'python/shop/assets/orders.py'
    """

    local_file_anchor: PurePath
    file_anchor_path_in_repository: str

    def convert_to_source_control_path(self, local_path: PurePath) -> str:
        """The path in the repository, by the way from the anchor to the file.

        Raises:
            InvalidParameterError: the file is outside of the folder that the two sides share.
        """
        here, there = PurePath(self.local_file_anchor), PurePath(self.file_anchor_path_in_repository)
        base, top = here.parent, there.parent
        while not local_path.is_relative_to(base):
            if base == base.parent or top == PurePath():
                raise InvalidParameterError(
                    f"{local_path} is outside of the repository that has {here} as {there}; map it in another way."
                )
            base, top = base.parent, top.parent
        return (top / local_path.relative_to(base)).as_posix()


def with_source_code_references(assets_defs: Iterable[Any]) -> list[Any]:
    """Assets with a reference to the file and line that define each, in their metadata.

    Args:
        assets_defs: Specs and decorated functions.

    Raises:
        InvalidParameterError: an element is neither.

    Example:
        >>> known = with_source_code_references([AssetSpec("orders")])
        >>> known[0].metadata["headwater/code_references"].code_references[0].line_number > 0
        True
    """

    def refer(spec: AssetSpec) -> AssetSpec:
        if spec.source is None:
            return spec
        own = LocalFileCodeReference(spec.source.file, spec.source.line)
        return _with_references(spec, [*_references(spec), own])

    return map_asset_specs(refer, assets_defs)


def link_code_references_to_git(
    assets_defs: Iterable[Any], git_url: str, git_branch: str, file_path_mapping: FilePathMapping
) -> list[Any]:
    """Assets whose references to local files are links to a Git host instead.

    Args:
        assets_defs: Specs and decorated functions, as `with_source_code_references` gives them.
        git_url: Of the repository, as a browser opens it; GitHub's and GitLab's forms are known.
        git_branch: A branch, tag or commit.
        file_path_mapping: From paths here to paths in the repository.

    Raises:
        InvalidParameterError: an element is no asset, or a file is outside of the repository.

    Example:
        >>> from pathlib import PurePath
        >>> mapping = AnchorBasedFilePathMapping(PurePath(__file__), "definitions.py")
        >>> linked = link_code_references_to_git([AssetSpec("orders")], "https://github.com/acme/shop", "main", mapping)
        >>> linked[0].key.to_user_string()
        'orders'
    """
    check_text(git_url, "git_url")
    check_text(git_branch, "git_branch")
    base = git_url.removesuffix("/").removesuffix(".git")
    within = "-/blob" if "gitlab" in base else "blob"

    def link(reference: CodeReference) -> CodeReference:
        if isinstance(reference, UrlCodeReference):
            return reference
        path = file_path_mapping.convert_to_source_control_path(PurePath(reference.file_path))
        line = "" if reference.line_number is None else f"#L{reference.line_number}"
        return UrlCodeReference(f"{base}/{within}/{git_branch}/{path}{line}", reference.label or path)

    def change(spec: AssetSpec) -> AssetSpec:
        found = _references(spec)
        return _with_references(spec, [link(reference) for reference in found]) if found else spec

    return map_asset_specs(change, assets_defs)


def _references(spec: AssetSpec) -> list[CodeReference]:
    found = spec.metadata.get(CODE_REFERENCES)
    if found is None:
        return []
    check_type(found, CodeReferencesMetadataValue, f"metadata[{CODE_REFERENCES!r}]", "a CodeReferencesMetadataValue")
    return list(found.code_references)


def _with_references(spec: AssetSpec, references: Sequence[CodeReference]) -> AssetSpec:
    return spec.merge_attributes(metadata={CODE_REFERENCES: CodeReferencesMetadataValue(references)})
