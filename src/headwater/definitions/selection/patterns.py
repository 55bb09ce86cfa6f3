r"""Text with wildcards: `*` stands for any characters, `?` for one; a backslash takes a character for itself.

A key's pattern is matched against `AssetKey.to_escaped_user_string`, where `\/` and `\\` are single characters
inside a part. Patterns are kept in one canonical form, so that equal patterns are equal texts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from headwater.keys import AssetKey

_WILDCARDS = "*?"
# One character of an escaped key: never half of an escape.
_KEY_CHARACTER = r"(?:\\.|[^\\])"


def canonical(text: str, *, is_key: bool) -> str:
    """The pattern with no more escapes than it needs."""
    return "".join(_write(character, escaped, is_key) for character, escaped in _characters(text))


def literal(text: str) -> str:
    """The pattern that matches one value alone."""
    return re.sub(r"[\\*?]", r"\\\g<0>", text)


def literal_key(key: AssetKey) -> str:
    """The pattern that matches one key alone."""
    return re.sub(r"[*?]", r"\\\g<0>", key.to_escaped_user_string())


def has_wildcard(pattern: str) -> bool:
    """Whether a pattern can match more than one text."""
    return any(character in _WILDCARDS and not escaped for character, escaped in _characters(pattern))


def plain(pattern: str) -> str:
    """The value that a pattern without wildcards matches."""
    return "".join(character for character, _ in _characters(pattern))


def matcher(pattern: str, *, is_key: bool) -> Callable[[str], object]:
    """A function that is true of what the pattern matches; keys are given in their escaped form."""
    body, last = pattern[:-1], pattern[-1:]
    if last == "*" and not body.endswith("\\") and not has_wildcard(body):
        start = AssetKey.from_escaped_user_string(body).to_escaped_user_string() if is_key else plain(body)
        if body and not (is_key and start == "\\"):
            return lambda text: text.startswith(start)
    one = _KEY_CHARACTER if is_key else "."
    parts = []
    for character, escaped in _characters(pattern):
        if character in _WILDCARDS and not escaped:
            parts.append(one + ("*" if character == "*" else ""))
        else:
            is_escaped_in_key = is_key and (character == "\\" or (escaped and character == "/"))
            parts.append(re.escape("\\" + character if is_escaped_in_key else character))
    return re.compile("".join(parts), re.DOTALL).fullmatch


def _write(character: str, escaped: bool, is_key: bool) -> str:
    if escaped and (character in _WILDCARDS or character == "\\" or (is_key and character == "/")):
        return "\\" + character
    return character


def _characters(text: str) -> Iterator[tuple[str, bool]]:
    """Each character, and whether a backslash stood before it."""
    following = iter(text)
    for character in following:
        if character == "\\":
            # A backslash at the very end escapes nothing, so it stands for itself.
            yield next(following, "\\"), True
        else:
            yield character, False
