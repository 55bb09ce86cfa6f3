"""The wire shapes of a deployment: its code locations, engines and limits."""

from __future__ import annotations

from typing import Literal

import msgspec

from headwater.server.shapes.values import ErrorView


class LocationView(msgspec.Struct, kw_only=True):
    """A code location: a file or module with definitions, loaded in a process of its own."""

    name: str
    status: Literal["loading", "loaded", "failed"]
    error: ErrorView | None
    loaded_at: float | None
    snapshot: str | None
    warnings: list[str]
    assets: int = 0
    sensors: int = 0
    jobs: int = 0


class LocationList(msgspec.Struct, kw_only=True):
    """Every code location, by name."""

    items: list[LocationView]


LimitKind = Literal["tag", "asset", "pool", "job", "location", "all"]


class LimitView(msgspec.Struct, kw_only=True):
    """At most so many runs of a kind at once; `used` counts those that go on, by name where it holds for each."""

    kind: LimitKind
    name: str
    most: int
    used: dict[str, int]


class LimitList(msgspec.Struct, kw_only=True):
    """Every limit, by kind and name."""

    items: list[LimitView]


class LimitBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A limit to set: `name` is an asset, pool, job, location or tag (`KEY`, `KEY=VALUE`, `KEY=*`), or `*` for each."""

    kind: LimitKind
    name: str = ""
    most: int


class EngineView(msgspec.Struct, kw_only=True):
    """An engine at work: its host, process and lease. One that is not `alive` has not been heard of for some time."""

    name: str
    started_at: float
    renewed_at: float
    alive: bool
    locations: list[str]


class EngineList(msgspec.Struct, kw_only=True):
    """The engines of the deployment, the oldest first."""

    items: list[EngineView]


class DeploymentView(msgspec.Struct, kw_only=True):
    """What the app needs to begin with."""

    name: str
    version: str
    auth_required: bool
    signed_in: bool
    seq: int
    locations: list[LocationView]
