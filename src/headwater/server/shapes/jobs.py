"""The wire shapes of jobs."""

from __future__ import annotations

from typing import Any

import msgspec

from headwater.server.shapes.values import MetadataValue


class JobView(msgspec.Struct, kw_only=True):
    """A selection of assets under a name."""

    name: str
    location: str
    description: str | None
    selection: str
    assets: list[str]
    tags: dict[str, str]
    owners: list[str]
    metadata: dict[str, MetadataValue]
    run_config: dict[str, Any]
    partitioned: bool


class JobPage(msgspec.Struct, kw_only=True):
    """The jobs of all code locations."""

    items: list[JobView]
