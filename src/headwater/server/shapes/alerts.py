"""The wire shapes of alerts: rules, incidents and messages; see `shapes` for the rules that all shapes follow."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

AlertCauseName = Literal[
    "run_failure", "check_failure", "freshness", "tick_failure", "location_failure", "backfill_failure"
]
AlertSeverity = Literal["WARN", "ERROR"]
DeliveryStatusName = Literal["waiting", "delivered", "failed"]
_MOST = 1_000_000


class AlertChannelBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Where messages go. Secrets are in variables of the engine: an address in `url_env`, a key in `secret_env`.

    `slack` takes `url_env`; `webhook` takes `url` or `url_env`, and `secret_env` to be signed; `email` takes `to`, and
    with `owners` writes to the owners of the assets.
    """

    kind: Literal["slack", "webhook", "email"]
    url: str | None = None
    url_env: str | None = None
    secret_env: str | None = None
    to: list[str] = []
    owners: bool = False


class AlertRuleBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to tell whom; `causes` left out are all. `assets` is a selection.

    `failures` is how many ticks in a row must fail. More than `most_per_hour` messages to a channel are sent as one.
    """

    channels: Annotated[list[AlertChannelBody], msgspec.Meta(max_length=20)]
    causes: list[AlertCauseName] | None = None
    assets: str | None = None
    owners: list[str] = []
    severity: AlertSeverity = "ERROR"
    failures: Annotated[int, msgspec.Meta(ge=1, le=_MOST)] = 1
    tell_resolved: bool = True
    most_per_hour: Annotated[int, msgspec.Meta(ge=1, le=_MOST)] = 30
    enabled: bool = True


class AlertRuleView(msgspec.Struct, kw_only=True):
    """A rule; `open` is how many incidents of it are open."""

    name: str
    channels: list[AlertChannelBody]
    causes: list[AlertCauseName]
    assets: str | None
    owners: list[str]
    severity: AlertSeverity
    failures: int
    tell_resolved: bool
    most_per_hour: int
    enabled: bool
    open: int


class AlertRuleList(msgspec.Struct, kw_only=True):
    """Every rule, by name."""

    items: list[AlertRuleView]


class IncidentView(msgspec.Struct, kw_only=True):
    """Something that is or was wrong, by a rule. `last_seq` is the event that said so last; `count`, how many did."""

    incident_id: str
    rule: str
    cause: AlertCauseName
    severity: AlertSeverity
    title: str
    detail: str | None
    assets: list[str]
    owners: list[str]
    downstream: list[str]
    downstream_count: int
    run_id: str | None
    first_seq: int
    last_seq: int
    opened_at: float
    last_at: float
    count: int
    resolved_at: float | None
    resolved_seq: int | None


class IncidentPage(msgspec.Struct, kw_only=True):
    """Incidents, the newest first. `next` continues the listing, None at its end."""

    items: list[IncidentView]
    next: str | None


class AlertDeliveryView(msgspec.Struct, kw_only=True):
    """A message to one channel, and how it stands with it; `next_at` is when it is tried next."""

    delivery_id: str
    rule: str
    channel: AlertChannelBody
    sort: Literal["opened", "resolved", "test"]
    title: str
    incident_id: str | None
    status: DeliveryStatusName
    attempts: int
    created_at: float
    next_at: float | None
    ended_at: float | None
    error: str | None


class AlertDeliveryPage(msgspec.Struct, kw_only=True):
    """Messages, the newest first. `next` continues the listing, None at its end."""

    items: list[AlertDeliveryView]
    next: str | None


class AlertTest(msgspec.Struct, kw_only=True):
    """The messages that a test put into the queue."""

    items: list[AlertDeliveryView]
