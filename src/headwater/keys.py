"""Names of assets and checks: `AssetKey` and `AssetCheckKey`, and their lossless text form."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import total_ordering
from typing import TypeAlias

from headwater.errors import InvalidParameterError

# The text form of the key that has no parts. It can't be any other key's: a backslash is always escaped.
_NO_PARTS = "\\"


def is_storable(name: str) -> bool:
    """Whether every store and wire can carry a name: no NUL, no half of a surrogate pair."""
    if name.isascii():
        return "\0" not in name
    if "\0" in name:
        return False
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


@total_ordering
@dataclass(frozen=True, slots=True, init=False, repr=False)
class AssetKey:
    """The name of an asset: one or more parts, as in a path.

    Args:
        path: A string, which becomes one part verbatim (`AssetKey("a/b")` has the single part `a/b`), or a
            list or tuple of strings, one part each.

    Raises:
        InvalidParameterError: `path` is neither, or a part holds a NUL or a lone surrogate, which nothing can store.

    Example:
        >>> AssetKey(["lake", "clickstream"]).to_user_string()
        'lake/clickstream'
    """

    parts: tuple[str, ...]

    def __init__(self, path: str | Sequence[str]) -> None:
        if type(path) is str and path.isascii() and "\0" not in path:
            # Nearly every key, so it is not looked at twice.
            _set_parts(self, (path,))
            return
        parts = (path,) if isinstance(path, str) else tuple(path) if isinstance(path, (list, tuple)) else None
        if parts is None or not all(isinstance(part, str) for part in parts):
            raise InvalidParameterError(
                f"An asset key is a string or a list of strings, but got {path!r} ({type(path).__name__})."
            )
        for part in parts:
            if not is_storable(part):
                raise InvalidParameterError(
                    f"The part {part!r} of an asset key holds a NUL or a lone surrogate, which can't be stored; "
                    "leave it out."
                )
        _set_parts(self, parts)

    # Written out, because a dataclass's own make a tuple of the fields first, and every graph is built by these two.
    def __hash__(self) -> int:
        return hash(self.parts)

    def __eq__(self, other: object) -> bool:
        return self.parts == other.parts if isinstance(other, AssetKey) else NotImplemented

    @property
    def path(self) -> list[str]:
        """The parts as a list."""
        return list(self.parts)

    def __lt__(self, other: object) -> bool:
        return self.parts < other.parts if isinstance(other, AssetKey) else NotImplemented

    def __repr__(self) -> str:
        return f"AssetKey({self.path!r})"

    def to_user_string(self) -> str:
        """The parts joined by `/`, for people; ambiguous where a part holds a slash itself."""
        return "/".join(self.parts)

    def to_escaped_user_string(self) -> str:
        r"""The parts joined by `/`, with `\/` and `\\` inside a part: read back by `from_escaped_user_string`."""
        if not self.parts:
            return _NO_PARTS
        if len(self.parts) == 1 and "/" not in self.parts[0] and "\\" not in self.parts[0]:
            return self.parts[0]
        return "/".join(part.replace("\\", "\\\\").replace("/", "\\/") for part in self.parts)

    @staticmethod
    def from_escaped_user_string(text: str) -> AssetKey:
        """The inverse of `to_escaped_user_string`; a backslash that escapes nothing stands for itself."""
        if text == _NO_PARTS:
            return AssetKey(())
        if "\\" not in text:
            return AssetKey(text.split("/"))
        parts = [""]
        characters = iter(text)
        for character in characters:
            if character == "/":
                parts.append("")
            else:
                parts[-1] += next(characters, "\\") if character == "\\" else character
        return AssetKey(parts)

    @staticmethod
    def from_user_string(text: str) -> AssetKey:
        """Split a text on every `/`."""
        return AssetKey(text.split("/"))

    def to_string(self) -> str:
        """The parts as a JSON list, the form that other tools of the field store."""
        return json.dumps(self.path)

    def to_db_string(self) -> str:
        """The same as `to_string`."""
        return self.to_string()

    @staticmethod
    def from_db_string(text: str) -> AssetKey | None:
        """Read a JSON list; any other text is split on every character outside `[A-Za-z0-9_]`.

        Returns:
            The key, or None where the text holds no part.
        """
        if text.startswith("["):
            try:
                parts = json.loads(text)
            except (ValueError, RecursionError):
                parts = None
            if isinstance(parts, list) and all(isinstance(part, str) for part in parts):
                return AssetKey(parts)
        pieces = [piece for piece in re.split(r"[^A-Za-z0-9_]", text) if piece]
        return AssetKey(pieces) if pieces else None

    @staticmethod
    def from_coercible(value: CoercibleToAssetKey) -> AssetKey:
        """A key from a key, a string (one part) or a sequence of parts."""
        return value if isinstance(value, AssetKey) else AssetKey(value)

    def with_prefix(self, prefix: str | Sequence[str]) -> AssetKey:
        """This key below a prefix of one part (a string) or several."""
        return AssetKey((*AssetKey(prefix).parts, *self.parts))

    def has_prefix(self, prefix: str | Sequence[str]) -> bool:
        """Whether the key begins with these parts; a string is one part."""
        parts = AssetKey(prefix).parts
        return self.parts[: len(parts)] == parts

    def to_python_identifier(self, suffix: str | None = None) -> str:
        """The key as a name that Python, a file or a step may carry: `lake__clickstream`."""
        name = "__".join(self.parts).replace("-", "_").replace(".", "_")
        return f"{name}__{suffix}" if suffix is not None else name


# The slot itself: the class is frozen, and keys are made by the hundred thousand.
_set_parts = vars(AssetKey)["parts"].__set__

CoercibleToAssetKey: TypeAlias = AssetKey | str | Sequence[str]


@total_ordering
@dataclass(frozen=True, slots=True)
class AssetCheckKey:
    """The name of a check: the asset that it judges, and its own name there.

    Args:
        asset_key: The asset's key.
        name: Unique on the asset.

    Example:
        >>> AssetCheckKey(AssetKey(["lake", "orders"]), "not_empty").to_user_string()
        'lake/orders:not_empty'
    """

    asset_key: AssetKey
    name: str

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, AssetCheckKey):
            return NotImplemented
        return (self.asset_key, self.name) < (other.asset_key, other.name)

    def to_user_string(self) -> str:
        """`asset/key:check_name`."""
        return f"{self.asset_key.to_user_string()}:{self.name}"

    @staticmethod
    def from_user_string(text: str) -> AssetCheckKey:
        """Split at the last colon, then the asset part at every slash.

        Raises:
            InvalidParameterError: there is no colon.
        """
        asset, colon, name = text.rpartition(":")
        if not colon:
            raise InvalidParameterError(f"A check is written as asset/key:check_name, but got {text!r}.")
        return AssetCheckKey(AssetKey.from_user_string(asset), name)

    def to_db_string(self) -> str:
        """The asset's parts and the name as JSON: read back by `from_db_string`."""
        return json.dumps({"asset_key": self.asset_key.to_string(), "check_name": self.name})

    @staticmethod
    def from_db_string(text: str) -> AssetCheckKey | None:
        """The inverse of `to_db_string`; None where the text is something else."""
        try:
            said = json.loads(text)
            asset_key = AssetKey.from_db_string(said["asset_key"])
            name = said["check_name"]
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return None
        return AssetCheckKey(asset_key, name) if asset_key is not None and isinstance(name, str) else None

    def with_asset_key_prefix(self, prefix: str | Sequence[str]) -> AssetCheckKey:
        """The check of the same name of the asset below a prefix."""
        return AssetCheckKey(self.asset_key.with_prefix(prefix), self.name)

    def replace_asset_key(self, asset_key: AssetKey) -> AssetCheckKey:
        """The check of the same name of another asset."""
        return AssetCheckKey(asset_key, self.name)
