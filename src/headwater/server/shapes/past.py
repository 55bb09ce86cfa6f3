"""The wire shapes of how definitions changed, and of versions made from versions."""

from __future__ import annotations

from typing import Any

import msgspec


class ChangedAsset(msgspec.Struct, kw_only=True):
    """An asset that was defined otherwise, and in what."""

    key: str
    changed: list[str]


class GraphDiff(msgspec.Struct, kw_only=True):
    """What became different between two moments."""

    added: list[str]
    removed: list[str]
    changed: list[ChangedAsset]
    added_edges: list[tuple[str, str]]
    removed_edges: list[tuple[str, str]]


class Moment(msgspec.Struct, kw_only=True):
    """A moment at which a location's definitions changed; `snapshot` names them, None where it was served no more."""

    seq: int
    timestamp: float
    location: str
    snapshot: str | None


class MomentPage(msgspec.Struct, kw_only=True):
    """When definitions changed, the newest first. `next` continues the listing, None at its end."""

    items: list[Moment]
    next: str | None


class DefinitionVersion(msgspec.Struct, kw_only=True):
    """What an asset's definition was from a moment on, None where it had none any more.

    `changed` are the fields that became others; it is empty where the asset came or went.
    """

    seq: int
    since: float
    location: str
    definition: dict[str, Any] | None
    changed: list[str]


class DefinitionHistory(msgspec.Struct, kw_only=True):
    """How an asset's definition changed, the newest first."""

    items: list[DefinitionVersion]


class VersionNode(msgspec.Struct, kw_only=True):
    """A version of an asset, by the event that made it; of one that retention dropped only the number is left."""

    seq: int
    depth: int
    asset_key: str | None
    partition: str | None
    run_id: str | None
    timestamp: float | None
    data_version: str | None
    withdrawn: bool


class VersionGraph(msgspec.Struct, kw_only=True):
    """Versions that one was made from, or that were made from it; edges are (read, made) by `seq`."""

    nodes: list[VersionNode]
    edges: list[tuple[int, int]]
    truncated: bool
