"""Metadata of a report as the definition means it: a value takes the kind that the definition gives its name."""

from __future__ import annotations

from collections.abc import Mapping

from headwater.definitions.snapshot import WireValue

_OF_TEXT = frozenset({"url", "path", "notebook", "md"})
_OF_NUMBER = frozenset({"float", "timestamp"})


def fit_kinds(
    metadata: Mapping[str, WireValue], declared: Mapping[str, WireValue]
) -> tuple[dict[str, WireValue], list[str]]:
    """The values in their declared kinds, and the names of those that can't be of theirs.

    JSON has text, numbers and truths alone, so a text becomes the `url` or `path` that the definition speaks of, and a
    number the `float` or `timestamp`. A null fits every kind, and a name that is not declared may hold anything.

    Args:
        metadata: As it was reported.
        declared: The metadata of the definition, whose kinds count.
    """
    fitted, wrong = dict(metadata), []
    for name in metadata.keys() & declared.keys():
        value, kind = metadata[name], declared[name].type
        if value.type in (kind, "null") or kind == "null":
            continue
        if (value.type == "text" and kind in _OF_TEXT) or (value.type in ("int", "float") and kind in _OF_NUMBER):
            fitted[name] = WireValue(kind, float(value.value) if kind in _OF_NUMBER else value.value)
        elif value.type != "json" or kind in ("text", "int", "float", "bool"):
            wrong.append(name)
    return fitted, sorted(wrong)
